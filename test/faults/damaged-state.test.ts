/** Faults 3 and 24: bytes of the state are lost or flipped, or it is of another version. */
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StateError, StateStore } from '../../src/platform/state-store.ts'
import { EmbeddedService } from '../support/embedded-service.ts'
import { issuanceRecord, issuanceTruth } from '../support/issuance-record.ts'
import { Random } from '../support/oracle/random.ts'
import { Workspace } from '../support/workspace.ts'

const workspace = new Workspace()
afterAll(() => workspace[Symbol.dispose]())

/** What a kill behind the last commit leaves: half of the commits in the file, the others in its write-ahead log. */
const sound = workspace.at('sound')
const victim = workspace.at('victim')
const inFile = 6
const inLog = 6
/** What the state held after each commit, oldest first. */
const versions: string[] = []

function contentOf(chunks: Iterable<readonly [string, string]>): string {
  return JSON.stringify([...chunks].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

beforeAll(() => {
  const folder = workspace.at('written')
  const random = new Random(3)
  const model = new Map<string, string>()
  let store = StateStore.open(folder)
  for (let commit = 1; commit <= inFile + inLog; commit++) {
    store.commit((out) => {
      model.set('positions/file', String(commit))
      for (let chunk = 0; chunk < 12; chunk++)
        model.set(`part/${random.below(60)}`, `${commit} `.repeat(random.below(600)))
      for (const [key, value] of model) out.put(key, Buffer.from(value, 'latin1'))
    })
    versions.push(contentOf(model))
    if (commit !== inFile) continue
    store.close()
    store = StateStore.open(folder)
    for (const _ of store.chunks());
  }
  cpSync(folder, sound, { recursive: true })
  store.close()
})

/** Which version a damaged state is taken for, from 1; 0 when it is refused. Anything else fails the test. */
function opened(damage: (path: string) => void): number {
  rmSync(victim, { recursive: true, force: true })
  cpSync(sound, victim, { recursive: true })
  damage(join(victim, 'state.db'))
  let store: StateStore | undefined
  try {
    store = StateStore.open(victim)
    const found = [...store.chunks()].map(
      ({ key, bytes }) => [key, Buffer.from(bytes).toString('latin1')] as const,
    )
    const version = versions.indexOf(contentOf(found)) + 1
    expect(version, 'a content that was never committed').toBeGreaterThan(0)
    return version
  } catch (error) {
    if (error instanceof StateError) return 0
    throw error
  } finally {
    store?.close()
  }
}

function change(path: string, how: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  how(bytes)
  writeFileSync(path, bytes)
}

function flipBits(random: Random, bytes: Buffer): void {
  for (let flips = 1 + random.below(4); flips > 0; flips--) {
    const at = random.below(bytes.length)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at)
  }
}

function loseSector(random: Random, bytes: Buffer): void {
  const at = random.below(bytes.length / 512) * 512
  bytes.fill(random.chance(0.5) ? 0 : random.hex(32), at, at + 512)
}

describe('a state with bytes lost or flipped', () => {
  it('is what was committed last as long as nothing is', () => {
    expect(opened(() => undefined)).toBe(inFile + inLog)
  })

  it('is cut back to a whole commit wherever the tail of its log is torn', () => {
    const size = statSync(join(sound, 'state.db-wal')).size
    const found = Array.from({ length: 40 }, (_, i) =>
      opened((path) => truncateSync(`${path}-wal`, Math.floor((size * i) / 39))),
    )
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect([found[0], found.at(-1)]).toEqual([inFile, inFile + inLog])
    expect(new Set(found).size).toBe(inLog + 1)
  })

  it('is cut back to the commit before what is damaged in its log', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(seed)
      const damage = random.chance(0.5) ? flipBits : loseSector
      const version = opened((path) => change(`${path}-wal`, (bytes) => damage(random, bytes)))
      expect(version).toBeGreaterThanOrEqual(inFile)
    }
  })

  it('is refused, or is the last one, whatever is damaged in its file', () => {
    const found = new Map<number, number>()
    for (let seed = 0; seed < 120; seed++) {
      const random = new Random(seed)
      const version = opened((path) => {
        // Without the log the file is all there is; what the log replaces does no harm.
        if (random.chance(0.7)) rmSync(`${path}-wal`)
        if (random.chance(0.2)) truncateSync(path, random.below(statSync(path).size))
        else change(path, (bytes) => (random.chance(0.6) ? flipBits : loseSector)(random, bytes))
      })
      expect([0, inFile, inFile + inLog]).toContain(version)
      found.set(version, (found.get(version) ?? 0) + 1)
    }
    // Most of the file matters: what is never noticed is what nobody reads.
    expect(found.get(0)).toBeGreaterThan(60)
  })
})

describe('a run over a damaged state', () => {
  const settings = { sources: { files: [{ path: 'logs' }] }, state: { folder: 'state' } }
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => `${issuanceRecord(from + i)}\n`).join('')

  /** Leaves what a kill would leave behind 300 records of a file, with the log not yet in the state's file. */
  async function killedRun(own: Workspace): Promise<void> {
    own.write('logs/audit.log', lines(0, 100))
    const running = await EmbeddedService.start(own, settings)
    await running.ready()
    for (let sent = 300; sent < 310; sent++) await running.send(lines(sent, sent + 1))
    cpSync(own.at('state'), own.at('killed'), { recursive: true })
    await running[Symbol.asyncDispose]()
    rmSync(own.at('state'), { recursive: true })
    cpSync(own.at('killed'), own.at('state'), { recursive: true })
  }

  it('whose log is torn reads on from the positions of its last whole commit, and counts every record once', async () => {
    using own = new Workspace()
    await killedRun(own)
    const wal = own.at('state/state.db-wal')
    const size = statSync(wal).size
    for (const part of [0.9, 0.5, 0.1, 0]) {
      rmSync(own.at('state'), { recursive: true })
      cpSync(own.at('killed'), own.at('state'), { recursive: true })
      truncateSync(wal, Math.floor(size * part))
      await using running = await EmbeddedService.start(own, settings)
      await running.ready()
      // Senders whose records were in the torn part have them no more; files have.
      for (let sent = 300; sent < 310; sent++) await running.send(lines(sent, sent + 1))
      const { good, bad } = running.pipeline.engine.totals[0] ?? {}
      expect({ good, bad }).toEqual({
        good: issuanceTruth(100).good + issuanceTruth(310).good - issuanceTruth(300).good,
        bad: issuanceTruth(100).bad + issuanceTruth(310).bad - issuanceTruth(300).bad,
      })
    }
  })

  it.each([
    ['damaged', (path: string) => truncateSync(path, 5000), /state\.db/],
    [
      'of a newer version',
      (path: string) => {
        const database = new DatabaseSync(path)
        database.exec('PRAGMA user_version = 2')
        database.close()
      },
      /has format 2, this program knows 1: run the newer version, or start with an empty state folder/,
    ],
    [
      'of something else',
      (path: string) => writeFileSync(path, 'a note to myself '.repeat(1000)),
      /not a database/,
    ],
  ])('does not start when it is %s, says what to do, and changes nothing', async (_what, damage, says) => {
    using own = new Workspace()
    await killedRun(own)
    rmSync(own.at('state/state.db-wal'))
    const path = own.at('state/state.db')
    mkdirSync(own.at('state'), { recursive: true })
    damage(path)
    const before = readFileSync(path)
    await expect(EmbeddedService.start(own, settings)).rejects.toMatchObject({
      code: 'ISLO-2007',
      exitCode: 4,
      message: expect.stringMatching(says),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})
