/** Amazon Resource Names (`arn:partition:service:region:account:resource`), taken apart without regular expressions. */

/** Index of the n-th colon, or -1. */
function colon(arn: string, n: number): number {
  let at = -1
  for (let i = 0; i < n; i++) {
    at = arn.indexOf(':', at + 1)
    if (at < 0) return -1
  }
  return at
}

/** Account of an ARN; empty where it has none. */
export function accountOf(arn: string): string {
  const start = colon(arn, 4)
  const end = start < 0 ? -1 : arn.indexOf(':', start + 1)
  return end < 0 ? '' : arn.slice(start + 1, end)
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

export function isRoleArn(arn: string): boolean {
  return arn.startsWith('arn:') && arn.includes(':role/')
}

export interface SessionArn {
  /** Without the path, which a session's ARN does not have: role names are unique in an account whatever the path. */
  readonly roleArn: string
  readonly session: string
}

/** Role and session name of `arn:aws:sts::111122223333:assumed-role/Name/session`. */
export function parseSessionArn(arn: string): SessionArn | undefined {
  const marker = ':assumed-role/'
  const at = arn.indexOf(marker)
  if (at < 0) return undefined
  const name = at + marker.length
  const slash = arn.indexOf('/', name)
  const end = slash < 0 ? arn.length : slash
  const prefix = arn.slice(0, at).replace(':sts:', ':iam:')
  return {
    roleArn: `${prefix}:role/${arn.slice(name, end)}`,
    session: slash < 0 ? '' : arn.slice(slash + 1),
  }
}

/** The ARN that uses of a session show, where a record gives only the role and the session name. */
export function sessionArn(roleArn: string, session: string): string {
  const at = roleArn.indexOf(':role/')
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return `${roleArn.slice(0, at).replace(':iam:', ':sts:')}:assumed-role/${name}/${session}`
}

/** ARNs that name a person, a session or a secret: they stay out of `resource`. */
const withheld = [':user/', ':assumed-role/', ':federated-user/', ':mfa/', ':secret:', ':parameter/']

/** What may be shown of a resource: a bucket for its objects, nothing for people, sessions and secrets. */
export function shownResource(arn: string): string | undefined {
  if (!arn.startsWith('arn:') || withheld.some((part) => arn.includes(part))) return undefined
  if (!arn.includes(':s3:::')) return arn
  const slash = arn.indexOf('/')
  return slash < 0 ? arn : arn.slice(0, slash)
}
