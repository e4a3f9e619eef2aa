/** How long scrapes keep everything else waiting, in one process: `node bench/scrape-cost.ts CONFIG APPS` prints ScrapeCost. */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createService } from '../src/app/commands/run.ts'
import { historyEnd, issuanceLine } from './history.ts'
import type { Scraped } from './scraper.ts'

export interface ScrapeCost {
  readonly series: number
  /** Longest time for which the event loop did nothing else, ms: the median and the worst of the scrapes. */
  readonly medianMs: number
  readonly worstMs: number
  /** The same while records are read and nobody scrapes. */
  readonly withoutMs: number
  /** What a scrape takes while records are read: the quickest. */
  readonly scrapeMs: number
}

const scrapes = 15
const chunkLines = 100

const [config = '', apps = '0'] = process.argv.slice(2)
const { service, pipeline } = createService(config, { now: () => historyEnd, env: {} })
const url = await service.start()
const scraper = new Worker(new URL('./scraper.ts', import.meta.url))
const decoder = pipeline.decoder()
let number = 0

/** About as much as one read of a socket gives. */
function readChunk(): void {
  const lines = Array.from({ length: chunkLines }, () => {
    number++
    const namespace = `app-${number % Number(apps)}`
    return issuanceLine({
      number,
      time: historyEnd - 1000,
      namespace,
      account: 'a',
      isRefused: number % 3 === 0,
    })
  })
  pipeline.beginBatch()
  decoder.push(Buffer.from(lines.join('')))
}

/** Records go on being read; the longest time from one chunk to the next. */
async function longestWait(work: Promise<unknown>): Promise<number> {
  let isDone = false
  void work.then(() => {
    isDone = true
  })
  let longest = 0
  for (let last = performance.now(); !isDone; last = performance.now()) {
    readChunk()
    await setImmediate()
    longest = Math.max(longest, performance.now() - last)
  }
  return longest
}

async function scrape(): Promise<Scraped> {
  scraper.postMessage(url)
  const [scraped] = (await once(scraper, 'message')) as [Scraped]
  return scraped
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

for (let i = 0; i < (6 * Number(apps)) / chunkLines; i++) readChunk()
const waits: number[] = []
const scraped: Scraped[] = []
for (let i = 0; i < scrapes; i++)
  waits.push(await longestWait(scrape().then((result) => scraped.push(result))))
const withoutMs = await longestWait(ticks(scrapes * 20))
await scraper.terminate()
await service.stop()
waits.sort((a, b) => a - b)
const cost: ScrapeCost = {
  series: scraped.at(-1)?.series ?? 0,
  medianMs: waits[(scrapes - 1) / 2] ?? Number.NaN,
  worstMs: waits.at(-1) ?? Number.NaN,
  withoutMs,
  scrapeMs: Math.min(...scraped.map(({ milliseconds }) => milliseconds)),
}
console.log(JSON.stringify(cost))
