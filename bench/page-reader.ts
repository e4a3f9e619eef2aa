/** A thread that asks for pages when it is told to, one after the other, and says how long each took and what it weighs. */
import { parentPort } from 'node:worker_threads'

export interface PageVisits {
  readonly url: string
  readonly path: string
  readonly times: number
}

export interface PageVisited {
  readonly path: string
  /** Of each visit, until the last byte. */
  readonly milliseconds: readonly number[]
  /** As it is sent: pages are not compressed. */
  readonly bytes: number
}

parentPort?.on('message', async ({ url, path, times }: PageVisits) => {
  const milliseconds: number[] = []
  let bytes = 0
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    const response = await fetch(`${url}${path}`)
    bytes = (await response.arrayBuffer()).byteLength
    milliseconds.push(performance.now() - start)
    if (response.status !== 200) throw new Error(`${path} is answered ${response.status}`)
  }
  parentPort?.postMessage({ path, milliseconds, bytes } satisfies PageVisited)
})
