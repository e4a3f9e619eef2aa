/** The instance ends without warning at a chosen step of a commit: what is there afterwards is the old or the new. */
import { describe, expect, it } from 'vitest'
import { Book } from '../support/oracle/book.ts'
import { Differences } from '../support/oracle/differences.ts'
import type { IdentityRecord } from '../support/oracle/fact.ts'
import { type FailStep, failPoint } from '../support/oracle/fail-steps.ts'
import { Instance } from '../support/oracle/instance.ts'
import { kubernetesIssuance } from '../support/oracle/kubernetes-records.ts'
import { lines } from '../support/oracle/message-text.ts'
import { writeDefinitions } from '../support/oracle/objectives.ts'
import { Random } from '../support/oracle/random.ts'
import { compareStatus, compareWithin, type Status } from '../support/oracle/status-comparison.ts'
import { Workspace } from '../support/workspace.ts'

const hourMs = 3_600_000
const start = Date.UTC(2025, 2, 3, 9)

const steps: readonly (readonly [step: FailStep, holds: 'the old' | 'the new'])[] = [
  ['before-begin', 'the old'],
  ['after-begin', 'the old'],
  ['write-1', 'the old'],
  ['write-2', 'the old'],
  ['write-5', 'the old'],
  ['write-12', 'the old'],
  ['before-commit', 'the old'],
  ['after-commit', 'the new'],
]

/** An instance over one state, and all that it has acknowledged. */
class Sender implements AsyncDisposable {
  readonly folder = new Workspace()
  readonly instance: Instance
  readonly book = new Book()
  readonly #random = new Random(7)

  constructor() {
    writeDefinitions(this.folder.path)
    this.instance = new Instance(this.folder.path, {
      definitions: ['slo'],
      listen: { port: 0 },
      state: { folder: 'state' },
      telemetry: { enabled: false },
    })
  }

  batch(): readonly IdentityRecord[] {
    return Array.from({ length: 30 }, () =>
      kubernetesIssuance(this.#random, start + this.#random.below(hourMs), 0),
    )
  }

  /** False when there was no answer. */
  async send(records: readonly IdentityRecord[]): Promise<boolean> {
    const url = `${await this.instance.listening()}/v1/records`
    const isDone = await fetch(url, { method: 'POST', body: lines(records) }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isDone) this.book.acknowledge('webhook', records)
    else this.book.unanswered += records.length
    return isDone
  }

  async differences(facts: readonly IdentityRecord[]): Promise<readonly string[]> {
    const differences = new Differences()
    const status = (await (await fetch(`${await this.instance.listening()}/api/v1/status`)).json()) as Status
    compareWithin(status, differences)
    compareStatus(
      status,
      facts.map(({ fact }) => fact),
      this.book,
      differences,
    )
    return differences.found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance[Symbol.asyncDispose]()
    this.folder[Symbol.dispose]()
  }
}

describe('an instance that ends inside a commit', { timeout: 120_000 }, () => {
  it('holds the old or the new, never a mixture, and counts once what is sent again', async () => {
    await using sender = new Sender()
    sender.instance.start()
    await sender.send(sender.batch())
    for (const [step, holds] of steps) {
      await sender.instance.stop('SIGKILL')
      const batch = sender.batch()
      sender.instance.start({}, failPoint(step, 1))
      const ended = sender.instance.ended()
      expect(await sender.send(batch), step).toBe(false)
      expect((await ended).signal, step).toBe('SIGKILL')
      const old = [...sender.book.acknowledged]
      sender.instance.start()
      const held = holds === 'the old' ? old : [...old, ...batch]
      expect(await sender.differences(held), `${step} holds ${holds}`).toEqual([])
      expect(await sender.send(batch), step).toBe(true)
      expect(await sender.differences([...old, ...batch]), `${step}, sent again`).toEqual([])
    }
  })

  it('starts when the one before ended while it made its state file', async () => {
    await using sender = new Sender()
    sender.instance.start({}, failPoint('creating', 0))
    expect((await sender.instance.ended()).signal).toBe('SIGKILL')
    sender.instance.start()
    expect(await sender.instance.listening()).toContain('http://')
    const batch = sender.batch()
    expect(await sender.send(batch)).toBe(true)
    expect(await sender.differences(batch)).toEqual([])
  })
})
