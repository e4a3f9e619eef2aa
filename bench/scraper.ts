/** A thread that scrapes when it is told to, and says how many series it got, and how long it took. */
import { parentPort } from 'node:worker_threads'

export interface Scraped {
  readonly series: number
  readonly milliseconds: number
}

parentPort?.on('message', async (url: string) => {
  const start = performance.now()
  const text = await (await fetch(`${url}/metrics`)).text()
  const milliseconds = performance.now() - start
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  parentPort?.postMessage({ series, milliseconds } satisfies Scraped)
})
