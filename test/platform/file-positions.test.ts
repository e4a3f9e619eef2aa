import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/connectors/connector.ts'
import { compileShapes } from '../../src/connectors/reading/shape-node.ts'
import type { RejectionReason } from '../../src/events/rejection.ts'
import { FileFollower } from '../../src/platform/file-follower.ts'
import { StreamUnderTest } from '../support/stream-outcomes.ts'
import { Workspace } from '../support/workspace.ts'

const root = compileShapes([{ id: true }], { wrappers: [], arrays: ['records'] })

/** Log files and the positions in them, which outlive the followers that set them. */
class Logs implements Disposable {
  readonly workspace = new Workspace()
  readonly positions = new Map<string, string>()
  readonly errors: unknown[] = []
  /** Ids and reasons since it was last emptied. */
  found: (JsonObject['id'] | RejectionReason)[] = []
  isPaused = false
  clock = 0
  /** Makes the taker throw when it has given this id. */
  poison: unknown
  #follower = this.#create()

  constructor() {
    mkdirSync(this.at(''))
  }

  #create(): FileFollower {
    return new FileFollower({
      beginBatch: () => undefined,
      open: () => this.#open(),
      rejection: ({ reason }) => this.found.push(reason),
      error: (error) => this.errors.push(error),
      positionOf: (identity) => this.positions.get(identity),
      setPosition: (identity, position) => this.positions.set(identity, position),
      identities: () => this.positions.keys(),
      removePosition: (identity) => this.positions.delete(identity),
      isPaused: () => this.isPaused,
      steadyMs: () => this.clock,
    })
  }

  #open(): StreamUnderTest['stream'] {
    const { stream, outcomes } = new StreamUnderTest({ root })
    outcomes.push = (...added) => {
      for (const outcome of added) {
        const what = 'record' in outcome ? outcome.record['id'] : outcome.reason
        if (what === this.poison) throw new Error('a mistake of the program')
        this.found.push(what)
      }
      return added.length
    }
    return stream
  }

  /** Another process, which knows nothing but the positions. */
  restart(): void {
    this.#follower.stop()
    this.#follower = this.#create()
  }

  async poll(...names: readonly string[]): Promise<readonly unknown[]> {
    this.found = []
    await this.#follower.poll(names.length === 0 ? [this.at('')] : names.map((name) => this.at(name)))
    return this.found
  }

  isComplete(): Promise<boolean> {
    this.found = []
    return this.#follower.poll([this.at('')])
  }

  at(name: string): string {
    return this.workspace.at(`logs/${name}`)
  }

  write(name: string, content: string | Uint8Array): void {
    this.workspace.write(`logs/${name}`, content)
  }

  [Symbol.dispose](): void {
    this.workspace[Symbol.dispose]()
  }
}

const lines = (...ids: readonly number[]): string => ids.map((id) => `{"id":${id}}\n`).join('')

describe('a process that goes on where another was', () => {
  it('reads what came since, and nothing again', async () => {
    using logs = new Logs()
    logs.write('a.log', `${lines(1, 2)}{"id":`)
    logs.write('b.json.gz', gzipSync(lines(3)))
    expect(await logs.poll()).toEqual([1, 2, 3])
    appendFileSync(logs.at('a.log'), '4}\n')
    logs.restart()
    expect(await logs.poll()).toEqual([4])
    logs.restart()
    expect(await logs.poll()).toEqual([])
  })

  it('finds a file under its new name, and the new one under the old', async () => {
    using logs = new Logs()
    logs.write('app.log', lines(1, 2))
    await logs.poll()
    renameSync(logs.at('app.log'), logs.at('app.log.1'))
    appendFileSync(logs.at('app.log.1'), lines(3))
    logs.write('app.log', lines(4))
    logs.restart()
    expect((await logs.poll()).toSorted()).toEqual([3, 4])
  })

  it.each([
    ['shorter', lines(7)],
    ['longer', lines(7, 8, 9)],
  ])('starts over in a file that was copied and truncated meanwhile, and is %s by now', async (_, text) => {
    using logs = new Logs()
    logs.write('app.log', lines(1, 2))
    await logs.poll()
    const before = statSync(logs.at('app.log')).ino
    copyFileSync(logs.at('app.log'), logs.at('app.log.1'))
    truncateSync(logs.at('app.log'))
    appendFileSync(logs.at('app.log'), text)
    expect(statSync(logs.at('app.log')).ino).toBe(before)
    logs.restart()
    // The copy is a file of its own: who counts the records knows them by their ids.
    const ids = (text.match(/\d/g) ?? []).map(Number)
    expect((await logs.poll()).toSorted()).toEqual([1, 2, ...ids])
  })

  it('goes on before an array that was not whole', async () => {
    using logs = new Logs()
    logs.write('a.log', lines(1))
    await logs.poll()
    appendFileSync(logs.at('a.log'), '[{"id":2},{"id":')
    expect(await logs.poll()).toEqual([2])
    appendFileSync(logs.at('a.log'), '3}]\n')
    logs.restart()
    expect(await logs.poll()).toEqual([2, 3])
  })

  it('forgets positions of files that are gone, whoever saw them go, and keeps all others', async () => {
    using logs = new Logs()
    for (const name of ['a', 'b', 'c', 'once/d']) logs.write(`${name}.log`, lines(1))
    await logs.poll()
    expect(logs.positions.size).toBe(4)
    rmSync(logs.at('a.log'))
    await logs.poll()
    expect(logs.positions.size).toBe(3)
    rmSync(logs.at('b.log'))
    logs.restart()
    // Only some of the paths are looked at from now on.
    await logs.poll('c.log')
    expect(logs.positions.size).toBe(2)
    await logs.poll('c.log')
    logs.restart()
    expect(await logs.poll()).toEqual([])
  })
})

describe("CloudTrail's folders", () => {
  it('are read archive by archive, each once, as they appear below new days and regions', async () => {
    using logs = new Logs()
    const archive = (region: string, day: string, time: string, ids: readonly number[]): void => {
      const name = `111122223333_CloudTrail_${region}_${day.replaceAll('/', '')}T${time}Z_EXAMPLE${ids[0]}.json.gz`
      const records = ids.map((id) => ({ id }))
      logs.write(
        `AWSLogs/111122223333/CloudTrail/${region}/${day}/${name}`,
        gzipSync(JSON.stringify({ records })),
      )
    }
    archive('eu-west-1', '2026/03/01', '2355', [1, 2])
    archive('eu-west-1', '2026/03/02', '0005', [3])
    archive('us-east-1', '2026/03/02', '0005', [4])
    expect(await logs.poll()).toEqual([1, 2, 3, 4])
    archive('eu-west-1', '2026/03/03', '0000', [5])
    archive('ap-south-1', '2026/03/02', '0010', [6, 7])
    // What appears later has to stay as it is for a round.
    expect(await logs.poll()).toEqual([])
    expect((await logs.poll()).toSorted()).toEqual([5, 6, 7])
    logs.restart()
    expect(await logs.poll()).toEqual([])
  })
})

describe('a file that makes the program fail', () => {
  it('is tried again later and later, from its last position, while the others are read', async () => {
    using logs = new Logs()
    logs.write('a.log', lines(1, 2))
    logs.write('b.log', lines(10))
    expect(await logs.poll()).toEqual([1, 2, 10])
    logs.poison = 4
    appendFileSync(logs.at('a.log'), lines(3, 4, 5))
    appendFileSync(logs.at('b.log'), lines(11))
    expect(await logs.poll()).toEqual([3, 11])
    const tries: number[] = []
    for (logs.clock = 0; logs.clock < 3_600_000; logs.clock += 500) {
      const before = logs.errors.length
      await logs.poll()
      if (logs.errors.length > before) tries.push(logs.clock / 1000)
    }
    expect(tries.slice(0, 9)).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511])
    expect(tries[9]).toBe(811)
    expect(tries.length).toBeLessThan(25)
    appendFileSync(logs.at('b.log'), lines(12))
    expect(await logs.poll()).toEqual([12])
    logs.poison = undefined
    logs.clock += 300_000
    // What was counted of it before it failed comes again, and is known by its id.
    expect(await logs.poll()).toEqual([3, 4, 5])
    appendFileSync(logs.at('a.log'), lines(6))
    expect(await logs.poll()).toEqual([6])
  })

  it('in the middle of a record is read from the beginning of that record', async () => {
    using logs = new Logs()
    logs.write('a.log', `${lines(1)}{"id":`)
    expect(await logs.poll()).toEqual([1])
    logs.poison = 2
    appendFileSync(logs.at('a.log'), `2}\n${lines(3)}`)
    expect(await logs.poll()).toEqual([])
    logs.poison = undefined
    logs.clock += 1000
    expect(await logs.poll()).toEqual([2, 3])
  })

  it('may be an archive, and is read whole when the program is mended', async () => {
    using logs = new Logs()
    logs.write('a.gz', gzipSync(lines(1, 2)))
    logs.poison = 2
    expect(await logs.poll()).toEqual([1])
    expect(logs.positions.size).toBe(0)
    logs.poison = undefined
    expect(await logs.poll()).toEqual([])
    logs.clock += 1000
    expect(await logs.poll()).toEqual([1, 2])
    expect(await logs.poll()).toEqual([])
  })
})

describe('reading that is held back', () => {
  it('takes nothing, says that it is not complete, and goes on without a gap', async () => {
    using logs = new Logs()
    logs.write('a.log', lines(1))
    logs.isPaused = true
    expect(await logs.isComplete()).toBe(false)
    expect(logs.found).toEqual([])
    logs.isPaused = false
    expect(await logs.isComplete()).toBe(true)
    expect(logs.found).toEqual([1])
  })

  it('is not complete when it is told to hold in the middle of a file', async () => {
    using logs = new Logs()
    logs.write('a.log', lines(...Array.from({ length: 100_000 }, (_, i) => i)))
    const reading = logs.isComplete()
    logs.isPaused = true
    expect(await reading).toBe(false)
    const before = logs.found.length
    expect(before).toBeLessThan(100_000)
    logs.isPaused = false
    expect(await logs.isComplete()).toBe(true)
    expect(before + logs.found.length).toBe(100_000)
  })
})
