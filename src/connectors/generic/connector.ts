/** Connectors that the configuration makes: a mapping of fields for JSON records that nothing else reads. */
import { reject } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped, Shape } from '../connector.ts'
import { fingerprint } from '../fingerprint.ts'
import { eventOf } from './events.ts'
import { type FieldMapping, fieldNames } from './field-mapping.ts'
import { type CodeTable, outcomeOf } from './outcome.ts'
import { FieldReader } from './reader.ts'

/** What the record says in all fields that are read: the same record has the same id at each delivery. */
function contentId(reader: FieldReader, record: JsonObject): string {
  return fingerprint(fieldNames.map((name) => reader.text(record, name) ?? '').join('\n'))
}

class MappedSource {
  readonly #mapping: FieldMapping
  readonly #reader: FieldReader
  readonly #successes: ReadonlySet<string> | undefined
  readonly #codes: CodeTable

  constructor(mapping: FieldMapping, reader: FieldReader) {
    this.#mapping = mapping
    this.#reader = reader
    this.#successes = mapping.success === undefined ? undefined : new Set(mapping.success)
    this.#codes = new Map((mapping.codes ?? []).map(({ code, ...rest }) => [code, rest]))
  }

  map(record: JsonObject): Mapped {
    const mapping = this.#mapping
    const reader = this.#reader
    const time = reader.instant(record, 'time')
    const timeField = mapping.fields.time ?? 'time'
    if (time === undefined) return reject('missing_field', `${timeField}: expected when it happened`)
    if (!Number.isSafeInteger(time))
      return reject('invalid_field', `${timeField}: expected RFC 3339, or seconds, ms, µs or ns since 1970`)
    const status = reader.number(record, 'status')
    const authStatus = reader.number(record, 'authStatus')
    const result = reader.text(record, 'result')
    if (reader.has('status') && status === undefined && result === undefined)
      return reject('missing_field', `${mapping.fields.status}: expected an HTTP status`)
    const code = reader.text(record, 'code')
    const isIssuance = mapping.kind === 'token.request'
    const said = outcomeOf({ status, authStatus, result, code }, this.#successes, this.#codes, isIssuance)
    const who = reader.text(record, mapping.kind === 'assignment.change' ? 'principal' : 'identity')
    if (who === undefined && said.outcome === 'success')
      return reject('not_relevant', 'the record names nobody: a call without an identity')
    const party = who === undefined ? reader.nobody(record) : reader.party(record, who)
    const native = reader.text(record, 'id')
    const id = `${mapping.name}:${native ?? `${time}:${contentId(reader, record)}`}`
    return eventOf({ mapping, reader, record, id, time, party, said, status })
  }
}

/** `others`: shapes of the connectors that run beside it. The mapping has been checked (app/connector-files.ts). */
export function genericConnector(mapping: FieldMapping, others: readonly Shape[]): Connector {
  const reader = new FieldReader(mapping, others)
  const source = new MappedSource(mapping, reader)
  return {
    id: mapping.name,
    provider: mapping.provider,
    title: mapping.title,
    reads: reader.reads,
    detect: (record) => reader.detect(record),
    map: (record) => source.map(record),
  }
}
