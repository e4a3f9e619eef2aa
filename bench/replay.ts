/** The whole path in one process, as `replay` goes it: `node bench/replay.ts FILE [STATE-FOLDER|--no-ledger]`. */
import { replay } from '../src/app/commands/replay.ts'
import { startMeasuring } from './measured.ts'
import { endOfTime, shippedReplay } from './shipped.ts'

interface Report {
  readonly records: { readonly read: number }
  readonly indicators: readonly { readonly id: string; readonly good: number; readonly bad: number }[]
}

const noLedger = '--no-ledger'
const [file = '', how] = process.argv.slice(2)
const shipped = shippedReplay(how === noLedger ? undefined : how)
const options = how === noLedger ? { ...shipped, ledger: { maxTokens: 0 } } : shipped
const done = startMeasuring()
let text = ''
const out = (part: string): void => {
  text += part
}
const terminal = { out, err: console.error, isTty: false, colours: false }
await replay([file], options, { terminal, now: endOfTime, env: {} })
const { records, indicators } = JSON.parse(text) as Report
const issuance = indicators.find(({ id }) => id === 'token-issuance')
done({ records: records.read, good: issuance?.good ?? 0, bad: issuance?.bad ?? 0 })
