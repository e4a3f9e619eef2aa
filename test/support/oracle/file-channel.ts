/** Delivers records to log files: appended in pieces, rotated by renaming, and now and then as an archive. */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Book } from './book.ts'
import type { IdentityRecord } from './fact.ts'
import { irrelevantRecord } from './kubernetes-records.ts'
import { lines } from './message-text.ts'
import type { Random } from './random.ts'

export class FileChannel {
  readonly folder: string
  readonly #outside: string
  readonly #random: Random
  readonly #book: Book
  readonly #marker: () => IdentityRecord
  #files = 0
  /** What the log's last line lacks, and the records that are not whole without it. */
  #rest: { readonly text: string; readonly records: readonly IdentityRecord[] } | undefined

  /** Below `folder`; `marker` makes records that stand at the end of each file. */
  constructor(folder: string, random: Random, book: Book, marker: () => IdentityRecord) {
    this.folder = join(folder, 'logs')
    this.#outside = folder
    this.#random = random
    this.#book = book
    this.#marker = marker
    mkdirSync(this.folder, { recursive: true })
  }

  get #log(): string {
    return join(this.folder, 'audit.log')
  }

  /** The last line may be cut off, until more is written; its records count from then on. */
  send(records: readonly IdentityRecord[]): void {
    const choice = this.#random.next()
    if (choice < 0.04) {
      this.#archive(records)
      return
    }
    this.#finish()
    const text = this.#textOf(records)
    // Somewhere in a line: whoever reads until then finds a part of a record.
    const cut = this.#random.chance(0.5) ? text.length : this.#random.below(text.length)
    appendFileSync(this.#log, text.slice(0, cut))
    this.#rest = { text: text.slice(cut), records }
    if (choice > 0.96) this.#rotate()
  }

  #textOf(records: readonly IdentityRecord[]): string {
    let text = lines(records)
    if (this.#random.chance(0.1)) {
      text += `${JSON.stringify(irrelevantRecord(this.#random, records[0]?.fact.time ?? 0))}\n`
      this.#book.irrelevant++
    }
    if (this.#random.chance(0.1)) {
      text += '{"kind":"Event","auditID"\n'
      this.#book.malformed++
    }
    return text
  }

  #finish(): void {
    if (this.#rest === undefined) return
    const { text, records } = this.#rest
    appendFileSync(this.#log, text)
    this.#book.acknowledge('files', records)
    this.#rest = undefined
  }

  /** Appears at once and whole. */
  #archive(records: readonly IdentityRecord[]): void {
    const marked = [...records, this.#marker()]
    const name = `archive-${++this.#files}.json.gz`
    const text = JSON.stringify({ records: marked.map(({ json }) => json) })
    writeFileSync(join(this.#outside, name), gzipSync(text))
    renameSync(join(this.#outside, name), join(this.folder, name))
    this.#book.acknowledge('files', marked)
    this.#book.archived += marked.length
  }

  #rotate(): void {
    this.mark()
    renameSync(this.#log, `${this.#log}.${++this.#files}`)
  }

  /** At the end of the log; the other files have theirs. */
  mark(): void {
    this.#finish()
    const record = this.#marker()
    appendFileSync(this.#log, lines([record]))
    this.#book.acknowledge('files', [record])
  }
}
