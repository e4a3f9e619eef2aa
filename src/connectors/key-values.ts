/** `key="value"` pairs inside lines of text: Keycloak's event messages, PingFederate's audit lines. */

const space = 32
const doubleQuote = 34
const singleQuote = 39
const comma = 44
const backslash = 92

function isSeparator(code: number): boolean {
  return code === space || code === comma
}

/** The key is what stands before the `=` up to the separator; `from` is where the pair before ended. */
function keyStart(line: string, from: number, equals: number): number {
  let at = equals
  while (at > from && !isSeparator(line.charCodeAt(at - 1))) at--
  return at
}

/** A quote that closes is not escaped and has a separator or nothing behind it: values may hold quotes. */
function closingQuote(line: string, from: number, quote: number): number {
  for (let at = from; at < line.length; at++) {
    if (line.charCodeAt(at) !== quote || line.charCodeAt(at - 1) === backslash) continue
    if (at + 1 === line.length || isSeparator(line.charCodeAt(at + 1))) return at
  }
  return line.length
}

/** An unquoted value ends at a space, or at a comma with a space behind it. */
function unquotedEnd(line: string, from: number): number {
  const end = line.indexOf(' ', from)
  if (end < 0) return line.length
  return line.charCodeAt(end - 1) === comma ? end - 1 : end
}

/**
 * The values of the `wanted` keys, without their quotes and as written otherwise; the first one counts where a key comes
 * twice, so that what a caller smuggles into a later value cannot replace it. Linear in the length of the line.
 */
export function keyValues(line: string, wanted: ReadonlySet<string>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  let at = 0
  while (at < line.length) {
    const equals = line.indexOf('=', at)
    if (equals < 0) break
    const key = line.slice(keyStart(line, at, equals), equals)
    const quote = line.charCodeAt(equals + 1)
    const isQuoted = quote === doubleQuote || quote === singleQuote
    const start = isQuoted ? equals + 2 : equals + 1
    const end = isQuoted ? closingQuote(line, start, quote) : unquotedEnd(line, start)
    if (wanted.has(key) && found[key] === undefined) found[key] = line.slice(start, end)
    at = end + 1
  }
  return found
}
