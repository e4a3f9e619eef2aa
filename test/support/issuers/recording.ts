/** Logs of drives, kept as fixtures: what real issuers wrote, shortened, with what had been asked beside it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { linesOf } from '../workspace.ts'
import type { Asked } from './truth.ts'

const folder = new URL('../../issuers/recorded/', import.meta.url)

type LogRecord = Readonly<Record<string, unknown>>

export interface Shortening {
  /** Records that are many and all alike; this many of them are kept. */
  readonly crowd: (record: LogRecord) => boolean
  readonly kept: number
  /** Replaces what tells about the machine it ran on, and leaves out what is long. */
  readonly shown: (record: LogRecord) => LogRecord
}

export const asItIs: Shortening = { crowd: () => false, kept: 0, shown: (record) => record }

function objectIn(record: LogRecord, key: string): LogRecord | undefined {
  const value = record[key]
  return typeof value === 'object' && value !== null ? (value as LogRecord) : undefined
}

/** The cluster's own calls, and the beginnings of all calls, are most of the log. */
export const kubernetesShortening: Shortening = {
  crowd: (record) => {
    const user = String(objectIn(record, 'user')?.['username'] ?? '')
    const isCluster = user.startsWith('system:apiserver') || user.startsWith('system:probe')
    return isCluster || record['stage'] === 'RequestReceived'
  },
  kept: 12,
  shown: ({ responseObject, ...record }) => {
    if (typeof responseObject !== 'object' || responseObject === null) return record
    const { metadata, ...body } = responseObject as LogRecord
    const { managedFields: _long, ...named } = (metadata ?? {}) as LogRecord
    return { ...record, responseObject: { ...body, metadata: named } }
  },
}

/** Refusals by pg_hba.conf say where that file is. */
export const postgresqlShortening: Shortening = {
  crowd: () => false,
  kept: 0,
  shown: (record) =>
    JSON.parse(
      JSON.stringify(record).replaceAll(/(?<=\W)\/[\w/-]*(?=\/pg_hba\.conf)/g, '/var/lib/postgresql/data'),
    ),
}

export const keycloakShortening: Shortening = {
  crowd: (record) => record['loggerName'] !== 'org.keycloak.events',
  kept: 8,
  shown: (record) => ({ ...record, hostName: 'keycloak-1', processName: 'java', processId: 1 }),
}

function parsed<T>(text: string): readonly T[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]))
}

/** Only when `ISSUERS_RECORD` is set: a drive is never quite the same again. */
export function record(
  name: string,
  log: Uint8Array,
  asked: readonly Asked[],
  { crowd, kept, shown }: Shortening,
): void {
  if (!process.env['ISSUERS_RECORD']) return
  let crowded = 0
  const records = parsed<LogRecord>(Buffer.from(log).toString()).filter(
    (each) => !crowd(each) || ++crowded <= kept,
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${name}.ndjson`, folder), linesOf(records.map(shown)))
  writeFileSync(new URL(`${name}.truth.ndjson`, folder), linesOf(asked))
}

export interface Recording {
  readonly name: string
  readonly log: Uint8Array
  readonly asked: readonly Asked[]
}

export function recordings(): readonly Recording[] {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.flatMap((file) => {
    if (!file.endsWith('.truth.ndjson')) return []
    const name = file.slice(0, -'.truth.ndjson'.length)
    const asked = parsed<Asked>(readFileSync(new URL(file, folder), 'utf8'))
    return [{ name, log: readFileSync(new URL(`${name}.ndjson`, folder)), asked }]
  })
}
