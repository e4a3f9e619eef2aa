/** `simulate`: records of a scenario in the providers' own formats, and the truth about them. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fileSink } from '../../platform/record-sinks/file-sink.ts'
import { httpSink, SendError } from '../../platform/record-sinks/http-sink.ts'
import type { RecordSink } from '../../platform/record-sinks/record-sink.ts'
import type { GroundTruth } from '../../simulation/ground-truth.ts'
import { ownershipText } from '../../simulation/ownership-text.ts'
import type { Scenario } from '../../simulation/scenario.ts'
import { Simulation } from '../../simulation/simulation.ts'
import type { ScenarioOverrides } from '../config/scenario-settings.ts'
import { AppError, type ExitCode, exitCodes, fileError } from '../errors.ts'
import { requireScenario } from '../scenario-files.ts'
import { runSimulation } from '../simulation-run.ts'
import { errorCode, systemReason } from '../system-error.ts'
import { formatCount, formatTime, renderTable } from '../terminal.ts'
import type { CommandContext } from './command.ts'

export const destinations = ['files', 'http', 'kafka'] as const

export interface SimulateOptions extends ScenarioOverrides {
  readonly to: (typeof destinations)[number]
  /** Folder of logs (with `files`) and of the truth. */
  readonly out: string
  readonly arrivals: boolean
  /** Undefined is as fast as possible. */
  readonly speed: number | undefined
  readonly url: string
  readonly otlpUrl?: string | undefined
  readonly token?: string | undefined
  readonly brokers: readonly string[]
  readonly topic?: string | undefined
}

const shipped = fileURLToPath(new URL('../../../simulations/', import.meta.url))

/** Names of the scenarios that come with the program. */
export function shippedScenarios(): readonly string[] {
  if (!existsSync(shipped)) return []
  return readdirSync(shipped)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .toSorted()
}

/** A file, or the name of a scenario that comes with the program. */
function scenarioPath(given: string): string {
  if (existsSync(given) || /[./\\]/.test(given)) return given
  if (!shippedScenarios().includes(given))
    throw AppError.of('unknownScenario', { name: given, allowed: shippedScenarios().join(', ') })
  return join(shipped, `${given}.yaml`)
}

async function sinkOf(options: SimulateOptions): Promise<RecordSink> {
  const { to, out, arrivals, url, otlpUrl, token, brokers, topic } = options
  if (to === 'http') {
    const tracesUrl = otlpUrl === undefined ? undefined : new URL('/v1/traces', otlpUrl).href
    return httpSink({ recordsUrl: new URL('/v1/records', url).href, tracesUrl, token })
  }
  if (to === 'kafka') {
    if (brokers.length === 0 || topic === undefined)
      throw AppError.of('badOption', { what: '--to kafka needs --brokers and --topic', command: 'simulate' })
    // Loaded only here: nothing else of this command needs the Kafka client.
    const { kafkaSink } = await import('../../platform/record-sinks/kafka-sink.ts')
    return kafkaSink({ brokers, topic })
  }
  return fileSink(({ log }) => {
    if (log === 'otlp') return join(out, 'telemetry', 'traces.ndjson')
    return arrivals ? join(out, 'arrivals.ndjson') : join(out, 'logs', `${log}.ndjson`)
  })
}

/** What went wrong on the way out, as an error that a person can act on. */
function deliveryError(error: unknown, { to, out }: SimulateOptions): unknown {
  if (error instanceof AppError) return error
  if (to === 'files') return errorCode(error) === undefined ? error : fileError(out, error)
  const isOutside = error instanceof SendError || to === 'kafka'
  if (!isOutside) return error
  const reason = error instanceof Error ? error.message : String(error)
  return AppError.of('recordsNotTaken', { to, reason })
}

function writeBeside(out: string, name: string, text: string): void {
  const path = join(out, name)
  try {
    mkdirSync(out, { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw AppError.of('unwritableFile', { path, reason: systemReason(error) })
  }
}

function summary(truth: GroundTruth, { out, to }: SimulateOptions): string {
  const logs = Object.entries(truth.logs).map(([log, counts]) => [
    log,
    formatCount(counts.written - counts.lost + counts.duplicates),
    formatCount(counts.late),
    formatCount(counts.duplicates),
    formatCount(counts.lost),
  ])
  const faults = truth.faults.map((fault) => [
    fault.kind,
    formatTime(Date.parse(fault.from)),
    formatTime(Date.parse(fault.to)),
    formatCount(fault.records),
    formatCount(fault.telemetry.records),
    fault.mode ?? '',
    fault.pages ? 'page' : '',
    fault.workloads.join(', '),
  ])
  const right = ['left', 'right', 'right', 'right', 'right'] as const
  const faultTable =
    faults.length === 0
      ? ''
      : `\n${renderTable(['fault', 'from', 'to', 'records', 'spans', 'mode', 'expect', 'workloads'], faults, ['left', 'left', 'left', 'right', 'right'])}`
  const where = to === 'files' ? `records and truth.json in ${out}` : `records to ${to}, truth.json in ${out}`
  return `${truth.title}\n${where}\n\n${renderTable(['log', 'records', 'late', 'twice', 'lost'], logs, right)}${faultTable}`
}

export async function simulate(
  given: string,
  options: SimulateOptions,
  { terminal, now }: CommandContext,
): Promise<ExitCode> {
  const scenario: Scenario = requireScenario(scenarioPath(given), options)
  const simulation = new Simulation(scenario)
  // Before the records: a running engine may read it.
  writeBeside(options.out, 'ownership.yaml', ownershipText(scenario))
  const pace = { start: scenario.start, speed: options.speed, now, sleep }
  try {
    const sink = await sinkOf(options)
    await runSimulation(simulation.records(), {
      sink,
      pace,
      hasEnvelopes: options.arrivals,
      onRecords: (count, arrival) => {
        if (terminal.isTty)
          terminal.err(`\r\u001b[K${formatCount(count)} records · up to ${formatTime(arrival)}`)
      },
    })
  } catch (error) {
    throw deliveryError(error, options)
  } finally {
    if (terminal.isTty) terminal.err('\r\u001b[K')
  }
  const truth = simulation.truth()
  writeBeside(options.out, 'truth.json', `${JSON.stringify(truth, undefined, 2)}\n`)
  terminal.out(summary(truth, options))
  return exitCodes.ok
}
