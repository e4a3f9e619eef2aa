/** How long a scrape at the series cap keeps records waiting. */
import { join } from 'node:path'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import type { ScrapeCost } from './scrape-cost.ts'
import { runScript } from './turns.ts'

/** Of the configuration. */
const defaultCap = 10_000

/** The round with the shortest wait. */
function costOf(config: string, apps: number, rounds: number): ScrapeCost {
  const costs = Array.from({ length: rounds }, () =>
    runScript<ScrapeCost>('scrape-cost.ts', config, String(apps)),
  )
  return costs.reduce((a, b) => (b.medianMs < a.medianMs ? b : a))
}

function print(
  report: Report,
  what: string,
  { series, medianMs, worstMs, withoutMs, scrapeMs }: ScrapeCost,
): void {
  report.heading(`Scrape of ${series.toLocaleString('en')} series while records are read: ${what}`)
  report.figure({
    what: 'event loop blocked by chunks of records alone, longest',
    value: withoutMs,
    unit: 'ms',
    decimals: 1,
  })
  report.figure({ what: 'until the text is there, quickest', value: scrapeMs, unit: 'ms', decimals: 1 })
  report.figure({
    what: `event loop blocked, median of scrapes (worst ${worstMs.toFixed(0)} ms)`,
    value: medianMs,
    unit: 'ms',
    decimals: 1,
    goal: { atMost: 100 },
  })
}

export function benchScrape(report: Report, folder: string, count: number, rounds: number): void {
  const atCap = writeRunConfig(join(folder, 'scrape'), { maxSeries: defaultCap })
  print(report, 'the default cap', costOf(atCap, 2 * defaultCap, rounds))
  const objectives = { count, days: 30, isByApp: true }
  const run = { objectives, maxSeries: 3 * defaultCap }
  const many = writeRunConfig(join(folder, 'scrape-objectives'), run)
  print(report, `${count.toLocaleString('en')} objectives`, costOf(many, count, rounds))
}
