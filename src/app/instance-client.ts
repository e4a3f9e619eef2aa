/** A running instance as `status` and `gate` ask it: what it answers, or an error that a person can act on. */
import { z } from 'zod'
import { getText, NoAnswerError, type TextAnswer } from '../platform/http/get-text.ts'
import { AppError } from './errors.ts'

export const defaultInstanceUrl = 'http://127.0.0.1:9465'

const refusal = z.object({ error: z.string() })

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export class InstanceClient {
  readonly #base: URL

  /** `base` may have a path, where a proxy puts one before it. */
  constructor(base: string) {
    this.#base = new URL(base.endsWith('/') ? base : `${base}/`)
  }

  get url(): string {
    return this.#base.href
  }

  /** Whether it has read what there was at its start. Throws AppError where nothing answers or something else does. */
  async isReady(): Promise<boolean> {
    const { status, text } = await this.#ask('-/ready')
    if (!text.startsWith('identity-slo is ')) throw this.#isAnother(`/-/ready answers ${status}`)
    return status === 200
  }

  /** The answer as it was sent, which the schema takes. `path`: with its parameters, without a slash before it. */
  async read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<AnswerOf<Schema>> {
    const { status, text } = await this.#ask(path)
    const sent = parsed(text)
    const reason = refusal.safeParse(sent).data?.error
    if (status === 400 && reason !== undefined)
      throw AppError.of('refusedByInstance', { url: this.url, reason })
    const answer = schema.safeParse(sent)
    if (status !== 200 || !answer.success)
      throw this.#isAnother(`/${path.split('?')[0]} answers ${status}, or not in the form we know`)
    return { sent, answer: answer.data }
  }

  async #ask(path: string): Promise<TextAnswer> {
    try {
      return await getText(new URL(path, this.#base))
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error
      throw AppError.of('noInstance', { url: this.url, reason: error.message })
    }
  }

  #isAnother(reason: string): AppError {
    return AppError.of('notAnInstance', { url: this.url, reason })
  }
}

interface AnswerOf<Schema extends z.ZodType> {
  readonly sent: unknown
  readonly answer: z.infer<Schema>
}

export function notReady(client: InstanceClient): AppError {
  return AppError.of('instanceNotReady', { url: client.url })
}
