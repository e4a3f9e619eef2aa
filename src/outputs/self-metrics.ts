/**
 * What the program says about its own work: exported by OpenTelemetry on a port of its own, so spelled in its way. Prometheus
 * sees underscores, the unit (s is seconds, By is bytes), and `_total` on counters.
 */

export const selfMetrics = {
  stageDuration: {
    name: 'identity_slo.pipeline.stage.duration',
    unit: 's',
    description:
      'Duration of the stages of a batch: fetch, decode, judge, commit; of renderings; and of the start.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  batches: {
    name: 'identity_slo.pipeline.batches',
    unit: '{batch}',
    description: 'Batches of records: what one commit makes durable.',
  },
  decoderInput: {
    name: 'identity_slo.pipeline.decoder.input',
    unit: 'By',
    description: 'Bytes of records decoded, after unpacking.',
  },
  rowsWritten: {
    name: 'identity_slo.pipeline.commit.rows',
    unit: '{row}',
    description: 'Rows written to the state store by commits.',
  },
  commitBytes: {
    name: 'identity_slo.pipeline.commit.written',
    unit: 'By',
    description: 'Bytes of state written to the state store by commits.',
  },
  queueDepth: {
    name: 'identity_slo.pipeline.queue.depth',
    unit: '{item}',
    description: 'What waits in a queue now.',
  },
} as const

/** Attributes of the above; dots become underscores as well. */
export const selfLabels = {
  stage: 'stage',
  source: 'source',
  queue: 'queue',
  errorType: 'error.type',
} as const
