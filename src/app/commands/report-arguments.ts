/** Arguments of `report` and its reports on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseInstant } from '../../events/time.ts'
import { parseDuration } from '../../objectives/duration.ts'
import { AppError, type ExitCode } from '../errors.ts'
import { type OutputFormat, outputFormats } from '../terminal.ts'
import type { CommandContext } from './command.ts'
import { type LogArguments, logReading, withLogOptions } from './log-arguments.ts'
import { reportIncident } from './report-incident.ts'
import { reportReview } from './report-review.ts'
import { reportTtl } from './report-ttl.ts'

const dedupeBytes = 64 * 1024 * 1024
const usualLifetimes = ['5m', '15m', '1h', '8h', '1d'].map((text) => parseDuration(text) ?? 0)

interface TtlArguments {
  readonly ttl?: number[]
  readonly refreshAt: number
  readonly pricePerMillion?: number
  readonly output: OutputFormat
}

function lifetimes(value: string, before: number[] | undefined): number[] {
  const ms = parseDuration(value)
  if (ms === undefined) throw new InvalidArgumentError('expected durations such as 15m 1h 8h')
  return [...(before ?? []), ms]
}

function percent(value: string): number {
  const parsed = Number(value)
  if (!(parsed >= 1 && parsed <= 100)) throw new InvalidArgumentError('expected a percentage from 1 to 100')
  return parsed / 100
}

function price(value: string): number {
  const parsed = Number(value)
  if (value.trim() === '' || !(parsed >= 0)) throw new InvalidArgumentError('expected a number from 0')
  return parsed
}

function addTtl(report: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  report
    .command('ttl')
    .description(
      'Compare lifetimes of tokens: requests, cost, refresh failures and exposure, from your own logs.',
    )
    .argument('<file...>', 'log files, or folders of them')
    .option('--ttl <duration...>', 'lifetimes to compare (default: 5m 15m 1h 8h 1d)', lifetimes)
    .option('--refresh-at <percent>', 'when clients renew, in percent of the lifetime', percent, 0.8)
    .option('--price-per-million <number>', 'what a million requests for tokens cost', price)
    .addOption(
      new Option('-o, --output <format>', 'how to print the result').choices(outputFormats).default('table'),
    )
    .addHelpText(
      'after',
      '\nExample: identity-slo report ttl /var/log/audit --ttl 15m 1h 8h\ndocs/game-days/ttl-tradeoff.md says what the numbers mean.',
    )
    .action(async (files: string[], { ttl, refreshAt, pricePerMillion, output }: TtlArguments) => {
      const ttlsMs = ttl ?? usualLifetimes
      done(await reportTtl(files, { ttlsMs, refreshAt, pricePerMillion, output, dedupeBytes }, context))
    })
}

interface IncidentArguments extends LogArguments {
  readonly from: number
  readonly to: number
  readonly output: 'markdown' | 'json'
}

function instant(option: string): (value: string) => number {
  return (value) => {
    const parsed = parseInstant(value)
    if (Number.isNaN(parsed)) throw AppError.of('badTime', { option, value })
    return parsed
  }
}

function addIncident(report: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const command = report
    .command('incident')
    .description(
      'Write the facts of a postmortem: timeline, time to detect and to restore, who was hit, who did what before.',
    )
    .argument('<file...>', 'log files, or folders of them')
    .requiredOption('--from <time>', 'begin of the interval, RFC 3339', instant('--from'))
    .requiredOption('--to <time>', 'its end', instant('--to'))
  withLogOptions(command)
    .addOption(
      new Option('-o, --output <format>', 'how to write it')
        .choices(['markdown', 'json'])
        .default('markdown'),
    )
    .addHelpText(
      'after',
      `
Example: identity-slo report incident logs/ --from 2026-11-12T09:00:00Z --to 2026-11-12T12:00:00Z > postmortem.md
Give logs from before the interval too: budgets and burn rates need a history. docs/reports.md says how to read it.`,
    )
    .action(async (files: string[], options: IncidentArguments) => {
      const { from, to, output } = options
      if (to <= from)
        throw AppError.of('badOption', { what: '--to is not after --from', command: 'report incident' })
      done(await reportIncident({ ...logReading(files, options), from, to, output }, context))
    })
}

const dayMs = 86_400_000
const maxDays = 90

interface ReviewArguments extends LogArguments {
  readonly since: number
  readonly html?: string
  readonly output: 'markdown' | 'html' | 'json'
}

/** In ms. */
function since(value: string): number {
  const ms = parseDuration(value)
  if (ms === undefined || ms < dayMs || ms > maxDays * dayMs)
    throw new InvalidArgumentError(`expected 1d to ${maxDays}d, such as 7d or 30d`)
  return ms
}

/** What `report` does without the name of a report. */
function addReview(report: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const command = report
    .command('review', { isDefault: true })
    .description(
      'Write the weekly or monthly review: budgets, incidents, drift, blast radius, unused identities, fallbacks.',
    )
    .argument('<file...>', 'log files, or folders of them')
    .addOption(
      new Option('--since <duration>', 'how long before the newest event it begins')
        .argParser(since)
        .default(7 * dayMs, '7d'),
    )
    .option('--html <file>', 'write it as HTML with charts too, from the same reading')
  withLogOptions(command)
    .addOption(
      new Option('-o, --output <format>', 'how to print it')
        .choices(['markdown', 'html', 'json'])
        .default('markdown'),
    )
    .addHelpText(
      'after',
      `
Example: identity-slo report --since 7d logs/ --html review.html > review.md
Give logs from before the review too: budgets have windows of their own. docs/reports.md says how to read it.`,
    )
    .action(async (files: string[], options: ReviewArguments) => {
      const { since: sinceMs, html, output } = options
      done(await reportReview({ ...logReading(files, options), sinceMs, html, output }, context))
    })
}

/** `done` is called with the exit code. */
export function addReport(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const report = root.command('report').description('Answer a question from logs, in numbers.')
  addReview(report, context, done)
  addTtl(report, context, done)
  addIncident(report, context, done)
}
