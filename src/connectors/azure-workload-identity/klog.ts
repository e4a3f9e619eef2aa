/** Lines in klog's text format: `E1027 23:39:22.893319       1 proxy.go:62] "message" key="value"`. */
import { keyValues } from '../key-values.ts'

export interface KlogLine {
  /** The source file that wrote it, `proxy.go`. */
  readonly file: string
  readonly message: string
  readonly values: Readonly<Record<string, string>>
}

/** The older form has quotes around keys, too, and the message as the value of `"msg"`. */
const wanted: ReadonlySet<string> = new Set(['err', 'error', 'uri', 'status', '"error"', '"uri"', '"status"'])
const olderMessage: ReadonlySet<string> = new Set(['"msg"'])

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Severity, month and day, and a time: what every line begins with. */
function looksLikeKlog(line: string): boolean {
  const severity = line.charCodeAt(0)
  const isSeverity = severity === 73 || severity === 87 || severity === 69 || severity === 70
  return isSeverity && isDigit(line.charCodeAt(1)) && line.charCodeAt(5) === 32 && line.charCodeAt(8) === 58
}

/** `undefined` if the line is not klog's. */
export function readKlog(line: string): KlogLine | undefined {
  if (!looksLikeKlog(line)) return undefined
  const bracket = line.indexOf('] ')
  if (bracket < 0) return undefined
  const file = line.slice(line.lastIndexOf(' ', bracket) + 1, line.lastIndexOf(':', bracket))
  const rest = line.slice(bracket + 2).trimEnd()
  const values = keyValues(rest, wanted)
  const older = keyValues(rest, olderMessage)['"msg"']
  if (older !== undefined) return { file, message: older, values }
  const end = rest.startsWith('"') ? rest.indexOf('"', 1) : -1
  return { file, message: end < 0 ? rest : rest.slice(1, end), values }
}
