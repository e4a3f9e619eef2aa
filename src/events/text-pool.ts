/** One string for equal texts, free of the bytes that they were cut from: what many parts keep is kept once. */
import { detached } from './detach.ts'

/** Beyond so many the pool starts anew; who has a string keeps it. */
const maxTexts = 20_000

export class TextPool {
  readonly #texts = new Map<string, string>()

  own(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= maxTexts) this.#texts.clear()
    const own = detached(text)
    this.#texts.set(own, own)
    return own
  }
}
