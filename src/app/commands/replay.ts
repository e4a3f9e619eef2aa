/** `replay`: objectives over files, as if the engine had seen them all. The same input gives the same bytes. */

import { availableConnectors } from '../../connectors/available.ts'
import type { Connector } from '../../connectors/connector.ts'
import { availableIndicators } from '../../indicators/available.ts'
import type { Baseline } from '../../inventory/drift/baseline.ts'
import type { Objective } from '../../objectives/objective.ts'
import type { Attribution } from '../attribution.ts'
import { readDurably } from '../durable-replay.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { problemLines, readInventoryFiles } from '../inventory-files.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import { Pipeline } from '../pipeline.ts'
import type { PipelineOptions } from '../pipeline-options.ts'
import { Progress } from '../progress.ts'
import { replayReport } from '../replay-report.ts'
import { renderReplayTable } from '../replay-table.ts'
import { atOnce } from '../steps.ts'
import type { OutputFormat } from '../terminal.ts'
import { type Rehearsal, rehearse } from '../timeline/rehearsal.ts'
import type { CommandContext } from './command.ts'

export interface ReplayOptions {
  readonly output: OutputFormat
  readonly objectives: readonly Objective[]
  readonly attribution: Attribution
  /** The built-in ones where it is not given. */
  readonly connectors?: readonly Connector[] | undefined
  /** Epoch ms, exclusive end of all windows. */
  readonly at: number | undefined
  readonly dedupeBytes: number
  readonly ledger?: PipelineOptions['ledger']
  readonly futureToleranceMs: number
  /** Folder in which counts and positions are kept: a later replay goes on where this one was. */
  readonly stateFolder?: string | undefined
  /** Step of arrival time at which alerts are looked at, ms; undefined looks at the end only. */
  readonly timelineStepMs?: number | undefined
  readonly baseline?: Baseline | undefined
  /** Lists of rights: files or folders. */
  readonly inventory?: readonly string[] | undefined
  /** Cluster of what Kubernetes lists. */
  readonly cluster?: string | undefined
}

const dayMs = 86_400_000
const maxSeries = 10_000

/** A replay has all its records before it: nothing is late, and no slice is final before the end. */
export function replayPipeline(options: ReplayOptions, now: () => number): Pipeline {
  const longest = Math.max(dayMs, ...options.objectives.map((objective) => objective.window.durationMs))
  const pipeline = new Pipeline({
    ...options.attribution,
    connectors: options.connectors ?? availableConnectors,
    indicators: availableIndicators,
    objectives: options.objectives,
    maxSeries,
    dedupeBytes: options.dedupeBytes,
    ledger: options.ledger,
    now,
    futureToleranceMs: options.futureToleranceMs,
    until: options.at,
    allowedLatenessMs: undefined,
    slicesMs: longest * 1.1 + dayMs,
    isDurable: options.stateFolder !== undefined,
    hasInventory: (options.inventory ?? []).length > 0,
  })
  pipeline.baseline = options.baseline
  return pipeline
}

/** Lists of rights; what could not be understood in them goes to standard error. */
export function readLists(
  { inventory = [], cluster = '', attribution }: Pick<ReplayOptions, 'inventory' | 'cluster' | 'attribution'>,
  pipeline: Pipeline,
  terminal: CommandContext['terminal'],
): void {
  for (const { snapshot, problems } of readInventoryFiles(inventory, cluster, attribution)) {
    pipeline.inventory.inventory.replace(snapshot)
    for (const line of problemLines(snapshot.source, problems)) terminal.err(line)
  }
}

export async function replay(
  paths: readonly string[],
  options: ReplayOptions,
  { terminal, now }: CommandContext,
): Promise<ExitCode> {
  const files = findLogFiles(paths)
  const pipeline = replayPipeline(options, now)
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0)
  const progress = new Progress(terminal, totalBytes, now)
  const onBytes = (bytes: number): void => {
    if (terminal.isTty) progress.advance(bytes, pipeline.sources.totals().read, pipeline.newest)
  }
  readLists(options, pipeline, terminal)
  pipeline.beginBatch()
  const { stateFolder, timelineStepMs } = options
  let rehearsal: Rehearsal | undefined
  if (timelineStepMs !== undefined)
    rehearsal = await rehearse(files, pipeline, { stepMs: timelineStepMs, onBytes })
  else if (stateFolder !== undefined)
    await readDurably(paths, { pipeline, folder: stateFolder, terminal, onBytes })
  else
    for (const file of files) {
      const decoder = pipeline.decoder()
      const rejection = await feedFile(file, decoder, onBytes)
      if (rejection) pipeline.rejectInput(rejection)
    }
  atOnce(pipeline.tellRadii())
  progress.done()
  const report = replayReport(pipeline, rehearsal)
  if (options.output === 'table') terminal.out(renderReplayTable(report, terminal))
  else if (options.output === 'json') terminal.out(`${JSON.stringify(report, undefined, 2)}\n`)
  else for (const objective of report.objectives) terminal.out(`${JSON.stringify(objective)}\n`)
  return exitCodes.ok
}
