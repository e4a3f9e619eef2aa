/** A Prometheus with a past: counters as it would have scraped them, and recording rules as it would have evaluated them. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Objective } from '../../src/objectives/objective.ts'
import { objectiveMetrics } from '../../src/outputs/conventions.ts'
import { labels } from '../../src/outputs/labels.ts'
import { objectiveLabelValues } from '../../src/outputs/objective-labels.ts'
import { recordingGroups } from '../../src/outputs/recording-rules.ts'
import { records } from '../../src/outputs/rule-conventions.ts'
import { type RecordingRule, type RuleGroup, renderRuleFile } from '../../src/outputs/rule-file.ts'
import { type PrometheusServer, promtoolIn, startPrometheus } from './prometheus.ts'
import type { Scrape } from './prometheus-traffic.ts'

export interface ScrapedObjective {
  readonly objective: Objective
  readonly scrapes: readonly Scrape[]
}

function promtool(folder: string, ...args: readonly string[]): void {
  const { status, output } = promtoolIn(folder, 'tsdb', ...args)
  if (status !== 0) throw new Error(`promtool failed: ${output}`)
}

const chunkLines = 20_000

/** The events counter of each objective, in the OpenMetrics text format. */
function writeExposition(path: string, scraped: readonly ScrapedObjective[]): void {
  const { name } = objectiveMetrics.events
  const file = openSync(path, 'w')
  writeSync(file, `# TYPE ${name.replace(/_total$/, '')} counter\n`)
  for (const { objective, scrapes } of scraped) {
    for (const verdict of ['good', 'bad'] as const) {
      const own = { ...objectiveLabelValues(objective), [labels.verdict]: verdict, instance: 'a:9465' }
      const list = Object.entries(own).map(([label, value]) => `${label}="${value}"`)
      const series = `${name}{${list.join(',')}}`
      for (let from = 0; from < scrapes.length; from += chunkLines) {
        const lines = scrapes
          .slice(from, from + chunkLines)
          .map((scrape) => `${series} ${scrape[verdict]} ${scrape.at / 1000}\n`)
        writeSync(file, lines.join(''))
      }
    }
  }
  writeSync(file, '# EOF\n')
  closeSync(file)
}

interface RecordingGroup {
  readonly name: string
  readonly rules: readonly RecordingRule[]
}

function isRecording(rule: RuleGroup['rules'][number]): rule is RecordingRule {
  return 'record' in rule
}

/** Our recording rules, but for one that only alerts read and that asks for a month an hour at a time. */
function recordingRules(objective: Objective): readonly RecordingGroup[] {
  return recordingGroups(objective).map(({ name, rules }) => ({
    name,
    rules: rules.filter(isRecording).filter(({ record }) => record !== records.periodCoverage),
  }))
}

/** Rules in rounds: what a rule reads of other rules has been recorded in a former round. */
function rounds(groups: readonly RecordingGroup[]): readonly (readonly RecordingGroup[])[] {
  let waiting = groups
  const found: (readonly RecordingGroup[])[] = []
  while (waiting.some(({ rules }) => rules.length > 0)) {
    const unknown = new Set(waiting.flatMap(({ rules }) => rules.map(({ record }) => record)))
    const waits = ({ record, expr }: RecordingRule): boolean =>
      [...unknown].some((name) => name !== record && expr.text.includes(`${name}{`))
    const part = (isWaiting: boolean): readonly RecordingGroup[] =>
      waiting.map(({ name, rules }) => ({ name, rules: rules.filter((rule) => waits(rule) === isWaiting) }))
    const ready = part(false).filter(({ rules }) => rules.length > 0)
    if (ready.length === 0) throw new Error('rules wait for each other')
    found.push(ready)
    waiting = part(true)
  }
  return found
}

export interface BackfillOptions {
  readonly folder: string
  readonly scraped: readonly ScrapedObjective[]
  /** Epoch ms: when rules are evaluated first and last, and how often. */
  readonly from: number
  readonly to: number
  readonly intervalSeconds: number
}

/** Serves the counters, and what our recording rules say about them between `from` and `to`. */
export async function startBackfilled(options: BackfillOptions): Promise<PrometheusServer> {
  const { folder, scraped } = options
  const data = join(folder, 'data')
  const config = join(folder, 'prometheus.yml')
  mkdirSync(data)
  writeFileSync(config, 'global: {}\n')
  writeExposition(join(folder, 'counters.om'), scraped)
  // Blocks of 2 h, as is the default, would have promtool read the whole file once for each of them.
  promtool(folder, 'create-blocks-from', '--max-block-duration=100h', 'openmetrics', 'counters.om', data)
  // The instants at which a group is evaluated depend on the file's name: it is the same for all rounds and runs.
  const rules = 'rules.yaml'
  const times = [`--start=${options.from / 1000}`, `--end=${options.to / 1000}`]
  const every = `--eval-interval=${options.intervalSeconds}s`
  for (const groups of rounds(scraped.flatMap(({ objective }) => recordingRules(objective)))) {
    writeFileSync(join(folder, rules), renderRuleFile('recording rules of one round', groups))
    // A server looks for new blocks once a minute: it is started again to see them.
    await using server = await startPrometheus(data, config)
    const target = [`--url=${server.url}`, `--output-dir=${data}`]
    promtool(folder, 'create-blocks-from', 'rules', ...times, every, ...target, rules)
  }
  return startPrometheus(data, config)
}

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
})

export interface RecordedSample {
  /** Epoch ms. */
  readonly at: number
  readonly value: number
}

/** The samples as they are stored, not as a query at some other instant would find them. @param from epoch ms */
export async function storedSamples(
  { url }: PrometheusServer,
  selector: string,
  from: number,
  to: number,
): Promise<readonly RecordedSample[]> {
  const query = `${selector}[${Math.ceil((to - from) / 1000)}s]`
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query, time: String(to / 1000) }),
  })
  const answer = answerSchema.parse(await response.json())
  const [series, ...others] = answer.data.result
  if (others.length > 0) throw new Error(`${selector} selects several series`)
  return (series?.values ?? []).map(([seconds, value]) => ({
    at: Math.round(seconds * 1000),
    value: Number(value),
  }))
}
