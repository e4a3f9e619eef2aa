/** A pipeline between two clocks that a test sets: the wall's, which may jump, and one that only goes forward. */
import { defaultPseudonymKey } from '../../src/app/attribution.ts'
import { Pipeline } from '../../src/app/pipeline.ts'
import type { PipelineOptions } from '../../src/app/pipeline-options.ts'
import { replayReport } from '../../src/app/replay-report.ts'
import type { RecordOutcomes } from '../../src/app/streams.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { keyedPseudonym } from '../../src/platform/pseudonym.ts'
import { anObjective, aTarget } from './objective.ts'
import { hourMs, morning } from './records.ts'
import { linesOf } from './workspace.ts'

export class ClockedPipeline {
  /** Epoch ms, and ms. */
  wall = morning
  steady = 0
  readonly pipeline: Pipeline

  constructor(changes: Partial<PipelineOptions> = {}) {
    this.pipeline = new Pipeline({
      connectors: availableConnectors,
      indicators: availableIndicators,
      objectives: [anObjective({ sli: { indicator: 'token-issuance', where: {} }, target: aTarget('99.9') })],
      rules: [],
      policy: { people: true, machines: false },
      pseudonym: keyedPseudonym(defaultPseudonymKey),
      maxSeries: 10_000,
      dedupeBytes: 16 * 1024 * 1024,
      now: () => this.wall,
      steadyMs: () => this.steady,
      futureToleranceMs: 300_000,
      until: undefined,
      allowedLatenessMs: 3 * hourMs,
      slicesMs: 3 * hourMs,
      ...changes,
    })
  }

  /** Both clocks go on. */
  pass(ms: number): void {
    this.wall += ms
    this.steady += ms
  }

  /** Records that come in one batch on one lane; gives what became of them. */
  feed(records: readonly object[], lane = 'lane'): RecordOutcomes {
    const outcomes = { accepted: 0, duplicate: 0, late: 0, rejected: 0, irrelevant: 0 }
    const decoder = this.pipeline.decoder(
      { counted: (result) => void outcomes[result]++, rejected: () => undefined },
      { transport: 'files', lane },
    )
    this.pipeline.beginBatch()
    decoder.push(Buffer.from(linesOf(records)))
    decoder.end()
    return outcomes
  }

  /** Everything that a person or a machine is told. */
  get report(): ReturnType<typeof replayReport> {
    return replayReport(this.pipeline)
  }

  /** Alerts of the only objective that fire. */
  get firing(): readonly string[] {
    return this.pipeline
      .statuses()
      .flatMap(({ alerts }) => alerts.filter(({ isFiring }) => isFiring).map(({ id }) => id))
  }
}
