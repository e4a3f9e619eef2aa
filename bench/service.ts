/** A run whose own CPU time is measured: prints its address, and what it counted once its standard input ends. */
import { once } from 'node:events'
import { createService } from '../src/app/commands/run.ts'
import { startMeasuring } from './measured.ts'

const { service, pipeline } = createService(process.argv[2], { now: Date.now, env: {} })
console.log(await service.start())
const done = startMeasuring()
await once(process.stdin.resume(), 'end')
await service.stop()
const issuance = pipeline.engine.totals.find(({ id }) => id === 'token-issuance')
done({ records: pipeline.sources.totals().read, good: issuance?.good ?? 0, bad: issuance?.bad ?? 0 })
