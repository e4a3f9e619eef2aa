/** Takes the wrappers off: recorded HTTP exchanges (VCR cassettes, header/body pairs, boto recordings) hold a document. */
import type { JsonValue } from '../connectors/connector.ts'
import { object, objects, text } from '../connectors/fields.ts'

export interface Unwrapped {
  readonly at: string
  readonly document: JsonValue
  /** The request's URL, where it is recorded: the only place that says what a bare policy belongs to. */
  readonly url?: string | undefined
}

function parsed(body: JsonValue | undefined): JsonValue | undefined {
  const written = text(body)
  if (written === undefined) return body
  try {
    return JSON.parse(written) as JsonValue
  } catch {
    return undefined
  }
}

/** The documents in `document`; itself where it is no recording. */
export function unwrap(document: JsonValue): readonly Unwrapped[] {
  const whole = object(document)
  if (whole === undefined) return [{ at: '', document }]
  const interactions = whole['interactions']
  if (Array.isArray(interactions))
    return objects(interactions).map((interaction, i) => {
      const body = object(object(interaction['response'])?.['body'])
      return {
        at: `interactions[${i}]`,
        document: parsed(body?.['data'] ?? body?.['string']) ?? null,
        url: text(object(interaction['request'])?.['uri']),
      }
    })
  const headers = object(whole['headers'])
  if (headers !== undefined && whole['body'] !== undefined)
    return [{ at: 'body', document: parsed(whole['body']) ?? null, url: text(headers['content-location']) }]
  if (whole['status_code'] !== undefined && whole['data'] !== undefined)
    return [{ at: 'data', document: whole['data'] }]
  return [{ at: '', document }]
}
