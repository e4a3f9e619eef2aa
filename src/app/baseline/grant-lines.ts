/**
 * Grants as lines of YAML in the one form that we write. A baseline has as many as there are rights: read as such, 100,000 take
 * a fraction of a second, and half a minute as YAML. Lines in any other form are left to the YAML reader.
 */
import { providers } from '../../events/event.ts'
import type { HeldGrant } from '../../inventory/drift/held-grant.ts'

export interface GrantLine {
  readonly grant: HeldGrant
  /** 1-based. */
  readonly line: number
  /** Lines of comment directly above it, and the comment behind it. */
  readonly above: readonly string[]
  readonly comment: string
}

/** Texts that YAML takes for what they are without quotes. */
const plain = String.raw`[\w/.][^\s,{}[\]"'#]*`
const quoted = String.raw`"(?:[^"\\]|\\.)*"`
const value = `(${plain}|${quoted})`
const form = new RegExp(
  `^ *- \\{provider: (\\w+), principal: ${value}, role: ${value}, scope: ${value}(?:, binding: ${value})?\\}( *| +#.*)$`,
)
const notText = /^(?:true|false|null)$/i
const isPlain = new RegExp(`^${plain}$`)

function isSafe(text: string): boolean {
  return isPlain.test(text) && !notText.test(text) && !text.endsWith(':')
}

/** What stands there; `undefined` where only YAML can say. */
function textOf(written: string): string | undefined {
  if (!written.startsWith('"')) return isSafe(written) ? written : undefined
  try {
    const text: unknown = JSON.parse(written)
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

function grantIn(line: string): { readonly grant: HeldGrant; readonly comment: string } | undefined {
  const found = form.exec(line)
  if (found === null) return undefined
  const [, named, ...rest] = found
  const provider = providers.find((each) => each === named)
  const [principal, role, scope] = rest.slice(0, 3).map((written) => textOf(written ?? ''))
  const binding = rest[3] === undefined ? undefined : textOf(rest[3])
  // What is not as it should be is left to the YAML reader, which says what is wrong.
  if (provider === undefined || !principal?.trim() || !role?.trim() || scope === undefined) return undefined
  if (rest[3] !== undefined && !binding?.trim()) return undefined
  return { grant: { provider, principal, role, scope, binding }, comment: (rest[4] ?? '').trim() }
}

const isComment = (line: string): boolean => /^\s*#/.test(line)

export interface SplitLines {
  readonly lines: readonly GrantLine[]
  /** The file with empty lines in their place: places in it are places in the file. */
  readonly rest: string
  /** The file without their lines. */
  readonly without: string
}

export function splitGrantLines(text: string): SplitLines {
  const all = text.split(/\r?\n/)
  const heading = all.findIndex((line) => /^grants:\s*$/.test(line))
  const lines: GrantLine[] = []
  if (heading < 0) return { lines, rest: text, without: text }
  const taken = new Set<number>()
  let [above, isLeft]: [number[], boolean] = [[], false]
  for (let i = heading + 1; i < all.length; i++) {
    const line = all[i] ?? ''
    if (/^[^\s#-]/.test(line)) break
    const found = grantIn(line)
    if (found !== undefined) {
      lines.push({ ...found, line: i + 1, above: above.map((at) => all[at] ?? '') })
      for (const at of [...above, i]) taken.add(at)
    } else if (!isComment(line) && line.trim() !== '') isLeft = true
    above = isComment(line) ? [...above, i] : []
  }
  if (lines.length > 0 && !isLeft) all[heading] = 'grants: []'
  const rest = all.map((line, i) => (taken.has(i) ? '' : line)).join('\n')
  return { lines, rest, without: all.filter((_, i) => !taken.has(i)).join('\n') }
}

function written(text: string): string {
  return isSafe(text) ? text : JSON.stringify(text)
}

export function grantLine({ provider, principal, role, scope, binding }: HeldGrant, comment = ''): string {
  const bound = binding === undefined ? '' : `, binding: ${written(binding)}`
  const behind = comment === '' ? '' : ` ${comment}`
  return `  - {provider: ${provider}, principal: ${written(principal)}, role: ${written(role)}, scope: ${written(scope)}${bound}}${behind}`
}
