/** One line of the server's log, the same whichever form it came in. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { lastSegment } from '../azure-resources.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'

export interface Line {
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly message: string
  readonly detail: string
  /** SQLSTATE; `undefined` where the form has none, or the line is no failure. */
  readonly code: string | undefined
  /** Whether the line says that something failed; in jsonlog the severity is in the server's language. */
  readonly isFailure: boolean
  /** Whether it ended the connection before its session began, as only jsonlog shows. */
  readonly endsAuthentication: boolean
  readonly user: string | undefined
  readonly database: string | undefined
  /** Name of a managed server; empty where only the transport knows it. */
  readonly server: string
}

const success = '00000'
const localTime = 'timestamp is in a local time zone, which is ambiguous: set log_timezone to UTC'

/** `2026-11-20 09:15:00.123 UTC`; zones with names other than UTC's mean several things. */
function stampOf(written: string): number {
  const space = written.lastIndexOf(' ')
  const zone = space < 19 ? '' : written.slice(space + 1)
  if (zone === '') return parseInstant(written)
  const base = written.slice(0, space)
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return parseInstant(base)
  // `+03` for zones without a name.
  return parseInstant(base + (zone.length === 3 ? `${zone}00` : zone))
}

function timeOf(written: string | undefined): number | Rejection {
  if (written === undefined)
    return reject('missing_field', 'timestamp is missing: expected the time of the line')
  const time = stampOf(written)
  if (!Number.isNaN(time)) return time
  const isDate = !Number.isNaN(parseInstant(written.slice(0, 19)))
  return reject('invalid_field', isDate ? localTime : 'timestamp is not a time as the server writes it')
}

function known(name: string | undefined): string | undefined {
  return name === '' || name === '[unknown]' ? undefined : name
}

/** What follows `mark` up to one of `ends`. */
function between(line: string, mark: string, ends: string): string | undefined {
  const at = line.indexOf(mark)
  if (at < 0) return undefined
  const start = at + mark.length
  let end = start
  while (end < line.length && !ends.includes(line[end] ?? '')) end++
  return known(line.slice(start, end))
}

const severities = ['FATAL:  ', 'ERROR:  ', 'LOG:  ', 'FATAL: ', 'ERROR: ', 'LOG: ', 'DETAIL: ', 'WARNING: ']

interface Words {
  /** `log_line_prefix`, and the message behind the severity. */
  readonly prefix: string
  readonly message: string
  readonly severity: string
}

function wordsOf(line: string): Words {
  for (const severity of severities) {
    const at = line.indexOf(severity)
    if (at >= 0)
      return {
        prefix: line.slice(0, at),
        message: line.slice(at + severity.length),
        severity: severity.trim(),
      }
  }
  return { prefix: '', message: line, severity: '' }
}

/** Names in the text: `user=checkout database=orders`, `user "checkout"`, `role "checkout"`. */
function namesIn(prefix: string, message: string): Pick<Line, 'user' | 'database'> {
  const user =
    between(prefix, 'user=', ',] ') ??
    between(message, 'user=', ' ') ??
    between(message, 'user "', '"') ??
    between(message, 'role "', '"')
  const database =
    between(prefix, 'db=', ',] ') ?? between(message, 'database=', ' ') ?? between(message, 'database "', '"')
  return { user, database }
}

function readJsonLog(record: JsonObject): Line | Rejection {
  const written = text(record['timestamp'])
  const time = timeOf(written)
  if (typeof time !== 'number') return time
  const session = text(record['session_id'])
  const line = number(record['line_num'])
  if (session === undefined || line === undefined)
    return reject('missing_field', 'session_id or line_num is missing: expected both, as jsonlog writes them')
  const code = text(record['state_code'])
  return {
    id: `postgresql:${session}:${line}:${time}`,
    time,
    message: text(record['message']) ?? '',
    detail: text(record['detail']) ?? '',
    code,
    isFailure: code !== undefined && code !== success,
    endsAuthentication:
      record['ps'] === 'authentication' && text(record['error_severity'])?.startsWith('FATAL') === true,
    user: text(record['user']),
    database: text(record['dbname']),
    server: '',
  }
}

function readAzure(record: JsonObject): Line | Rejection {
  const details = object(record['properties'])
  const written = text(details?.['timestamp']) ?? text(record['time'])
  const time = timeOf(written)
  if (typeof time !== 'number') return time
  const line = text(details?.['message'])
  if (line === undefined) return reject('missing_field', 'properties.message is missing: expected the line')
  const { prefix, message } = wordsOf(line)
  const level = text(details?.['errorLevel'])
  const code = text(details?.['sqlerrcode'])
  const said = `${record['resourceId']}|${details?.['processId']}|${written}|${line}`
  return {
    id: `postgresql:${time}:${fingerprint(said)}`,
    time,
    message,
    detail: text(details?.['detail']) ?? '',
    code: code === success ? undefined : code,
    isFailure: level === 'FATAL' || level === 'ERROR',
    endsAuthentication: false,
    ...namesIn(prefix, message),
    server: lastSegment((text(record['resourceId']) ?? '').toLowerCase()),
  }
}

function readCloudSql(record: JsonObject): Line | Rejection {
  const time = timeOf(text(record['timestamp']))
  if (typeof time !== 'number') return time
  const insertId = text(record['insertId'])
  const line = text(record['textPayload'])
  if (insertId === undefined || line === undefined)
    return reject('missing_field', 'insertId or textPayload is missing: expected the id and text of the line')
  const { prefix, message, severity } = wordsOf(line)
  return {
    id: `postgresql:${insertId}:${time}`,
    time,
    message,
    detail: '',
    code: undefined,
    isFailure: severity === 'FATAL:' || severity === 'ERROR:',
    endsAuthentication: false,
    ...namesIn(prefix, message),
    server: text(object(object(record['resource'])?.['labels'])?.['database_id']) ?? '',
  }
}

export function isJsonLog(record: JsonObject): boolean {
  if (text(record['error_severity']) === undefined) return false
  return text(record['session_id']) !== undefined || text(record['backend_type']) !== undefined
}

export function isAzure(record: JsonObject): boolean {
  return record['category'] === 'PostgreSQLLogs'
}

export function isCloudSql(record: JsonObject): boolean {
  if (typeof record['textPayload'] !== 'string') return false
  return text(record['logName'])?.endsWith('/cloudsql.googleapis.com%2Fpostgres.log') === true
}

export function readLine(record: JsonObject): Line | Rejection {
  if (isJsonLog(record)) return readJsonLog(record)
  return isAzure(record) ? readAzure(record) : readCloudSql(record)
}
