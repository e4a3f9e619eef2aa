/** How long each page takes, and what it weighs, while records are read: `npm run bench -- --pages`. */
import { join } from 'node:path'
import type { PagesCost } from './pages-cost.ts'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import { runScript } from './turns.ts'

interface PagesSize {
  readonly objectives: number
  readonly identities: number
  /** Of each page. */
  readonly visits: number
}

const mostKilobytes = 300

/** The value below which `share` of all lie. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function benchPages(report: Report, folder: string, size: PagesSize): void {
  const { objectives, identities, visits } = size
  const config = writeRunConfig(join(folder, 'pages'), {
    ...{ objectives: { count: objectives, days: 30, isByApp: true }, maxSeries: 30_000 },
  })
  const numbers = [objectives, identities, visits].map(String)
  const { pages, known } = runScript<PagesCost>('pages-cost.ts', config, ...numbers)
  const of = `${objectives.toLocaleString('en')} objectives and ${known.toLocaleString('en')} identities`
  report.heading(`Pages of a run with ${of}, ${visits} visits each, while records are read without a pause`)
  for (const { path, milliseconds, bytes } of pages) {
    const median = quantile(milliseconds, 0.5).toFixed(0)
    report.figure({
      what: `${path}, p95 (median ${median} ms)`,
      ...{ value: quantile(milliseconds, 0.95), unit: 'ms', decimals: 0, goal: { atMost: 100 } },
    })
    report.figure({
      what: `${path}, weight`,
      ...{ value: bytes / 1024, unit: 'KB', decimals: 1, goal: { atMost: mostKilobytes } },
    })
  }
}
