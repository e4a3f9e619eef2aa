/** Whether two names stand for one identity: logs call the same workload by different ones. */

/**
 * `namespace/name` of a service account, however it is written: `system:serviceaccount:ns:name`, a SPIFFE id, the
 * subject of a workload identity pool. The last part of a role's ARN or of a service account's address, else the id.
 */
export function kinName(id: string): string {
  const account =
    /system:serviceaccount:([^:/]+):([^:/]+)$/.exec(id) ?? /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(id)
  return account === null ? id : `${account[1]}/${account[2]}`
}

/** `orders` of `checkout/orders`, of `orders@acme-prod.iam.gserviceaccount.com` and of `…:role/checkout/orders`. */
export function shortName(id: string): string {
  const name = kinName(id)
  const local = name.endsWith('.gserviceaccount.com') ? name.slice(0, name.indexOf('@')) : name
  return local.slice(local.lastIndexOf('/') + 1)
}
