/** What every audit event says: when, in which cluster, by whom, and whether it went well. */
import type { Fault, Identity, Reason, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { causes } from './codes.ts'

export interface AuditEvent {
  /** Of our event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** `bot.join` */
  readonly type: string
  readonly code: string
  readonly cluster: string
  readonly isFailure: boolean
  readonly error: string
  readonly record: JsonObject
}

/** `T1000I` went well, `T1000W` and `T1000E` did not; records that were tidied up may have it in small letters. */
function saysFailure(code: string): boolean {
  const last = code.slice(-1).toUpperCase()
  return last === 'W' || last === 'E'
}

export function readAuditEvent(record: JsonObject): AuditEvent | Rejection {
  const type = text(record['event'])
  const code = text(record['code'])
  const written = text(record['time'])
  if (type === undefined || code === undefined)
    return reject('missing_field', 'event or code is missing: expected both, e.g. bot.join and TJ001I')
  if (written === undefined) return reject('missing_field', 'time is missing: expected an RFC 3339 time')
  const time = parseInstant(written)
  if (Number.isNaN(time)) return reject('invalid_field', 'time is not an RFC 3339 time')
  const said = `${type}|${code}|${text(record['user']) ?? ''}|${text(record['name']) ?? ''}`
  const id = text(record['uid']) ?? `${time}:${fingerprint(said)}`
  return {
    id: `teleport:${id}`,
    time,
    type,
    code,
    cluster: text(record['cluster_name']) ?? '',
    isFailure: record['success'] === false || saysFailure(code),
    error: text(record['error']) ?? '',
    record,
  }
}

export const unknownIdentity = 'unknown'

/** Kinds of users as the record numbers them. */
const botKind = 2
const systemKind = 3
const botPrefix = 'bot-'

export function botIdentity(name: string, cluster: string): Identity {
  return { id: `${botPrefix}${name}`, name, type: 'service-account', tenant: cluster }
}

/** Agents and the cluster's own services: `<id of the host>.<cluster>`. */
function isSystem(user: string, kind: number | undefined, cluster: string): boolean {
  if (kind === systemKind) return true
  return cluster !== '' && user.length === cluster.length + 37 && user.endsWith(`.${cluster}`)
}

/** By the name of a user: bots have one that begins with `bot-`. */
export function userIdentity(user: string, kind: number | undefined, cluster: string): Identity {
  if (isSystem(user, kind, cluster)) return { id: user, type: 'unknown', tenant: cluster }
  const isBot = kind === botKind || (kind === undefined && user.startsWith(botPrefix))
  if (isBot && user.startsWith(botPrefix)) return botIdentity(user.slice(botPrefix.length), cluster)
  return { id: user, type: 'user', tenant: cluster }
}

/** Whose event it is; failed joins call the bot `unknown`. */
export function identityOf(event: AuditEvent): Identity | undefined {
  const { record, cluster } = event
  const bot = text(record['bot_name'])
  if (bot !== undefined && bot !== unknownIdentity) return botIdentity(bot, cluster)
  const user = text(record['user']) ?? text(record['user_name'])
  return user === undefined ? undefined : userIdentity(user, number(record['user_kind']), cluster)
}

export interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
  readonly decision: TokenUse['decision']
}

/** `otherwise`: what is said of an error that is in no table. */
export function failureOf(event: AuditEvent, otherwise: TokenUse['decision']): Failure {
  const cause = causes.find(({ text: part }) => event.error.includes(part))
  const reason = cause?.reason ?? 'unknown'
  return { reason, fault: faultOf[reason], code: event.code, decision: cause?.decision ?? otherwise }
}
