/** Log files as if they came now: what alerts did, and the incidents there were, while the records arrived. */
import type { DecodedSink } from '../../connectors/decode.ts'
import { IncidentBook } from '../../incidents/incident-book.ts'
import type { LogFile } from '../../platform/log-paths.ts'
import { diagnosesOf } from '../diagnoses.ts'
import { lookOf } from '../incident-look.ts'
import type { Pipeline } from '../pipeline.ts'
import { atOnce } from '../steps.ts'
import { ArrivalLane } from './arrival-lane.ts'
import { inOrderOfArrival } from './arrivals.ts'
import { Timeline, type Transition } from './timeline.ts'

export interface Rehearsal {
  readonly transitions: readonly Transition[]
  readonly incidents: IncidentBook
}

export interface RehearsalOptions {
  readonly stepMs: number
  /** Told of the bytes that were read of the files. */
  readonly onBytes: (bytes: number) => void
  /** Told of each record before it counts, and when it arrived, epoch ms. */
  readonly witness?: ((at: number) => DecodedSink) | undefined
}

/** What counts, after the witness was told of it. */
function witnessed(sink: DecodedSink, witness: DecodedSink): DecodedSink {
  return {
    events: (events, from) => {
      witness.events(events, from)
      sink.events(events, from)
    },
    rejection: (rejection, from) => {
      witness.rejection(rejection, from)
      sink.rejection(rejection, from)
    },
  }
}

/** Reads all files at once, in the order in which their records arrived, and looks at the alerts on the way. */
export async function rehearse(
  files: readonly LogFile[],
  pipeline: Pipeline,
  { stepMs, onBytes, witness }: RehearsalOptions,
): Promise<Rehearsal> {
  const statuses = () => {
    atOnce(pipeline.tellRadii())
    return pipeline.statuses()
  }
  const incidents = new IncidentBook()
  const timeline = new Timeline(
    stepMs,
    statuses,
    () => diagnosesOf(pipeline),
    (at, standing, diagnoses) => incidents.update(lookOf(pipeline, standing, at, diagnoses)),
  )
  const lanes = files.map((file) => new ArrivalLane(file, (sink) => pipeline.decoderInto(sink), onBytes))
  const sink = pipeline.sink()
  await inOrderOfArrival(lanes, ({ at, deliver }) => {
    timeline.arriving(at)
    deliver(witness === undefined ? sink : witnessed(sink, witness(at)))
  })
  timeline.finish()
  return { transitions: timeline.transitions, incidents }
}
