/**
 * The baseline: sloth's multi-window multi-burn-rate alerts over counters that are incremented as records arrive, as a real
 * Prometheus evaluates them.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Objective } from '../../src/objectives/objective.ts'
import { type PrometheusServer, promtoolIn, startPrometheus } from '../../test/support/prometheus.ts'
import { isCountable, type Scraped, scrapeMs } from './arrival-counters.ts'
import type { Firing } from './firings.ts'

/** Counters of each scenario, by objective. */
export type Counters = ReadonlyMap<string, ReadonlyMap<string, readonly Scraped[]>>

const counter = 'identity_events'
const dayMs = 86_400_000

interface Pair {
  readonly long: string
  readonly short: string
  readonly factor: number
}

type Rules = Readonly<Record<Firing['severity'], readonly Pair[]>>

/** As sloth generates them for 30 days, and as its example of windows for 7 days has them. */
const monthly: Rules = {
  page: [
    { long: '1h', short: '5m', factor: 14.4 },
    { long: '6h', short: '30m', factor: 6 },
  ],
  ticket: [
    { long: '1d', short: '2h', factor: 3 },
    { long: '3d', short: '6h', factor: 1 },
  ],
}
const weekly: Rules = {
  page: [
    { long: '1h', short: '5m', factor: 13.44 },
    { long: '6h', short: '30m', factor: 3.5 },
  ],
  ticket: [
    { long: '1d', short: '2h', factor: 1.4 },
    { long: '3d', short: '6h', factor: 0.98 },
  ],
}

function rulesFor({ window }: Objective): Rules {
  return window.durationMs <= 7 * dayMs ? weekly : monthly
}

function errorRatio({ id }: Objective, window: string): string {
  const rate = (matcher: string): string =>
    `sum by (scenario) (rate(${counter}_total{objective="${id}"${matcher}}[${window}]))`
  return `${rate(',verdict="bad"')} / ${rate('')}`
}

function alertExpr(objective: Objective, severity: Firing['severity']): string {
  const pairs = rulesFor(objective)[severity].map(({ long, short, factor }) => {
    const limit = factor * Number(objective.target.budget)
    return `((${errorRatio(objective, short)} > ${limit}) and (${errorRatio(objective, long)} > ${limit}))`
  })
  return pairs.join(' or ')
}

const chunkLines = 20_000

function writeExposition(path: string, counters: Counters): void {
  const file = openSync(path, 'w')
  writeSync(file, `# TYPE ${counter} counter\n`)
  for (const [scenario, byObjective] of counters)
    for (const [objective, scraped] of byObjective)
      for (const verdict of ['good', 'bad'] as const) {
        const series = `${counter}_total{scenario="${scenario}",objective="${objective}",verdict="${verdict}"}`
        for (let from = 0; from < scraped.length; from += chunkLines) {
          const lines = scraped.slice(from, from + chunkLines)
          writeSync(file, lines.map((each) => `${series} ${each[verdict]} ${each.at / 1000}\n`).join(''))
        }
      }
  writeSync(file, '# EOF\n')
  closeSync(file)
}

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.object({ scenario: z.string() }),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
})

/** Spans without a gap, of instants at which the expression held. */
function spansOf(instants: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const spans: [number, number][] = []
  for (const at of instants) {
    const last = spans.at(-1)
    if (last !== undefined && at - last[1] <= scrapeMs) last[1] = at
    else spans.push([at, at])
  }
  return spans.map(([from, to]) => [from, to + scrapeMs])
}

interface Range {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
}

function rangeOf(counters: Counters): Range {
  const times = [...counters.values()].flatMap((byObjective) =>
    [...byObjective.values()].flatMap((scraped) => [
      scraped[0]?.at ?? Number.POSITIVE_INFINITY,
      scraped.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
    ]),
  )
  const finite = times.filter(Number.isFinite)
  return { from: Math.min(...finite), to: Math.max(...finite) }
}

async function firingsIn(
  { url }: PrometheusServer,
  objective: Objective,
  severity: Firing['severity'],
  { from, to }: Range,
): Promise<readonly (readonly [scenario: string, firing: Firing])[]> {
  const body = new URLSearchParams({
    query: alertExpr(objective, severity),
    start: String(from / 1000),
    end: String(to / 1000),
    step: String(scrapeMs / 1000),
  })
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })
  const { data } = answerSchema.parse(await response.json())
  return data.result.flatMap(({ metric, values }) =>
    spansOf(values.map(([seconds]) => seconds * 1000)).map(([first, last]): [string, Firing] => [
      metric.scenario,
      { objective: objective.id, alert: severity, severity, from: first, to: last, mode: null, culprits: [] },
    ]),
  )
}

/** Firings of each scenario, in order. `folder`: for the blocks. Throws where Prometheus does not do as it should. */
export async function baselineFirings(
  folder: string,
  counters: Counters,
  objectives: readonly Objective[],
): Promise<ReadonlyMap<string, readonly Firing[]>> {
  const data = join(folder, 'data')
  const config = join(folder, 'prometheus.yml')
  mkdirSync(data)
  writeFileSync(config, 'global: {}\n')
  writeExposition(join(folder, 'counters.om'), counters)
  const blocks = ['create-blocks-from', '--max-block-duration=100h', 'openmetrics', 'counters.om', data]
  const { status, output } = promtoolIn(folder, 'tsdb', ...blocks)
  if (status !== 0) throw new Error(`promtool failed: ${output}`)
  await using server = await startPrometheus(data, config)
  const range = rangeOf(counters)
  const found = new Map<string, Firing[]>([...counters.keys()].map((name) => [name, []]))
  for (const objective of objectives.filter(isCountable))
    for (const severity of ['page', 'ticket'] as const)
      for (const [scenario, firing] of await firingsIn(server, objective, severity, range))
        found.get(scenario)?.push(firing)
  for (const firings of found.values()) firings.sort((a, b) => a.from - b.from)
  return found
}
