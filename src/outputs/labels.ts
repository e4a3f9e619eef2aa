/** Every name of a label of our metrics, spelled here and nowhere else. */

/**
 * Metric labels. None is called service, owner, region, cluster or env: scrape configs set those on targets,
 * and Prometheus would rename ours to `exported_…`.
 */
export const labels = {
  provider: 'provider',
  identityType: 'identity_type',
  app: 'app',
  layer: 'layer',
  reason: 'reason',
  fault: 'fault',
  status: 'status',
  targetService: 'target_service',
  decision: 'decision',
  op: 'op',
  expected: 'expected',
  planned: 'planned',
  identity: 'identity',
  mode: 'mode',
  objective: 'objective',
  slo: 'slo',
  sloService: 'slo_service',
  window: 'window',
  verdict: 'verdict',
  dimension: 'dimension',
  contributor: 'contributor',
  indicator: 'indicator',
  target: 'target',
  budgeting: 'budgeting',
  sloOwner: 'slo_owner',
  severityClass: 'severity_class',
  tier: 'tier',
  revision: 'revision',
  alertmanager: 'alertmanager',
  source: 'source',
  result: 'result',
  family: 'family',
  code: 'code',
  consumer: 'consumer',
  transport: 'transport',
  scrapeTarget: 'scrape_target',
  sampling: 'sampling',
  topic: 'topic',
  partition: 'partition',
  why: 'why',
  what: 'what',
  version: 'version',
  nodeVersion: 'node_version',
} as const

/** Labels that others put on our series: the scrape, and Prometheus on histograms. */
export const foreignLabels = { job: 'job', instance: 'instance', bucketBound: 'le' } as const
