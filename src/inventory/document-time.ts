/** Instants in inventory documents: RFC 3339, the AWS CLI's spelling with a space, and what boto recordings make of them. */
import type { JsonValue } from '../connectors/connector.ts'
import { number, object, text } from '../connectors/fields.ts'
import { parseInstant } from '../events/time.ts'

/** Epoch ms; `undefined` for anything that is no instant. */
export function documentTime(value: JsonValue | undefined): number | undefined {
  const written = text(value)
  if (written !== undefined) {
    const parsed = parseInstant(written.replace(/^(\d{4}-\d\d-\d\d) (?=\d\d:)/, '$1T'))
    return Number.isNaN(parsed) ? undefined : parsed
  }
  const parts = object(value)
  const [year, month, day] = [number(parts?.['year']), number(parts?.['month']), number(parts?.['day'])]
  if (year === undefined || month === undefined || day === undefined) return undefined
  const [hour, minute, second] = ['hour', 'minute', 'second'].map((unit) => number(parts?.[unit]) ?? 0)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
