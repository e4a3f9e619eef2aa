import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricFamilies } from '../../src/outputs/conventions.ts'
import { labels } from '../../src/outputs/labels.ts'
import { alertNamePattern, alertNames, records, ruleGroups } from '../../src/outputs/rule-conventions.ts'

const sourceRoot = join(import.meta.dirname, '../../src')
const ownFiles = ['conventions.ts', 'labels.ts', 'pipeline-conventions.ts', 'rule-conventions.ts'].map(
  (name) => join(sourceRoot, 'outputs', name),
)

function sourceFiles(): readonly string[] {
  return readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(sourceRoot, file))
}

describe('the catalogue of metrics', () => {
  it('has every family of the contract that the runtime fills now', () => {
    expect(metricFamilies.map((family) => family.name).sort()).toEqual([
      'identity_access_pattern_calls',
      'identity_assignment_changes_total',
      'identity_failure_mode_active',
      'identity_findings',
      'identity_granted_resources',
      'identity_inventory_granted_resources',
      'identity_inventory_identities',
      'identity_metadata_call_duration_seconds',
      'identity_metadata_call_failures_total',
      'identity_metadata_calls_total',
      'identity_orphaned',
      'identity_permission_violations_total',
      'identity_secret_fallback_total',
      'identity_service_auth_failures_total',
      'identity_service_auth_total',
      'identity_slo_alert_firing',
      'identity_slo_alertmanager_alerts_refused_total',
      'identity_slo_alertmanager_alerts_sent_total',
      'identity_slo_alertmanager_failures_total',
      'identity_slo_alertmanager_pending_alerts',
      'identity_slo_alertmanager_up',
      'identity_slo_alerts_held',
      'identity_slo_build_info',
      'identity_slo_burn_rate',
      'identity_slo_config_last_reload_successful',
      'identity_slo_contributor_bad_events',
      'identity_slo_duplicates_total',
      'identity_slo_error_budget_remaining_before_exclusions_ratio',
      'identity_slo_error_budget_remaining_ratio',
      'identity_slo_events_total',
      'identity_slo_expired_token_uses_total',
      'identity_slo_fallback_forgotten_total',
      'identity_slo_fallback_holders',
      'identity_slo_fallback_unjudged_total',
      'identity_slo_fallback_waiting_events',
      'identity_slo_file_failures_total',
      'identity_slo_info',
      'identity_slo_intake_paused',
      'identity_slo_inventory_failures_total',
      'identity_slo_inventory_forgotten_total',
      'identity_slo_inventory_oldest_timestamp_seconds',
      'identity_slo_kafka_caught_up',
      'identity_slo_kafka_joined',
      'identity_slo_kafka_out_of_range_total',
      'identity_slo_kafka_partition_lag_records',
      'identity_slo_kafka_partition_stalled',
      'identity_slo_kafka_rebalances_total',
      'identity_slo_kafka_rebuilds_total',
      'identity_slo_kafka_unsettled_total',
      'identity_slo_late_dropped_total',
      'identity_slo_ledger_forgotten_total',
      'identity_slo_ledger_tokens',
      'identity_slo_ledger_waiting',
      'identity_slo_objective_ratio',
      'identity_slo_otlp_processes',
      'identity_slo_otlp_represented_spans_total',
      'identity_slo_otlp_requests_total',
      'identity_slo_otlp_series',
      'identity_slo_otlp_series_forgotten_total',
      'identity_slo_otlp_spans_total',
      'identity_slo_prometheus_scrape_failures_total',
      'identity_slo_prometheus_scrapes_total',
      'identity_slo_prometheus_up',
      'identity_slo_records_total',
      'identity_slo_series_dropped_total',
      'identity_slo_sli_error_ratio',
      'identity_slo_source_lag_seconds',
      'identity_slo_source_last_event_timestamp_seconds',
      'identity_slo_source_last_record_timestamp_seconds',
      'identity_slo_source_silent',
      'identity_slo_source_watermark_timestamp_seconds',
      'identity_slo_webhook_requests_total',
      'identity_target_service_refusals_total',
      'identity_token_age_ratio',
      'identity_token_age_seconds',
      'identity_token_fetch_duration_seconds',
      'identity_token_refresh_failures_total',
      'identity_token_request_failures_total',
      'identity_token_requests_total',
      'identity_used_resources',
    ])
  })

  it('names no family twice', () => {
    const names = metricFamilies.map((family) => family.name)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(metricFamilies.map((family) => [family.name, family] as const))(
    '%s follows Prometheus',
    (_, family) => {
      expect(family.name).toMatch(/^identity_[a-z0-9_]*[a-z0-9]$/)
      expect(family.name.endsWith('_total')).toBe(family.type === 'counter')
      expect(family.help).toMatch(/^[A-Z].*\.$/)
      expect(family.help.length).toBeLessThanOrEqual(120)
      expect(new Set(family.labelNames).size).toBe(family.labelNames.length)
      expect(family.buckets !== undefined).toBe(family.type === 'histogram')
      const buckets = family.buckets ?? []
      expect([...buckets].sort((a, b) => a - b)).toEqual(buckets)
    },
  )

  it('takes no label that scrape configs put on targets', () => {
    const targets = [
      'job',
      'instance',
      'service',
      'owner',
      'region',
      'zone',
      'cluster',
      'env',
      'environment',
      'type',
    ]
    expect(Object.values(labels).filter((label) => targets.includes(label))).toEqual([])
    for (const label of Object.values(labels)) expect(label).toMatch(/^[a-z][a-z_]*$/)
  })
})

describe('the names of rules', () => {
  it("are sloth's", () => {
    expect(records.sliErrorRatio('5m')).toBe('slo:sli_error:ratio_rate5m')
    expect(ruleGroups.sli('a-b')).toBe('sloth-slo-sli-recordings-a-b')
    expect(ruleGroups.meta('a-b')).toBe('sloth-slo-meta-recordings-a-b')
    expect(ruleGroups.alerts('a-b')).toBe('sloth-slo-alerts-a-b')
  })

  it('of alerts are all found by their pattern', () => {
    for (const name of Object.values(alertNames)) expect(name).toMatch(new RegExp(`^${alertNamePattern}$`))
  })
})

describe('the rest of the source', () => {
  it('spells no metric or rule name itself', () => {
    const spelled =
      /\b(identity_(slo|token|service|assignment|metadata|permission|secret)_\w+|slo:\w+:\w+|sloth_\w+)/
    const offenders = sourceFiles()
      .filter((file) => !ownFiles.includes(file))
      .filter((file) => spelled.test(readFileSync(file, 'utf8')))
    expect(offenders).toEqual([])
  })
})
