/** When the program is killed: at random moments of its life, and at chosen steps of a commit. */
import { setTimeout } from 'node:timers/promises'
import type { Ended } from '../child.ts'
import { failPoint, failSteps } from './fail-steps.ts'
import type { Instance } from './instance.ts'
import type { Random } from './random.ts'

/**
 * `starting`: before it listens, or soon after. `running`: whatever it is at. `answering`: some ms into a request, which
 * is when its commit is made. `committing`: by itself, at a step of a commit.
 */
const killKinds = ['starting', 'running', 'answering', 'committing'] as const
export type KillKind = (typeof killKinds)[number]

const startingMs = 1200
const runningMs = 1500
const answeringMs = 12
const listenLimitMs = 60_000
/** Without anything to commit, a step of a commit is not reached. */
const commitLimitMs = 6000
/** Limits do not keep the oracle's process alive. */
const unheld = { ref: false }

export interface KillParts {
  readonly instance: Instance
  readonly random: Random
  /** Resolves with the next request to the webhook. */
  readonly nextPost: () => Promise<void>
  readonly problem: (what: string) => void
  /** Called when it listens, before it is killed. */
  readonly looked: (address: string) => Promise<void>
  /** Settings of the next start. */
  readonly settings: () => Readonly<Record<string, unknown>>
}

export class Killer {
  readonly #parts: KillParts
  readonly kills: Record<KillKind, number> = { starting: 0, running: 0, answering: 0, committing: 0 }

  /** How many of them came after it had joined its consumer group. */
  afterJoining = 0
  /** Each kind as often as the others, in an order that nobody knows. */
  #deck: KillKind[] = []

  constructor(parts: KillParts) {
    this.#parts = parts
  }

  get total(): number {
    return killKinds.reduce((sum, kind) => sum + this.kills[kind], 0)
  }

  /** Starts the program, lets it work and kills it. */
  async once(): Promise<void> {
    const { random, instance, settings } = this.#parts
    if (this.#deck.length === 0) this.#deck = random.shuffled(killKinds)
    const kind = this.#deck.pop()
    if (kind === undefined) return
    if (kind === 'committing') return await this.#committing()
    instance.start(settings())
    if (kind === 'starting') await setTimeout(random.next() * startingMs)
    else await this.#listening(kind)
    this.#judge(await instance.stop('SIGKILL'))
    this.kills[kind]++
  }

  async #listening(kind: KillKind): Promise<void> {
    const { random, instance, nextPost, looked, problem } = this.#parts
    const address = await Promise.race([instance.address(), setTimeout(listenLimitMs, undefined, unheld)])
    if (address === undefined) return problem(`the program does not listen within ${listenLimitMs} ms`)
    if (kind === 'answering') {
      await Promise.race([nextPost(), setTimeout(runningMs, undefined, unheld)])
      await setTimeout(random.next() * answeringMs)
      return
    }
    await looked(address)
    await setTimeout(random.next() * runningMs)
  }

  async #committing(): Promise<void> {
    const { random, instance, settings } = this.#parts
    const [step, commit] = [random.pick(failSteps), 1 + random.below(4)]
    instance.start(settings(), failPoint(step, commit))
    const ended = instance.ended()
    const isLate = await Promise.race([ended.then(() => false), setTimeout(commitLimitMs, true, unheld)])
    this.#judge(isLate ? await instance.stop('SIGKILL') : await ended)
    this.kills[isLate ? 'running' : 'committing']++
  }

  #judge({ code, signal, err }: Ended): void {
    if (err.includes('joined the consumer group')) this.afterJoining++
    if (signal !== 'SIGKILL') this.#parts.problem(`the program ended by itself, status ${code}: ${err}`)
  }
}
