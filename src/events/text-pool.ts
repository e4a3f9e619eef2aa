/** One string for equal texts, free of the bytes that they were cut from: what many parts keep is kept once. */
import { detached } from './detach.ts'

const defaultMaxTexts = 20_000

export class TextPool {
  readonly #maxTexts: number
  readonly #texts = new Map<string, string>()

  /** @param maxTexts beyond so many the pool starts anew; who has a string keeps it */
  constructor(maxTexts = defaultMaxTexts) {
    this.#maxTexts = maxTexts
  }

  own(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= this.#maxTexts) this.#texts.clear()
    const own = detached(text)
    this.#texts.set(own, own)
    return own
  }
}
