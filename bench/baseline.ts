/** The baseline: read the file in chunks, split lines, JSON.parse each. Nothing else. */
import { closeSync, openSync, readSync } from 'node:fs'
import { startMeasuring } from './measured.ts'

const file = openSync(process.argv[2] ?? '', 'r')
const done = startMeasuring()
const chunkBytes = 256 * 1024
let window = Buffer.allocUnsafe(chunkBytes * 2)
let fill = 0
let records = 0
let kept: unknown
for (;;) {
  if (window.length - fill < chunkBytes) window = Buffer.concat([window], window.length * 2)
  const length = readSync(file, window, fill, chunkBytes, null)
  if (length === 0) break
  const end = fill + length
  let start = 0
  for (let at = window.indexOf(10, start); at >= 0 && at < end; at = window.indexOf(10, start)) {
    kept = JSON.parse(window.toString('utf8', start, at))
    records++
    start = at + 1
  }
  window.copyWithin(0, start, end)
  fill = end - start
}
closeSync(file)
if (kept === undefined) throw new Error('the file holds no records')
done({ records, good: 0, bad: 0 })
