/** Writes the demo's logs and truth.json: `node demo/generate.ts [FOLDER]`, by default into this folder. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { weekOfLogs } from './generator/week-of-logs.ts'

const folder = process.argv[2] ?? import.meta.dirname
const { files, truth } = weekOfLogs()
rmSync(join(folder, 'logs'), { recursive: true, force: true })
for (const { path, bytes } of files) {
  const target = join(folder, 'logs', path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, bytes)
}
writeFileSync(join(folder, 'truth.json'), `${JSON.stringify(truth, undefined, 2)}\n`)
const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
console.log(`${files.length} files, ${(total / 1_000_000).toFixed(2)} MB`)
