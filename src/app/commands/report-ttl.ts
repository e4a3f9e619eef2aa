/** `report ttl`: what other lifetimes of tokens would mean for the workloads in some logs. */
import { availableConnectors } from '../../connectors/available.ts'
import { Decoder, DecoderPlan } from '../../connectors/decode.ts'
import { Dedupe } from '../../events/dedupe.ts'
import { type TtlOptions, type TtlReport, TtlStudy } from '../../outputs/ttl-tradeoff.ts'
import { inflate } from '../../platform/inflate.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import { formatCount, formatPercent, formatRate, type OutputFormat, renderTable } from '../terminal.ts'
import type { CommandContext } from './command.ts'

export interface ReportTtlOptions extends TtlOptions {
  readonly output: OutputFormat
  readonly dedupeBytes: number
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** 86400 as `1d`, 5400 as `1.5h`, 17.52 as `17.5s`. */
function spell(seconds: number): string {
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ['s', 1]
  return `${formatRate(seconds / size)}${unit}`
}

function table(report: TtlReport): string {
  const { observed, lifetimes } = report
  const ttl = observed.medianTtlSeconds === null ? '' : `, tokens live ${spell(observed.medianTtlSeconds)}`
  const latency = observed.latencyMs === null ? '' : `, ${formatRate(observed.latencyMs)} ms each`
  const head = [
    `${report.from ?? 'no'} to ${report.to ?? 'events'}: ${formatCount(report.holders)} holders of tokens needed one at ${formatCount(report.instants)} instants`,
    `observed: ${formatCount(observed.requests)} requests${latency}${ttl}; ${formatPercent(observed.failureShare)} failed through the platform`,
    `clients renew after ${formatPercent(report.refreshAt)} of the lifetime`,
  ]
  if (report.leftOut > 0) head.push(`${formatCount(report.leftOut)} instants did not fit into memory`)
  const rows = lifetimes.map((row) => [
    spell(row.ttlSeconds),
    formatCount(row.requests),
    formatRate(row.requestsPerHour),
    formatCount(row.peakRequestsPerMinute),
    row.waitedSeconds === null ? '' : spell(row.waitedSeconds),
    row.cost === null ? '' : formatRate(row.cost),
    formatRate(row.refreshFailures),
    formatRate(row.failedWaits),
    spell(row.exposureMeanSeconds),
    spell(row.exposureMaxSeconds),
    spell(row.bridgedSeconds),
  ])
  const header = [
    'lifetime',
    'requests',
    'per hour',
    'peak/min',
    'waited',
    'cost',
    'refresh failures',
    'failed waits',
    'exposure',
    'at most',
    'outage bridged',
  ]
  return `${head.join('\n')}\n\n${renderTable(
    header,
    rows,
    header.map(() => 'right'),
  )}`
}

export async function reportTtl(
  paths: readonly string[],
  options: ReportTtlOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const study = new TtlStudy(options)
  const dedupe = new Dedupe(options.dedupeBytes)
  const plan = new DecoderPlan(availableConnectors)
  for (const file of findLogFiles(paths)) {
    const decoder = new Decoder(plan, inflate, {
      events: (events) => {
        for (const event of events) if (dedupe.isFirst(event.id, event.time)) study.observe(event)
      },
      rejection: () => undefined,
    })
    await feedFile(file, decoder)
  }
  const report = study.report()
  if (options.output === 'table') terminal.out(table(report))
  else if (options.output === 'json') terminal.out(`${JSON.stringify(report, undefined, 2)}\n`)
  else for (const row of report.lifetimes) terminal.out(`${JSON.stringify(row)}\n`)
  return exitCodes.ok
}
