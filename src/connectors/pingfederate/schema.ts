/** Which fields of a security audit event are read: addresses, attributes and assertions of people never are. */
import type { Shape } from '../connector.ts'

export const auditKeys = [
  'trackingid',
  'transactionid',
  'event',
  'subject',
  'connectionid',
  'connectionname',
  'protocol',
  'role',
  'status',
  'description',
  'responsetime',
  'granttype',
  'clientauthntype',
  'atjti',
  'virtualserverid',
] as const

const audit: Shape = Object.fromEntries(auditKeys.map((key) => [key, true as const]))

export const reads: Shape = {
  // One field a name, as a JSON pattern in log4j2.xml writes them. Lines of text are in `message` or `log`, which every
  // record may have as a wrapper and which are read as such.
  ...audit,
  /** Texts; elsewhere they are objects. */
  status: {},
  role: {},
  '@timestamp': true,
  timestamp: true,
  // Log4j's JSON layout: the fields are its thread context.
  contextMap: audit,
  instant: { epochSecond: true, nanoOfSecond: true },
  timeMillis: true,
}
