/** Kubernetes audit records of token issuance, made by number, and their exact truth. */

const start = Date.parse('2026-05-04T00:00:00Z')

/** Every 40th is refused. */
function isRefused(number: number): boolean {
  return number % 40 === 7
}

/** One JSON line without its newline; times advance by 200 ms a record, with disorder. */
export function issuanceRecord(number: number): string {
  const time = new Date(start + number * 200 - (number % 7) * 3000).toISOString()
  const name = `workload-${number % 25}`
  const code = isRefused(number) ? 403 : 201
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/shop/serviceaccounts/${name}/token`,
    verb: 'create',
    user: { username: 'system:node:worker-1', groups: ['system:nodes'] },
    objectRef: {
      resource: 'serviceaccounts',
      namespace: 'shop',
      name,
      apiVersion: 'v1',
      subresource: 'token',
    },
    responseStatus: { metadata: {}, code },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  })
}

/** What token-issuance has to count over the records [0, count). */
export function issuanceTruth(count: number): { readonly good: number; readonly bad: number } {
  let bad = 0
  for (let number = 0; number < count; number++) if (isRefused(number)) bad++
  return { good: count - bad, bad }
}
