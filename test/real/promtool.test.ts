/** Generated rules under real promtool: their syntax, the numbers they give, and when they fire. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Objective } from '../../src/objectives/objective.ts'
import { renderArtifacts } from '../../src/outputs/artifacts.ts'
import { engineAlerts } from '../../src/outputs/engine-alerts.ts'
import { arbitraryObjective } from '../support/arbitrary-objective.ts'
import { anObjective, aTarget, rollingDays } from '../support/objective.ts'
import { hasPromtool, promtool, temporaryFolder } from '../support/prometheus.ts'

const timeoutMs = 120_000

function rulesOf(objectives: readonly Objective[]): readonly string[] {
  return renderArtifacts({ objectives })
    .filter((artifact) => artifact.path.startsWith('alerts/'))
    .map((artifact) => artifact.content)
}

function written(folder: string, contents: readonly string[]): readonly string[] {
  return contents.map((content, index) => {
    const path = join(folder, `rules-${index}.yaml`)
    writeFileSync(path, content)
    return path
  })
}

/** One value a minute, or an interval, in promtool's notation: `0+3x60 180x60`. */
interface Series {
  readonly series: string
  readonly values: string
}

interface Expectation {
  /** After this much time. */
  readonly at: string
  readonly expr: string
  /** Values of the result, whatever its labels: the expression aggregates them away. Empty: no result. */
  readonly gives: readonly number[]
}

/** Runs the objective's rules over the series, and says what promtool found wrong; '' when all is as expected. */
function ruleTest(
  objective: Objective,
  input: readonly Series[],
  expectations: readonly Expectation[],
  interval = '1m',
): string {
  using folder = temporaryFolder()
  const file = join(folder.path, 'test.yaml')
  const expected = expectations.map(({ at, expr, gives }) => ({
    eval_time: at,
    expr,
    exp_samples: gives.map((value) => ({ labels: '{}', value })),
  }))
  const test = {
    rule_files: written(folder.path, rulesOf([objective])),
    evaluation_interval: interval,
    tests: [{ interval, input_series: input, promql_expr_test: expected }],
  }
  writeFileSync(file, stringify(test))
  const { status, output } = promtool('test', 'rules', file)
  return status === 0 ? '' : output
}

const events = (verdict: string, values: string): Series => ({
  series: `identity_slo_events_total{objective="shop-tokens",slo="tokens",slo_service="shop",verdict="${verdict}"}`,
  values,
})

/**
 * A budget of 1/16. Where a value must be exact, good and bad events are as many: `increase` extrapolates both alike,
 * and x / (x + x) is exact however x is rounded, whichever group promtool evaluates first.
 */
function tokens(changes: Partial<Objective> = {}): Objective {
  return anObjective({
    service: 'shop',
    name: 'tokens',
    target: aTarget('93.75'),
    window: rollingDays(30),
    ...changes,
  })
}

const pages = ['page-half-budget', 'page-quick', 'page-sustained', 'page-slow']

const firing = (tier: string) =>
  `count(ALERTS{alertname=~"IdentitySLO.*",alertstate="firing",tier="${tier}"}) or vector(0)`

const ratio = (window: string) => `sum(slo:sli_error:ratio_rate${window})`

describe.skipIf(!hasPromtool)(
  'generated rules under promtool (skipped unless promtool is on the PATH)',
  () => {
    it('are valid for any objective', { timeout: timeoutMs }, () => {
      fc.assert(
        fc.property(arbitraryObjective, (objective) => {
          using folder = temporaryFolder()
          const { status, output } = promtool('check', 'rules', ...written(folder.path, rulesOf([objective])))
          expect(status, output).toBe(0)
        }),
        { numRuns: 40 },
      )
    })

    it('give the ratio, burn rate and remaining budget of the counts', { timeout: timeoutMs }, () => {
      // Every other event is bad, 8 times the budget of 1/16. Excluded events change nothing.
      const input = [
        events('good', '1000+1x180'),
        events('bad', '1000+1x180'),
        events('excluded', '1000+100x180'),
      ]
      const expectations: readonly Expectation[] = [
        { at: '90m', expr: ratio('5m'), gives: [0.5] },
        { at: '90m', expr: ratio('1h'), gives: [0.5] },
        { at: '90m', expr: ratio('30d'), gives: [0.5] },
        { at: '90m', expr: 'sum(slo:objective:ratio)', gives: [0.9375] },
        { at: '90m', expr: 'sum(slo:error_budget:ratio)', gives: [0.0625] },
        { at: '90m', expr: 'sum(slo:time_period:days)', gives: [30] },
        { at: '90m', expr: 'sum(slo:current_burn_rate:ratio)', gives: [8] },
        { at: '90m', expr: 'sum(slo:period_burn_rate:ratio)', gives: [8] },
        { at: '90m', expr: 'sum(slo:period_error_budget_remaining:ratio)', gives: [-7] },
        { at: '90m', expr: 'sum(sloth_slo_info)', gives: [1] },
      ]
      expect(ruleTest(tokens(), input, expectations)).toBe('')
    })

    it("carry sloth's labels on every series", { timeout: timeoutMs }, () => {
      const own = 'sloth_id="shop-tokens",sloth_service="shop",sloth_slo="tokens"'
      const expectations: readonly Expectation[] = [
        { at: '30m', expr: `count(slo:sli_error:ratio_rate5m{${own},sloth_window="5m"})`, gives: [1] },
        { at: '30m', expr: `count(slo:sli_error:ratio_rate30d{${own},sloth_window="30d"})`, gives: [1] },
        { at: '30m', expr: `count(slo:period_error_budget_remaining:ratio{${own}})`, gives: [1] },
        { at: '30m', expr: `count(sloth_slo_info{${own},sloth_objective="93.75"})`, gives: [1] },
      ]
      expect(ruleTest(tokens(), [events('good', '0+1x60'), events('bad', '0x60')], expectations)).toBe('')
    })

    it('weigh every event of the period the same, unlike a mean of ratios', { timeout: timeoutMs }, () => {
      // 255 good events a minute for an hour, then 1 bad a minute for an hour: nearly 1/256, not one half.
      const input = [events('good', '0+255x60 15300x60'), events('bad', '0x60 0+1x60')]
      const expectations: readonly Expectation[] = [
        { at: '120m', expr: `${ratio('2d')} > 0.0035 < 0.0043 > bool 0`, gives: [1] },
        { at: '120m', expr: ratio('30m'), gives: [1] },
      ]
      expect(ruleTest(tokens({ window: rollingDays(2) }), input, expectations)).toBe('')
    })

    it.each([
      ['hold', 0.5],
      ['good', 0],
      ['bad', 1],
    ] as const)(
      'are a number without traffic: noData %s gives %d',
      { timeout: timeoutMs },
      (noData, value) => {
        const input = [events('good', '100+1x30 130x90'), events('bad', '100+1x30 130x90')]
        const expectations: readonly Expectation[] = [
          { at: '25m', expr: ratio('5m'), gives: [0.5] },
          { at: '120m', expr: ratio('5m'), gives: [value] },
          { at: '120m', expr: ratio('30m'), gives: [value] },
        ]
        expect(ruleTest(tokens({ noData }), input, expectations)).toBe('')
      },
    )

    it.each([
      ['hold', 0],
      ['good', 0],
      ['bad', 1],
    ] as const)(
      'are a number without any counter: noData %s gives %d',
      { timeout: timeoutMs },
      (noData, value) => {
        const expectations: readonly Expectation[] = [
          { at: '10m', expr: ratio('5m'), gives: [value] },
          { at: '10m', expr: ratio('30d'), gives: [value] },
          { at: '10m', expr: 'sum(slo:period_error_budget_remaining:ratio)', gives: [1 - value * 16] },
        ]
        expect(ruleTest(tokens({ noData }), [], expectations)).toBe('')
      },
    )

    it('page quickly for a burn that goes on, and stop soon after it', { timeout: timeoutMs }, () => {
      // All events fail from the 61st minute to the 120th. At first only the 5 minutes burn;
      // ten minutes after the end only the hour does.
      const input = [events('good', '0+1x60 60x60 60+1x120'), events('bad', '0x60 0+1x60 60x120')]
      const expectations: readonly Expectation[] = [
        { at: '60m', expr: firing('page-quick'), gives: [0] },
        { at: '63m', expr: `${ratio('5m')} > bool 0.144`, gives: [1] },
        { at: '63m', expr: firing('page-quick'), gives: [0] },
        { at: '90m', expr: firing('page-quick'), gives: [1] },
        { at: '120m', expr: firing('page-quick'), gives: [1] },
        { at: '130m', expr: `${ratio('1h')} > bool 0.144`, gives: [1] },
        // What comes back within ten minutes is the same page.
        { at: '130m', expr: firing('page-quick'), gives: [1] },
        { at: '140m', expr: firing('page-quick'), gives: [0] },
      ]
      expect(ruleTest(tokens({ target: aTarget('99') }), input, expectations)).toBe('')
    })

    it('are not above a threshold that they equal', { timeout: timeoutMs }, () => {
      // Over 40 days the slow page burns at 8 × 1/16: when every other event is bad.
      const window = rollingDays(40)
      const at = [events('good', '1000+1x80'), events('bad', '1000+1x80')]
      const above = [events('good', '1000+1x80'), events('bad', '1000+2x80')]
      const fires = (count: number): readonly Expectation[] => [
        { at: '70m', expr: firing('page-slow'), gives: [count] },
      ]
      expect(ruleTest(tokens({ window }), at, fires(0))).toBe('')
      expect(ruleTest(tokens({ window }), above, fires(1))).toBe('')
    })

    it('do not page for a failure or two among few events, and do when they go on', {
      timeout: timeoutMs,
    }, () => {
      const objective = tokens({ target: aTarget('99') })
      const once = [events('good', '0x90'), events('bad', '0x40 1x50')]
      const twice = [events('good', '0x90'), events('bad', '0x40 2x50')]
      const on = [events('good', '0x90'), events('bad', '0x40 1+1x50')]
      const at = (count: number): readonly Expectation[] => [
        { at: '46m', expr: firing('page-quick'), gives: [count] },
      ]
      expect(ruleTest(objective, once, [...at(0), { at: '43m', expr: ratio('5m'), gives: [1] }])).toBe('')
      expect(ruleTest(objective, twice, at(0))).toBe('')
      expect(ruleTest(objective, on, at(1))).toBe('')
      expect(ruleTest({ ...objective, minBadEvents: 1 }, once, at(1))).toBe('')
    })

    it('do not page for a blip of 40 s, and page for an outage within three minutes', {
      timeout: timeoutMs,
    }, () => {
      // Scraped each 15 s, 8 requests in between, after an hour: all fail, for three scrapes or for good.
      const objective = tokens({ target: aTarget('99.95') })
      const blip = [events('good', '0+8x240 1920x3 1920+8x160'), events('bad', '0x240 0+8x3 24x160')]
      const outage = [events('good', '0+8x240 1920x160'), events('bad', '0x240 0+8x160')]
      const quiet = ['61m', '62m', '63m', '65m', '75m', '90m'].flatMap((at) =>
        pages.map((tier): Expectation => ({ at, expr: firing(tier), gives: [0] })),
      )
      const burns = { at: '62m', expr: `${ratio('1h')} > bool 0.0072`, gives: [1] }
      expect(ruleTest(objective, blip, [burns, ...quiet], '15s')).toBe('')
      const told = [
        { at: '61m', expr: firing('page-quick'), gives: [0] },
        { at: '63m', expr: firing('page-quick'), gives: [1] },
      ]
      expect(ruleTest(objective, outage, told, '15s')).toBe('')
    })

    it('page within a quarter of an hour for ten times the failures that a critical objective allows', {
      timeout: timeoutMs,
    }, () => {
      // 0.5 % fail, at 200 requests in 15 s; and the same share of 200 in 50 minutes, where one failure is chance.
      const objective = tokens({ target: aTarget('99.95') })
      const busy = [events('good', '0+200x240 48000+199x80'), events('bad', '0x240 0+1x80')]
      const few = [events('good', '0+1x320'), events('bad', '0x250 1x70')]
      const at = (time: string, count: number): Expectation => ({
        at: time,
        expr: firing('page-sustained'),
        gives: [count],
      })
      expect(ruleTest(objective, busy, [at('60m', 0), at('74m', 1)], '15s')).toBe('')
      expect(ruleTest(objective, few, [at('64m', 0), at('70m', 0)], '15s')).toBe('')
      const standard = { ...objective, severityClass: 'standard' } as const
      expect(ruleTest(standard, busy, [at('74m', 0)], '15s')).toBe('')
    })

    it('are the same alerts where the engine decides', { timeout: timeoutMs }, () => {
      const gauge = (tier: string, values: string): Series => ({
        series: `identity_slo_alert_firing{objective="shop-tokens",slo="tokens",slo_service="shop",tier="${tier}"}`,
        values,
      })
      const input = [
        gauge('page-quick', '0x10 1x10 0x20'),
        gauge('ticket-exhausted', '0x10 1x10 0x20'),
        { series: 'identity_slo_sli_error_ratio{objective="shop-tokens",window="1h"}', values: '0.25x40' },
        { series: 'identity_slo_error_budget_remaining_ratio{objective="shop-tokens"}', values: '-1x40' },
      ]
      const expectations: readonly Expectation[] = [
        { at: '5m', expr: firing('page-quick'), gives: [0] },
        { at: '15m', expr: firing('page-quick'), gives: [1] },
        { at: '15m', expr: firing('ticket-exhausted'), gives: [1] },
        { at: '25m', expr: firing('page-quick'), gives: [1] },
        { at: '25m', expr: firing('ticket-exhausted'), gives: [0] },
        { at: '35m', expr: firing('page-quick'), gives: [0] },
      ]
      expect(ruleTest(tokens(), input, expectations)).toBe('')
    })

    it('tell an outage of many critical services, and of one alone do not', { timeout: timeoutMs }, () => {
      const critical = (service: string, firingValues: string): readonly Series[] => [
        {
          series: `identity_slo_info{objective="${service}-a",slo_service="${service}",severity_class="critical"}`,
          values: '1x60',
        },
        {
          series: `identity_slo_info{objective="${service}-b",slo_service="${service}",severity_class="critical"}`,
          values: '1x60',
        },
        {
          series: `identity_slo_alert_firing{objective="${service}-a",slo_service="${service}",tier="page-quick"}`,
          values: firingValues,
        },
        {
          series: `identity_slo_alert_firing{objective="${service}-b",slo_service="${service}",tier="page-quick"}`,
          values: firingValues,
        },
        {
          series: `identity_slo_alert_firing{objective="${service}-b",slo_service="${service}",tier="ticket-slow"}`,
          values: '1x60',
        },
      ]
      const expr = 'count(ALERTS{alertname="IdentitySLOCriticalOutage",alertstate="firing"}) or vector(0)'
      const test = (second: string) =>
        ruleTest(
          tokens(),
          [...critical('shop', '0x10 1x50'), ...critical('bank', second), ...critical('post', '0x60')],
          [
            { at: '5m', expr, gives: [0] },
            { at: '20m', expr, gives: [second === '0x60' ? 0 : 1] },
          ],
        )
      expect(test('0x60')).toBe('')
      expect(test('0x10 1x50')).toBe('')
    })

    it('tell an outage of a provider by failures of the platform, and of callers do not', {
      timeout: timeoutMs,
    }, () => {
      const alert = 'count(ALERTS{alertname="IdentitySLOPlatformOutage",alertstate="firing"}) or vector(0)'
      const test = (fault: string) =>
        ruleTest(
          tokens(),
          [
            { series: 'identity_token_requests_total{provider="azure"}', values: '0+60x60' },
            {
              series: `identity_token_request_failures_total{provider="azure",fault="${fault}"}`,
              values: '0x20 0+45x40',
            },
          ],
          [
            { at: '19m', expr: alert, gives: [0] },
            { at: '40m', expr: alert, gives: [fault === 'platform' ? 1 : 0] },
          ],
        )
      expect(test('platform')).toBe('')
      expect(test('caller')).toBe('')
    })

    it('do not page for silence, even where it counts as bad', { timeout: timeoutMs }, () => {
      const input = [events('good', '0x90'), events('bad', '0x90')]
      const expectations: readonly Expectation[] = [
        { at: '80m', expr: ratio('1h'), gives: [1] },
        { at: '80m', expr: firing('page-quick'), gives: [0] },
      ]
      expect(ruleTest(tokens({ noData: 'bad' }), input, expectations)).toBe('')
    })

    it('page at once when half of the budget went in an hour, and go on after it', {
      timeout: timeoutMs,
    }, () => {
      // Four hours of 64 events a minute allow 154 failures of 1 %: 200 of them come in five minutes.
      const window = { kind: 'rolling', durationMs: 4 * 3_600_000, text: '4h' } as const
      const objective = tokens({ window, target: aTarget('99') })
      const input = [events('good', '0+64x330'), events('bad', '0x278 0+40x5 200x50')]
      const expectations: readonly Expectation[] = [
        { at: '279m', expr: firing('page-half-budget'), gives: [0] },
        { at: '283m', expr: firing('page-half-budget'), gives: [1] },
        { at: '300m', expr: ratio('5m'), gives: [0] },
        { at: '300m', expr: firing('page-half-budget'), gives: [1] },
      ]
      expect(ruleTest(objective, input, expectations)).toBe('')
      const fewer = [events('good', '0+64x330'), events('bad', '0x278 0+14x5 70x50')]
      expect(ruleTest(objective, fewer, [{ at: '283m', expr: firing('page-half-budget'), gives: [0] }])).toBe(
        '',
      )
    })

    it('take no short history for a whole budget, and open a ticket once it is spent', {
      timeout: timeoutMs,
    }, () => {
      // 300 failures are 72 % of what 6 700 events allow; 30 days of such events allow far more.
      const input = [events('good', '0+64x100 6400x140'), events('bad', '0x98 150 300x60 300+20x10 500x70')]
      const expectations: readonly Expectation[] = [
        { at: '101m', expr: 'sum(slo:period_coverage:ratio) > bool 0.01', gives: [0] },
        { at: '101m', expr: firing('page-half-budget'), gives: [0] },
        { at: '130m', expr: firing('ticket-exhausted'), gives: [0] },
        { at: '200m', expr: firing('ticket-exhausted'), gives: [1] },
      ]
      expect(ruleTest(tokens(), input, expectations)).toBe('')
    })

    it('read time slices from the engine, and page by them', { timeout: timeoutMs }, () => {
      const objective = tokens({
        budgeting: { method: 'RatioTimeslices', sliceMs: 300_000 },
        target: aTarget('99'),
      })
      const gauge = (window: string, values: string): Series => ({
        series: `identity_slo_sli_error_ratio{objective="shop-tokens",slo="tokens",slo_service="shop",window="${window}"}`,
        values,
      })
      const input = [
        gauge('5m', '0.25x60'),
        gauge('1h', '0.5x60'),
        gauge('30d', '0.125x60'),
        { series: 'identity_slo_alert_firing{objective="shop-tokens",tier="page-quick"}', values: '1x60' },
      ]
      const expectations: readonly Expectation[] = [
        { at: '30m', expr: ratio('5m'), gives: [0.25] },
        { at: '30m', expr: ratio('30d'), gives: [0.125] },
        { at: '30m', expr: firing('page-quick'), gives: [1] },
      ]
      expect(ruleTest(objective, input, expectations)).toBe('')
    })

    it('watch the engine itself', { timeout: timeoutMs }, () => {
      const alert = (name: string) =>
        `count(ALERTS{alertname="IdentitySLO${name}",alertstate="firing"}) or vector(0)`
      const healthy: readonly Series[] = [
        { series: 'identity_slo_build_info{version="1"}', values: '1x120' },
        { series: 'identity_slo_config_last_reload_successful', values: '1x60 0x60' },
        { series: 'identity_slo_source_silent{source="a"}', values: '0x120' },
        { series: 'identity_slo_source_silent{source="b"}', values: '0x60 1x60' },
        { series: 'identity_slo_intake_paused', values: '0x60 1x60' },
        { series: 'identity_slo_kafka_joined{consumer="k"}', values: '1x60 0x60' },
        {
          series: 'identity_slo_kafka_partition_stalled{consumer="k",topic="t",partition="0"}',
          values: '0x60 1x60',
        },
        { series: 'nodejs_eventloop_utilization_ratio', values: '0.2x60 0.99x60' },
        { series: 'identity_slo_records_total{source="a",result="accepted"}', values: '0+100x120' },
        { series: 'identity_slo_records_total{source="a",result="rejected"}', values: '0x60 0+50x60' },
        { series: 'identity_slo_series_dropped_total{family="f"}', values: '0x60 0+1x60' },
        { series: 'identity_slo_late_dropped_total{source="a"}', values: '0x60 5x60' },
        { series: 'identity_slo_source_lag_seconds{source="a"}', values: '60x120' },
        { series: 'identity_slo_source_lag_seconds{source="b"}', values: '3000x120' },
      ]
      const at = (time: string, name: string, count: number): Expectation => ({
        at: time,
        expr: alert(name),
        gives: [count],
      })
      const expectations: readonly Expectation[] = [
        at('50m', 'EngineDown', 0),
        at('50m', 'ConfigReloadFailed', 0),
        at('110m', 'ConfigReloadFailed', 1),
        at('50m', 'SourceSilent', 0),
        at('110m', 'SourceSilent', 1),
        at('4m', 'SourceLagging', 0),
        at('110m', 'SourceLagging', 1),
        at('50m', 'Watchdog', 1),
        at('50m', 'IntakePaused', 0),
        at('70m', 'IntakePaused', 1),
        at('50m', 'KafkaNotJoined', 0),
        at('110m', 'KafkaNotJoined', 1),
        at('50m', 'KafkaStalled', 0),
        at('110m', 'KafkaStalled', 1),
        at('50m', 'AtCapacity', 0),
        at('110m', 'AtCapacity', 1),
        at('50m', 'RecordsRejected', 0),
        at('110m', 'RecordsRejected', 1),
        at('50m', 'SeriesCapReached', 0),
        at('110m', 'SeriesCapReached', 1),
        at('50m', 'EventsDroppedLate', 0),
        at('70m', 'EventsDroppedLate', 1),
      ]
      expect(ruleTest(tokens(), healthy, expectations)).toBe('')
      expect(ruleTest(tokens(), [], [at('10m', 'EngineDown', 1)])).toBe('')
      const shown = new Set(expectations.map(({ expr }) => /IdentitySLO\w+/.exec(expr)?.[0]))
      for (const { alert: name } of engineAlerts) expect(shown).toContain(name)
    })
  },
)
