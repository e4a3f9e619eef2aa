/** Delivers records by HTTP, again and again until they are acknowledged. */
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Book } from './book.ts'
import type { IdentityRecord } from './fact.ts'
import { textsOf } from './message-text.ts'
import type { Random } from './random.ts'

const retryMs = 20

export interface Receiver {
  /** Of the instance that runs, or of the next one. */
  readonly address: () => Promise<string>
  /** A request is on its way. */
  readonly posted: () => void
}

interface Answer {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'accepted' in value && 'duplicates' in value
}

export class WebhookChannel {
  readonly #receiver: Receiver
  readonly #random: Random
  readonly #book: Book
  readonly #problem: (what: string) => void

  constructor(receiver: Receiver, random: Random, book: Book, problem: (what: string) => void) {
    this.#receiver = receiver
    this.#random = random
    this.#book = book
    this.#problem = problem
  }

  /** Resolves when all of them are acknowledged. */
  async send(records: readonly IdentityRecord[]): Promise<void> {
    const texts = textsOf(this.#random, records)
    const body = texts.length === 1 ? texts[0] : texts.map((text) => `${text}\n`).join('')
    const isPacked = this.#random.chance(0.2)
    while (!(await this.#post(body ?? '', isPacked, records.length))) await setTimeout(retryMs)
    this.#book.acknowledge('webhook', records)
  }

  async #post(body: string, isPacked: boolean, count: number): Promise<boolean> {
    const url = `${await this.#receiver.address()}/v1/records`
    const request = isPacked
      ? { body: new Uint8Array(gzipSync(body)), headers: { 'content-encoding': 'gzip' } }
      : { body }
    const answering = fetch(url, { method: 'POST', ...request })
    this.#receiver.posted()
    try {
      const response = await answering
      const answer: unknown = await response.json()
      if (!response.ok) {
        if (response.status !== 503) this.#problem(`the webhook answered ${response.status}`)
        return false
      }
      const isWhole = isAnswer(answer) && answer.accepted + answer.duplicates === count
      if (!isWhole) this.#problem(`${count} records were answered with ${JSON.stringify(answer)}`)
      return true
    } catch {
      // Killed: it may have counted them, some of them, or none.
      this.#book.unanswered += count
      return false
    }
  }
}
