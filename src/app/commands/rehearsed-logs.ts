/** The logs that a report is about, read in the order in which their records arrived. */
import type { DecodedSink } from '../../connectors/decode.ts'
import { findLogFiles } from '../log-inputs.ts'
import type { Pipeline } from '../pipeline.ts'
import { Progress } from '../progress.ts'
import { atOnce } from '../steps.ts'
import { type Rehearsal, rehearse } from '../timeline/rehearsal.ts'
import type { CommandContext } from './command.ts'
import { type ReplayOptions, readLists, replayPipeline } from './replay.ts'

export interface LogReading
  extends Pick<
    ReplayOptions,
    'objectives' | 'attribution' | 'connectors' | 'baseline' | 'inventory' | 'cluster'
  > {
  readonly files: readonly string[]
  /** How often the alerts are looked at, ms of arrival time. */
  readonly stepMs: number
}

export interface RehearsedLogs extends Rehearsal {
  readonly pipeline: Pipeline
}

const dedupeBytes = 64 * 1024 * 1024
const futureToleranceMs = 300_000

/** `witness` is told of each record before it counts. Throws AppError for a file that cannot be read. */
export async function rehearsedLogs(
  reading: LogReading,
  { terminal, now }: CommandContext,
  witness?: (at: number) => DecodedSink,
): Promise<RehearsedLogs> {
  const files = findLogFiles(reading.files)
  const options = { ...reading, output: 'json', at: undefined, dedupeBytes, futureToleranceMs } as const
  const pipeline = replayPipeline(options, now)
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0)
  const progress = new Progress(terminal, totalBytes, now)
  const onBytes = (bytes: number): void =>
    progress.advance(bytes, pipeline.sources.totals().read, pipeline.newest)
  readLists(reading, pipeline, terminal)
  pipeline.beginBatch()
  const rehearsal = await rehearse(files, pipeline, { stepMs: reading.stepMs, onBytes, witness })
  atOnce(pipeline.tellRadii())
  progress.done()
  return { ...rehearsal, pipeline }
}
