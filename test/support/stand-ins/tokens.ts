/** Tokens that stand-ins give: JWTs that nobody signed, each different, each with a mark that must never be seen again. */

/** Stands in every token, key and secret of the tests. */
export const canary = 'c4n4ry'

let issued = 0

export function jwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  issued++
  return `${part({ alg: 'none' })}.${part({ ...claims, jti: `${issued}` })}.${canary}-${issued}`
}

export function opaque(prefix: string): string {
  issued++
  return `${prefix}${canary}-${issued}`
}
