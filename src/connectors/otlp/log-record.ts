/** Log records: events of our own names, and records of other logs that a collector carries in the body. */
import type { Rejection } from '../../events/rejection.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Attributes } from './attributes.ts'
import type { Candidate } from './candidate.ts'
import { isLibraryName, libraryEvent } from './library.ts'
import type { Resource } from './resource.ts'
import { sourceId } from './span-event-base.ts'
import { unreadable } from './spans.ts'
import type { CarriedRecord } from './telemetry-batch.ts'

export interface LogFields {
  readonly resource: Resource
  readonly attributes: Attributes
  readonly name: string
  /** Epoch ms: when it happened, else when it was seen; undefined where neither is said. */
  readonly time: number | undefined
  /** A body that is a JSON object, as text. */
  readonly json: string | undefined
  /** The record as it was sent: the same when it is sent again. */
  readonly raw: string
}

/** Undefined: it is about something else. */
export function mapLog(log: LogFields): readonly Candidate[] | Rejection | CarriedRecord | undefined {
  const { resource, attributes, time, json, raw } = log
  const name = log.name === '' ? (attributes.text('event.name') ?? '') : log.name
  if (!isLibraryName(name)) return json === undefined ? undefined : { text: json }
  if (time === undefined) return unreadable('log record', 'it has neither a time nor an observed time')
  const id = `${sourceId}:log:${fingerprint(`${resource.instance}\n${raw}`)}@${time}`
  const facts = { id, time, latencyMs: undefined, weight: undefined, sampling: undefined }
  const isFailed = attributes.text('identity.outcome') === 'failure'
  const event = libraryEvent(name, { attributes, resource, facts, isFailed, message: '' })
  return event && [{ instance: resource.instance, observer: 'library', events: [event] }]
}
