/** Records as JSON lines in files, one file a log. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { OutgoingRecord, RecordSink } from './record-sink.ts'

/** `pathOf`: the file that a record belongs to. Files are written anew; throws what `node:fs` throws. */
export function fileSink(pathOf: (record: OutgoingRecord) => string): RecordSink {
  const files = new Map<string, number>()
  const open = (path: string): number => {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(path, 'w')
    files.set(path, file)
    return file
  }
  return {
    write: async (records) => {
      const texts = new Map<string, string[]>()
      for (const record of records) {
        const path = pathOf(record)
        const lines = texts.get(path)
        if (lines === undefined) texts.set(path, [record.text])
        else lines.push(record.text)
      }
      for (const [path, lines] of texts) writeSync(files.get(path) ?? open(path), `${lines.join('\n')}\n`)
    },
    close: async () => {
      for (const file of files.values()) closeSync(file)
      files.clear()
    },
  }
}
