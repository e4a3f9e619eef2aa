/** One maintenance window of an exclusions file: a name, a reason, when it is, and which events it leaves out. */
import { parseInstant } from '../../../events/time.ts'
import { instantOf, zoneOffset } from '../../calendar.ts'
import { parseDuration } from '../../duration.ts'
import { RecurringDays } from '../../exclusions/recurrence.ts'
import { once, RecurringSchedule } from '../../exclusions/schedule.ts'
import type { Exclusion, Schedule } from '../../objective.ts'
import { timeZone } from '../kinds/time-window.ts'
import { fileAndLine, type Reporter } from '../problem.ts'
import { where } from '../where.ts'
import { type Check, type Fields, type Located, label, located, readFields, text } from '../yaml/check.ts'
import { describe } from '../yaml/node.ts'
import { parseRecurrenceRule, type RecurrenceRule } from './recurrence-rule.ts'

const dayMs = 86_400_000
const maxDays = 366
/** A rule without an occurrence in so many days has none. */
const searchedDays = 200 * 366

/** An instant, or a time that some zone's clocks show: then in ms as if it were UTC. */
interface WrittenTime {
  readonly ms: number
  readonly zone: 'utc' | 'offset' | 'local'
}

const writtenTime: Check<WrittenTime> = (node, path, reporter) => {
  const written = node.kind === 'scalar' ? node.source : ''
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.exec(written)
  const [, date, clock, seconds = ':00', zone = ''] = match ?? []
  const ms = match === null ? Number.NaN : parseInstant(`${date}T${clock}${seconds}${zone}`)
  if (ms >= 0 && ms < Date.UTC(3000, 0)) {
    return { ms, zone: zone === '' ? 'local' : zone === 'Z' ? 'utc' : 'offset' }
  }
  const form =
    'a day and time that exist, from 1970 on: 2026-03-01T02:00:00Z, or 2026-03-01 02:00 in the zone of timeZone'
  reporter.error(node.at, `${path} must be ${form}; found ${describe(node)}`)
  return undefined
}

const length: Check<number> = (node, path, reporter) => {
  const ms = node.kind === 'scalar' ? parseDuration(node.source) : undefined
  if (ms !== undefined) return ms
  reporter.error(
    node.at,
    `${path} must be a whole number with s, m, h, d or w, such as 90m; found ${describe(node)}`,
  )
  return undefined
}

const rule: Check<RecurrenceRule> = (node, path, reporter) => {
  const written = text(node, path, reporter)
  if (written === undefined) return undefined
  return parseRecurrenceRule(written, (message) => reporter.error(node.at, `${path}: ${message}`))
}

interface Times {
  readonly start: Located<WrittenTime> | undefined
  readonly end: Located<WrittenTime> | undefined
  readonly duration: Located<number> | undefined
  readonly timeZone: string | undefined
  readonly rule: Located<RecurrenceRule> | undefined
}

/** A local time without a zone is reported where it stands. */
function instant(time: Located<WrittenTime>, path: string, zone: string | undefined, reporter: Reporter) {
  const { ms, zone: written } = time.value
  if (written !== 'local') return ms
  if (zone !== undefined) return instantOf(ms, zoneOffset(zone))
  reporter.error(
    time.at,
    `${path} is a local time: give timeZone, or write an offset behind the time, such as Z`,
  )
  return undefined
}

function lengthOf(times: Times, start: number, path: string, reporter: Reporter): number | undefined {
  const { end, duration, timeZone: zone } = times
  const to = end && instant(end, `${path}.end`, zone, reporter)
  const ms = to === undefined ? duration?.value : to - start
  const at = end?.at ?? duration?.at
  if (ms === undefined || at === undefined) return undefined
  if (ms <= 0) reporter.error(at, `${path}.end must be after start`)
  else if (ms > maxDays * dayMs) reporter.error(at, `${path} is longer than ${maxDays} days`)
  else return ms
  return undefined
}

function scheduleOf(times: Times, path: string, reporter: Reporter): Schedule | undefined {
  const { start, timeZone: zone } = times
  const from = start && instant(start, `${path}.start`, zone, reporter)
  if (start === undefined || from === undefined) return undefined
  const durationMs = lengthOf(times, from, path, reporter)
  if (durationMs === undefined) return undefined
  if (times.rule === undefined) return once(from, durationMs)
  if (start.value.zone === 'offset' && zone === undefined) {
    const why = 'an offset alone does not know when clocks change'
    reporter.error(times.rule.at, `${path}.rrule needs timeZone, whose clocks it follows: ${why}`)
    return undefined
  }
  const offset = zoneOffset(zone ?? 'UTC')
  const local = start.value.zone === 'local' ? start.value.ms : from + offset(from)
  return recurring(times.rule, local, durationMs, offset, path, reporter)
}

function recurring(
  { value, at }: Located<RecurrenceRule>,
  local: number,
  durationMs: number,
  offset: ReturnType<typeof zoneOffset>,
  path: string,
  reporter: Reporter,
): Schedule | undefined {
  const startDay = Math.floor(local / dayMs)
  const clockMs = local - startDay * dayMs
  const days = new RecurringDays(value.recurrence, startDay)
  const startOn = (day: number): number => instantOf(day * dayMs + clockMs, offset)
  const first = days.nth(1, startDay + searchedDays)
  let until = Number.POSITIVE_INFINITY
  if (value.until) until = value.until.isUtc ? value.until.local : instantOf(value.until.local, offset)
  else if (value.count) until = startOn(days.nth(value.count, startDay + searchedDays) ?? startDay)
  if (first === undefined) {
    reporter.error(at, `${path}.rrule has no occurrence: no day is all that it asks for`)
    return undefined
  }
  if (startOn(first) > until) {
    reporter.error(at, `${path}.rrule has no occurrence: UNTIL is before the first one, on ${spell(first)}`)
    return undefined
  }
  if (first !== startDay) {
    const why = `start is on ${spell(startDay)}, which is no day of the rule`
    reporter.warning(at, `${path}.rrule: ${why}; the first occurrence is on ${spell(first)}`)
  }
  return new RecurringSchedule({ days, clockMs, durationMs, offset, until })
}

function spell(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

const fieldNames = ['name', 'reason', 'start', 'end', 'duration', 'timeZone', 'rrule', 'where']

function timesOf(fields: Fields): Times | undefined {
  const times: Times = {
    start: fields.required('start', located(writtenTime)),
    end: fields.optional('end', located(writtenTime)),
    duration: fields.optional('duration', located(length)),
    timeZone: fields.optional('timeZone', timeZone),
    rule: fields.optional('rrule', located(rule)),
  }
  if (!fields.exactlyOne(['end', 'duration'])) return undefined
  // A field that was refused is not one that is absent.
  const isRefused = (name: string, value: unknown): boolean => fields.has(name) && value === undefined
  return isRefused('timeZone', times.timeZone) || isRefused('rrule', times.rule) ? undefined : times
}

export const maintenanceWindow: Check<Exclusion> = (node, path, reporter) => {
  const fields = readFields(node, path, fieldNames, reporter)
  if (!fields) return undefined
  const name = fields.required('name', located(label))
  const reason = fields.required('reason', text)
  const times = timesOf(fields)
  const schedule = times && scheduleOf(times, path, reporter)
  const selected = fields.optional('where', where)
  if (!name || reason === undefined || !schedule) return undefined
  return {
    name: name.value,
    reason,
    schedule,
    where: selected,
    definedAt: fileAndLine(name.at),
  }
}
