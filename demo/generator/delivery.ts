/** How records arrive: late, twice, out of order, and packed as each provider packs them. */
import { gzipSync } from 'node:zlib'
import { type Random, seededRandom } from '../../src/simulation/random.ts'
import { accountId, region } from './estate-aws.ts'
import type { Delivery } from './truth.ts'
import { day, hour, minute, weekEnd, weekStart } from './week.ts'

/** One record as JSON, and when the thing happened that it records. */
export interface LogRecord {
  readonly time: number
  readonly text: string
}

/** A line that is no record. */
export interface Noise {
  readonly arrival: number
  readonly text: string
}

interface Arrived extends LogRecord {
  readonly arrival: number
}

export interface DemoFile {
  /** Below the folder of the logs, with `/`. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface Habits {
  readonly lagMs: readonly [least: number, most: number]
  /** Share of records that arrive hours late. */
  readonly late: number
  /** Share of records with which a delivery is repeated, and how many records it repeats. */
  readonly repeated: number
  readonly repeatLength: number
}

/** In order of arrival. */
function arrivals(records: readonly LogRecord[], habits: Habits, random: Random): Arrived[] {
  const [least, most] = habits.lagMs
  const arrived = records.map((record) => {
    const lag = least + random.below(most - least)
    // Far enough behind to count as late, near enough to be within any sensible lateness allowed.
    const held = random.chance(habits.late) ? 80 * minute + random.below(5 * hour) : 0
    return { ...record, arrival: record.time + lag + held }
  })
  arrived.sort((a, b) => a.arrival - b.arrival)
  const repeats = arrived.flatMap((_, index) => {
    if (!random.chance(habits.repeated)) return []
    const delay = minute / 2 + random.below(20 * minute)
    return arrived
      .slice(index, index + habits.repeatLength)
      .map((record) => ({ ...record, arrival: record.arrival + delay }))
  })
  return [...arrived, ...repeats].sort((a, b) => a.arrival - b.arrival)
}

function survey(arrived: readonly Arrived[], files: number, noise: readonly Noise[]): Delivery {
  const seen = new Set<string>()
  let newest = 0
  let late = 0
  for (const { time, text } of arrived) {
    if (seen.has(text)) continue
    seen.add(text)
    if (time < newest - hour) late++
    newest = Math.max(newest, time)
  }
  const malformedLines = noise.filter(({ text }) => !text.endsWith('}')).length
  return {
    files,
    records: arrived.length,
    duplicates: arrived.length - seen.size,
    late,
    malformedLines,
    brokenRecords: noise.length - malformedLines,
  }
}

function gzip(text: string): Uint8Array {
  const bytes = gzipSync(text, { level: 9, memLevel: 9 })
  // "Unknown" for the operating system, which zlib would write here.
  bytes[9] = 255
  return bytes
}

/** Index of the slot that something arrives in; the last one takes what arrives after the week. */
function slotOf(arrival: number, length: number): number {
  return Math.min(Math.floor((arrival - weekStart) / length), (weekEnd - weekStart) / length - 1)
}

function bySlot<T extends { readonly arrival: number }>(arrived: readonly T[], length: number): T[][] {
  const slots = Array.from({ length: (weekEnd - weekStart) / length }, (): T[] => [])
  for (const record of arrived) slots[slotOf(record.arrival, length)]?.push(record)
  return slots
}

function dateOf(slot: number): string {
  return new Date(weekStart + slot * day).toISOString().slice(0, 10)
}

export interface Delivered {
  readonly files: readonly DemoFile[]
  readonly survey: Delivery
}

/** Event Hubs messages, one a line: `{"records":[…]}` with what arrived within a minute, at most eight. */
function messages(arrived: readonly Arrived[]): Noise[] {
  const lines: Noise[] = []
  for (let start = 0; start < arrived.length; ) {
    const { arrival } = arrived[start] ?? { arrival: 0 }
    let end = start + 1
    while (end < start + 8 && (arrived[end]?.arrival ?? Number.POSITIVE_INFINITY) < arrival + minute) end++
    const records = arrived.slice(start, end).map((record) => record.text)
    lines.push({ arrival, text: `{"records":[${records.join(',')}]}` })
    start = end
  }
  return lines
}

/** One gzipped file of lines a day. */
function dailyLines(folder: string, name: string, lines: readonly Noise[]): DemoFile[] {
  const ordered = lines.toSorted((a, b) => a.arrival - b.arrival)
  return bySlot(ordered, day).map((slot, index) => ({
    path: `${folder}/${name}-${dateOf(index)}.ndjson.gz`,
    bytes: gzip(slot.map(({ text }) => `${text}\n`).join('')),
  }))
}

export function deliverAzure(records: readonly LogRecord[], noise: readonly Noise[]): Delivered {
  const habits: Habits = { lagMs: [2 * minute, 6 * minute], late: 0.0015, repeated: 0.0015, repeatLength: 1 }
  const arrived = arrivals(records, habits, seededRandom('azure delivery'))
  const files = dailyLines('azure', 'insights-logs', [...messages(arrived), ...noise])
  return { files, survey: survey(arrived, files.length, noise) }
}

export function deliverKubernetes(records: readonly LogRecord[], noise: readonly Noise[]): Delivered {
  const habits: Habits = { lagMs: [0, 1500], late: 0.0005, repeated: 0.0002, repeatLength: 12 }
  const arrived = arrivals(records, habits, seededRandom('kubernetes delivery'))
  const files = dailyLines('kubernetes', 'audit', [...arrived, ...noise])
  return { files, survey: survey(arrived, files.length, noise) }
}

/** A trail's objects in a bucket; each covers four hours here, and some minutes in reality. */
export function deliverAws(records: readonly LogRecord[]): Delivered {
  const habits: Habits = { lagMs: [3 * minute, 8 * minute], late: 0.001, repeated: 0.002, repeatLength: 1 }
  const random = seededRandom('aws delivery')
  const arrived = arrivals(records, habits, random)
  const length = 4 * hour
  const files = bySlot(arrived, length).map((slot, index) => {
    const written = new Date(weekStart + (index + 1) * length - 5 * minute).toISOString()
    const folder = `aws/AWSLogs/${accountId}/CloudTrail/${region}/${written.slice(0, 10).replaceAll('-', '/')}`
    const stamp = `${written.slice(0, 10).replaceAll('-', '')}T${written.slice(11, 16).replace(':', '')}Z`
    const suffix = Array.from({ length: 16 }, () =>
      random.pick(['a', 'K', 'x', '7', 'Q', 'd', '2', 'M']),
    ).join('')
    return {
      path: `${folder}/${accountId}_CloudTrail_${region}_${stamp}_${suffix}.json.gz`,
      bytes: gzip(`{"Records":[${slot.map(({ text }) => text).join(',')}]}`),
    }
  })
  return { files, survey: survey(arrived, files.length, []) }
}
