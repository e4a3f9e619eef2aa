/** The engine's burn rates against those that our recording rules have in a real Prometheus: docs/accuracy.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { objectiveMetrics } from '../../src/outputs/conventions.ts'
import { labels } from '../../src/outputs/labels.ts'
import { recordingGroups } from '../../src/outputs/recording-rules.ts'
import { records, slothLabels } from '../../src/outputs/rule-conventions.ts'
import { renderRuleFile } from '../../src/outputs/rule-file.ts'
import { aFailedTokenRequest, aTokenRequest } from '../support/event.ts'
import { hasPrometheus, type PrometheusServer, promtool, temporaryFolder } from '../support/prometheus.ts'
import { Agreement } from '../support/prometheus-agreement.ts'
import { type RecordedSample, startBackfilled, storedSamples } from '../support/prometheus-backfill.ts'
import { engineReadings, objectiveOf } from '../support/prometheus-engine.ts'
import {
  backlog,
  delayed,
  deliveredAgain,
  deliveryMs,
  historyEnd,
  observedFrom,
  scrapedLate,
  scrapes,
  shapes,
  steady,
  sudden,
  type Traffic,
} from '../support/prometheus-traffic.ts'

const timeoutMs = 300_000
const minuteMs = 60_000
const hourMs = 3_600_000
const budget = 0.005

const windowLengths = {
  '5m': 5 * minuteMs,
  '30m': 30 * minuteMs,
  '1h': hourMs,
  '2h': 2 * hourMs,
  '6h': 6 * hourMs,
  '1d': 24 * hourMs,
  '3d': 72 * hourMs,
  '30d': 720 * hourMs,
} as const

type Window = keyof typeof windowLengths
const windows = Object.keys(windowLengths) as Window[]

/** Stated in docs/accuracy.md: of the burn rate, while neither traffic nor its share of failures changes. */
const steadyTolerance = 0.01

/** One window at one instant, as both see it. */
interface Reading {
  readonly window: Window
  /** Epoch ms. */
  readonly at: number
  readonly prometheus: number
  readonly engine: number
  /** Counted by the test itself over the engine's window. */
  readonly truth: number
  readonly tolerance: number
}

function differing(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter(({ prometheus, engine, tolerance }) => !(Math.abs(prometheus - engine) <= tolerance))
}

function outsideOfSteady(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter(
    ({ prometheus, engine }) => !(Math.abs(prometheus - engine) <= steadyTolerance * engine),
  )
}

describe.skipIf(!hasPrometheus)(
  'burn rates of the engine and of Prometheus (skipped unless prometheus and promtool are on the PATH)',
  () => {
    const folder = temporaryFolder()
    let server: PrometheusServer

    beforeAll(async () => {
      const traffics = [...shapes, delayed, backlog, scrapedLate]
      server = await startBackfilled({
        folder: folder.path,
        scraped: traffics.map((traffic) => ({ objective: objectiveOf(traffic), scrapes: scrapes(traffic) })),
        from: observedFrom,
        to: historyEnd,
        // No multiple of a scrape interval: windows begin and end everywhere between two scrapes.
        intervalSeconds: 247,
      })
    }, timeoutMs)

    afterAll(async () => {
      await server?.[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    })

    const recorded = (traffic: Traffic, record: string): Promise<readonly RecordedSample[]> =>
      storedSamples(
        server,
        `${record}{${slothLabels.id}="${objectiveOf(traffic).id}"}`,
        observedFrom,
        historyEnd,
      )

    /** Every window at every instant at which Prometheus has events in it. */
    async function readingsOf(traffic: Traffic, delayMs = 0): Promise<readonly Reading[]> {
      const agreement = new Agreement(traffic)
      const samples = new Map<Window, readonly RecordedSample[]>()
      for (const window of windows)
        samples.set(window, await recorded(traffic, records.sliErrorRatio(window)))
      const instants = (samples.get('5m') ?? []).map(({ at }) => at)
      const engine = engineReadings(traffic, instants, delayMs)
      return [...samples].flatMap(([window, values]) =>
        values.flatMap(({ at, value }) => {
          const expected = agreement.expected(at, windowLengths[window], delayMs)
          if (!expected.hasData) return []
          const reading = engine.get(at)?.get(window)?.errorRatio ?? Number.NaN
          const { errorRatio: truth, tolerance } = expected
          return [{ window, at, prometheus: value, engine: reading, truth, tolerance }]
        }),
      )
    }

    it.each(shapes.map((traffic) => [traffic.name, traffic] as const))(
      'differ by no more than what lies in the edges of windows: %s',
      { timeout: timeoutMs },
      async (_name, traffic) => {
        const readings = await readingsOf(traffic)
        expect(readings.length).toBeGreaterThan(400)
        expect(differing(readings)).toEqual([])
        for (const { engine, truth } of readings) expect(engine).toBeCloseTo(truth, 12)
        const worst = (window: Window): string => {
          const own = readings.filter((reading) => reading.window === window)
          const ratio = Math.max(...own.map(({ prometheus, engine }) => Math.abs(prometheus - engine)))
          return `${window} ${ratio.toExponential(1)} of ${Math.max(...own.map(({ tolerance }) => tolerance)).toExponential(1)}`
        }
        console.info(`${traffic.name}: largest difference of error ratios ${windows.map(worst).join(', ')}`)
      },
    )

    it('are the same within 1 % while traffic is steady', { timeout: timeoutMs }, async () => {
      expect(outsideOfSteady(await readingsOf(steady))).toEqual([])
    })

    it('are recorded as error ratio over budget, and as the budget that is left', {
      timeout: timeoutMs,
    }, async () => {
      const [month] = shapes.slice(-1) as [Traffic]
      const agreement = new Agreement(month)
      const pairs = [
        [records.currentBurnRate, '5m', (rate: number) => rate],
        [records.periodBurnRate, '30d', (rate: number) => rate],
        [records.periodErrorBudgetRemaining, '30d', (rate: number) => 1 - rate],
      ] as const
      for (const [record, window, of] of pairs) {
        const ratios = await recorded(month, records.sliErrorRatio(window))
        const samples = await recorded(month, record)
        const engine = engineReadings(
          month,
          ratios.map(({ at }) => at),
        )
        expect(samples.length).toBeGreaterThan(40)
        for (const { at, value } of samples) {
          // Groups are evaluated at times of their own: it is the ratio of the evaluation before that is read.
          const ratio = ratios.findLast((sample) => sample.at <= at)
          if (ratio === undefined) continue
          const rate = engine.get(ratio.at)?.get(window)?.rate ?? Number.NaN
          const { tolerance } = agreement.expected(ratio.at, windowLengths[window])
          expect(Math.abs(value - of(rate))).toBeLessThanOrEqual(tolerance / budget)
        }
      }
    })

    it('would be found to differ by the loss of 2 % of the failures, or by windows that are five minutes off', {
      timeout: timeoutMs,
    }, async () => {
      const even = await readingsOf(steady)
      const lost = even.map((reading) => ({ ...reading, engine: reading.engine * 0.98 }))
      expect(outsideOfSteady(lost)).toHaveLength(even.length)
      const short = await readingsOf(sudden)
      const instants = [...new Set(short.map(({ at }) => at))]
      const late = engineReadings(sudden, instants, 5 * minuteMs)
      const shifted = short.map((reading) => ({
        ...reading,
        engine: late.get(reading.at)?.get(reading.window)?.errorRatio ?? Number.NaN,
      }))
      for (const window of ['5m', '30m', '1h', '2h'])
        expect(differing(shifted.filter((reading) => reading.window === window))).not.toEqual([])
    })

    it('follow the arrival of late records in Prometheus, and their events in the engine', {
      timeout: timeoutMs,
    }, async () => {
      expect(differing(await readingsOf(delayed, deliveryMs))).toEqual([])
      expect(differing(await readingsOf(delayed))).not.toEqual([])
    })

    it('count a backlog as of now in Prometheus, until windows are long enough to hold all of it', {
      timeout: timeoutMs,
    }, async () => {
      const since = (await readingsOf(backlog)).filter(({ at }) => at > deliveredAgain + 15_000)
      const justNow = since.filter(({ window, at }) => window === '5m' && at < deliveredAgain + 285_000)
      expect(justNow).not.toEqual([])
      for (const { prometheus, engine } of justNow) {
        // Ten bad minutes among forty; in the engine they are over for half an hour.
        expect(prometheus).toBeGreaterThan(0.2)
        expect(engine).toBeLessThan(0.01)
      }
      const long = since.filter(({ window }) => windowLengths[window] >= windowLengths['6h'])
      expect(long.length).toBeGreaterThan(50)
      expect(differing(long)).toEqual([])
    })

    it('are only known in the engine for what was read before the first scrape', {
      timeout: timeoutMs,
    }, async () => {
      const readings = await readingsOf(scrapedLate)
      const scrapedFully = readings.filter(
        ({ window, at }) => at - windowLengths[window] > scrapedLate.scrapedFrom,
      )
      expect(scrapedFully.length).toBeGreaterThan(50)
      expect(differing(scrapedFully)).toEqual([])
      const long = readings.filter(({ window }) => window === '6h')
      for (const { prometheus, engine } of long) expect(engine).toBeGreaterThan(10 * prometheus)
    })

    it('hold, without traffic, the last full window in the engine and the last events in Prometheus', {
      timeout: timeoutMs,
    }, () => {
      // Ten good and ten bad within two minutes, two minutes later one good: then nothing for half an hour.
      const objective = objectiveOf(steady)
      const state = new ObjectiveState(objective, { fineMs: 2 * hourMs, slicesMs: hourMs })
      const start = historyEnd - hourMs
      state.record(aTokenRequest({ time: start + 60_000 }), 0, 'good', 10)
      state.record(aFailedTokenRequest({ time: start + 90_000 }), 0, 'bad', 10)
      state.record(aTokenRequest({ time: start + 210_000 }), 0, 'good', 1)
      const held = evaluate(state, start + 34 * minuteMs).burnReadings.find(({ window }) => window === '5m')
      expect(held?.errorRatio).toBeCloseTo(10 / 21, 12)
      const series = (verdict: string, values: string): object => ({
        series: `${objectiveMetrics.events.name}{${labels.objective}="${objective.id}",${labels.verdict}="${verdict}"}`,
        values,
      })
      const test = {
        rule_files: [join(folder.path, 'held.yaml')],
        evaluation_interval: '30s',
        tests: [
          {
            interval: '30s',
            input_series: [series('good', '0 0 10x4 11x60'), series('bad', '0 0 0 10x64')],
            promql_expr_test: [
              {
                expr: `max(${records.sliErrorRatio('5m')})`,
                eval_time: '34m',
                exp_samples: [{ labels: '{}', value: 0 }],
              },
            ],
          },
        ],
      }
      writeFileSync(
        join(folder.path, 'held.yaml'),
        renderRuleFile('recording rules', recordingGroups(objective)),
      )
      writeFileSync(join(folder.path, 'test.yaml'), stringify(test))
      expect(promtool('test', 'rules', join(folder.path, 'test.yaml'))).toEqual({
        status: 0,
        output: expect.stringContaining('SUCCESS'),
      })
    })
  },
)
