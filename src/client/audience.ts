/** Names what a token is for: the host of a scope or resource, which has few values. */

/** `https://vault.azure.net/.default` and `https://vault.azure.net` are `vault.azure.net`; `api://orders/.default` stays `api://orders`. */
export function audienceOf(scope: string): string {
  const start = scope.startsWith('https://') ? 8 : 0
  const from = scope.startsWith('api://') ? 6 : start
  const slash = scope.indexOf('/', from)
  const audience = slash < 0 ? scope.slice(start) : scope.slice(start, slash)
  return /^[\w.:/@-]{1,100}$/.test(audience) ? audience : 'other'
}
