/**
 * How long pages take while records are read, in one process: `node bench/pages-cost.ts CONFIG OBJECTIVES IDENTITIES VISITS`
 * prints PagesCost. Half of all events are failures, so that every objective has many culprits on every day.
 */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createService } from '../src/app/commands/run.ts'
import { historyEnd, issuanceLine } from './history.ts'
import type { PageVisited, PageVisits } from './page-reader.ts'

export interface PagesCost {
  /** Identities that are known at the end. */
  readonly known: number
  readonly pages: readonly PageVisited[]
}

const dayMs = 86_400_000
const historyDays = 30
const chunkLines = 100
const eventsPerIdentity = 4

const [config = '', ...sizes] = process.argv.slice(2)
const [objectives = 0, identities = 0, visits = 0] = sizes.map(Number)
const { service, pipeline } = createService(config, { now: () => historyEnd, env: {} })
const url = await service.start()
const decoder = pipeline.decoder()
let number = 0

/** Everybody once, then some more often than others. */
function identityOf(event: number): number {
  return event < identities ? event : Math.floor(((event * 0.618_033_988_7) % 1) ** 3 * identities)
}

function readChunk(timeOf: () => number): void {
  const lines = Array.from({ length: chunkLines }, () => {
    const identity = identityOf(number++)
    const [namespace, account] = [`app-${identity % objectives}`, `account-${identity}`]
    return issuanceLine({ number, time: timeOf(), namespace, account, isRefused: number % 2 === 0 })
  })
  pipeline.beginBatch()
  decoder.push(Buffer.from(lines.join('')))
}

const events = identities * eventsPerIdentity
const historyMs = historyDays * dayMs - 1000
pipeline.isCatchingUp = true
while (number < events) readChunk(() => historyEnd - 1000 - historyMs * (1 - number / events))
pipeline.isCatchingUp = false

const reader = new Worker(new URL('./page-reader.ts', import.meta.url))

/** Records go on being read while pages are asked for. */
async function visit(path: string): Promise<PageVisited> {
  let visited: PageVisited | undefined
  void once(reader, 'message').then(([message]: PageVisited[]) => {
    visited = message
  })
  reader.postMessage({ url, path, times: visits } satisfies PageVisits)
  while (visited === undefined) {
    readChunk(() => historyEnd - 1000)
    await setImmediate()
  }
  return visited
}

const culprit = encodeURIComponent(pipeline.identities.top(1)[0]?.identity.id ?? '')
const objective = pipeline.engine.states[0]?.objective.id ?? ''
const paths = [
  ...['/', '/?page=20', '/?q=issuance-7', `/objectives/${objective}`],
  ...['/identities', '/identities?page=20', '/identities?page=1000'],
  ...['/identities?q=account-77', '/identities?q=nobody', `/identities/${culprit}`, '/sources'],
]
const pages: PageVisited[] = []
for (const path of paths) pages.push(await visit(path))
await reader.terminate()
await service.stop()
const cost: PagesCost = { known: pipeline.identities.tallies.size, pages }
console.log(JSON.stringify(cost))
