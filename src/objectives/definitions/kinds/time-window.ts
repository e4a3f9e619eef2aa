/** `timeWindow` of an SLO: rolling, or aligned to a calendar in a time zone. */
import { parseInstant } from '../../../events/time.ts'
import { formatDuration } from '../../duration.ts'
import type { TimeWindow } from '../../objective.ts'
import { boolean, type Check, duration, readFields, text } from '../yaml/check.ts'
import { describe } from '../yaml/node.ts'
import { nearest } from '../yaml/suggest.ts'

const startTime: Check<string> = (node, path, reporter) => {
  const written = node.kind === 'scalar' ? node.source : ''
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(written) && Number.isFinite(parseInstant(written)))
    return written
  const form = 'a day and time that exist, as YYYY-MM-DD HH:MM:SS in the zone of timeZone'
  reporter.error(node.at, `${path} must be ${form}; found ${describe(node)}`)
  return undefined
}

function isTimeZone(name: string): boolean {
  // Intl also takes bare offsets, which are no zones: they know no daylight saving time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** A zone of the IANA database. */
export const timeZone: Check<string> = (node, path, reporter) => {
  const name = text(node, path, reporter)
  if (name === undefined || isTimeZone(name)) return name
  const near = nearest(name, Intl.supportedValuesOf('timeZone'))
  const rule = `${path} must be a name of the IANA time zone database, such as Europe/Berlin or UTC`
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  reporter.error(node.at, `${rule}; found ${describe(node)}${hint}`)
  return undefined
}

const calendar: Check<{ readonly startTime: string; readonly timeZone: string }> = (node, path, reporter) => {
  const fields = readFields(node, path, ['startTime', 'timeZone'], reporter)
  const start = fields?.required('startTime', startTime)
  const zone = fields?.required('timeZone', timeZone)
  return start !== undefined && zone !== undefined ? { startTime: start, timeZone: zone } : undefined
}

const oneWindow: Check<TimeWindow> = (node, path, reporter) => {
  const fields = readFields(node, path, ['duration', 'isRolling', 'calendar'], reporter)
  if (!fields) return undefined
  const length = fields.required('duration', duration)
  const rolling = fields.optional('isRolling', boolean) ?? false
  const aligned = fields.optional('calendar', calendar)
  if (rolling && fields.has('calendar')) {
    reporter.error(
      fields.keyOf('calendar'),
      `${path} is rolling: leave calendar out, or set isRolling: false`,
    )
  }
  if (!rolling && !fields.has('calendar')) {
    reporter.error(
      fields.at,
      `${path} needs either isRolling: true or a calendar with startTime and timeZone`,
    )
  }
  if (!length) return undefined
  // 1M or 4w would mean nothing to Prometheus: a rolling window is spelled as its length, 30d or 28d.
  if (rolling) return { kind: 'rolling', durationMs: length.ms, text: formatDuration(length.ms) }
  const { ms, text: written, count, unit } = length
  return aligned && { kind: 'calendar', durationMs: ms, text: written, count, unit, ...aligned }
}

export const timeWindow: Check<TimeWindow> = (node, path, reporter) => {
  if (node.kind !== 'list' || node.items.length !== 1) {
    const found = node.kind === 'list' ? `${node.items.length} items` : describe(node)
    reporter.error(node.at, `${path} must be a list of exactly one time window; found ${found}`)
    return undefined
  }
  const [item] = node.items
  return item && oneWindow(item, `${path}[0]`, reporter)
}
