/** A run that reads a topic, from its first record to its last: `node bench/kafka-run.ts CONFIG COUNT`. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createService } from '../src/app/commands/run.ts'
import { startMeasuring } from './measured.ts'

const [config = '', count = '0'] = process.argv.slice(2)
const pollMs = 2
const { service, pipeline } = createService(config, { now: Date.now, env: {} })
const read = (): number => pipeline.sources.totals().read
await service.start()
// Every turn at first: the first batch is not to be missed.
while (read() === 0) await setImmediate()
const done = startMeasuring()
while (read() < Number(count)) await setTimeout(pollMs)
const issuance = pipeline.engine.totals.find(({ id }) => id === 'token-issuance')
done({ records: read(), good: issuance?.good ?? 0, bad: issuance?.bad ?? 0 })
await service.stop()
