/** Names of web identity issuers. */

/** The issuer's host and path: what follows `oidc-provider/` in a provider's ARN. */
export function issuerName(provider: string): string {
  const marker = ':oidc-provider/'
  const at = provider.indexOf(marker)
  return at < 0 ? provider : provider.slice(at + marker.length)
}
