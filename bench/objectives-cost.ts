/** What objectives take in one process: `node --expose-gc bench/objectives-cost.ts CONFIG HISTORY-DAYS`. */
import { createService } from '../src/app/commands/run.ts'
import { historyEnd, historyLines } from './history.ts'

export interface ObjectivesCost {
  /** Of the whole process after a collection, its buckets included. */
  readonly bytes: number
  /** Quickest and median reading of all burn rates, budgets and alerts, ms. */
  readonly quickestMs: number
  readonly medianMs: number
}

const readings = 30

function bytesInUse(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const [config = '', days = '30'] = process.argv.slice(2)
const { pipeline } = createService(config, { now: () => historyEnd, env: {} })
pipeline.isCatchingUp = true
pipeline.beginBatch()
const decoder = pipeline.decoder()
decoder.push(Buffer.from(historyLines(Number(days))))
decoder.end()
pipeline.beginBatch()
pipeline.isCatchingUp = false
const bytes = bytesInUse()
const times: number[] = []
let burning = 0
for (let i = 0; i < readings; i++) {
  const start = performance.now()
  for (const { burnReadings } of pipeline.statuses())
    burning += burnReadings.filter(({ rate }) => rate > 1).length
  times.push(performance.now() - start)
}
if (burning === 0) throw new Error('half of the events failed, and no budget burns')
times.sort((a, b) => a - b)
const cost: ObjectivesCost = {
  bytes,
  quickestMs: times[0] ?? Number.NaN,
  medianMs: times[readings / 2] ?? Number.NaN,
}
console.log(JSON.stringify(cost))
