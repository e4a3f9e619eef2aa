import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StateError, type StateFormat, StateStore } from '../../src/platform/state-store.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-slo-state-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** Opens, reads everything, closes. */
function contents(): Record<string, string> {
  const store = StateStore.open(folder)
  try {
    return Object.fromEntries(
      [...store.chunks()].map(({ key, bytes }) => [key, new TextDecoder().decode(bytes)]),
    )
  } finally {
    store.close()
  }
}

function write(chunks: Readonly<Record<string, string>>): void {
  const store = StateStore.open(folder)
  for (const _ of store.chunks());
  store.commit((out) => {
    for (const [key, value] of Object.entries(chunks)) out.put(key, text(value))
  })
  store.close()
}

function problem(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof StateError) return error.problem
    throw error
  }
  return 'none'
}

describe('the state store', () => {
  it('gives back what was committed, with later chunks in place of earlier ones', () => {
    write({ a: '1', b: '2', 'c/1': 'x', 'c/2': 'y' })
    const store = StateStore.open(folder)
    for (const _ of store.chunks());
    store.commit((out) => {
      out.put('a', text('3'))
      out.remove('b')
      out.removeAll('c/')
      out.put('d', text(''))
    })
    store.close()
    expect(contents()).toEqual({ a: '3', d: '' })
  })

  it('changes nothing when writing a commit fails half way', () => {
    write({ a: '1' })
    const store = StateStore.open(folder)
    for (const _ of store.chunks());
    expect(() =>
      store.commit((out) => {
        out.put('a', text('2'))
        out.put('b', text('2'))
        throw new Error('the writer failed')
      }),
    ).toThrow('the writer failed')
    store.commit((out) => out.put('c', text('3')))
    store.close()
    expect(contents()).toEqual({ a: '1', c: '3' })
  })

  it('lets one process in', () => {
    const store = StateStore.open(folder)
    expect(problem(() => StateStore.open(folder))).toBe('locked')
    store.close()
    expect(problem(() => StateStore.open(folder).close())).toBe('none')
  })

  it('refuses a file of a newer format, with what to do', () => {
    write({ a: '1' })
    const database = new DatabaseSync(join(folder, 'state.db'))
    database.exec('PRAGMA user_version = 999')
    database.close()
    expect(() => StateStore.open(folder)).toThrow(/has format 999.*newer version/)
  })

  it('brings older formats up to its own step by step, each step whole', () => {
    write({ a: '1', b: '2' })
    const step = (suffix: string): NonNullable<ReturnType<StateFormat['upgrades']['get']>> => {
      return (chunks, out) => {
        for (const { key, bytes } of chunks) out.put(key, text(new TextDecoder().decode(bytes) + suffix))
        if (suffix === 'y') out.remove('b')
      }
    }
    const third: StateFormat = {
      version: 3,
      upgrades: new Map([
        [1, step('x')],
        [2, step('y')],
      ]),
    }
    const broken: StateFormat = { ...third, upgrades: new Map([[1, step('x')]]) }
    // The first step stays, as if the program had ended behind it.
    expect(() => StateStore.open(folder, broken)).toThrow(/has format 2.*its own, 3.*replay/)
    for (let openings = 0; openings < 2; openings++) {
      const store = StateStore.open(folder, third)
      const found = [...store.chunks()].map(({ key, bytes }) => [key, new TextDecoder().decode(bytes)])
      store.close()
      expect(found).toEqual([['a', '1xy']])
    }
    expect(problem(contents)).toBe('newer')
  })

  it('leaves an older format as it was when it cannot be brought up to date', () => {
    write({ a: '1' })
    const failing: StateFormat = {
      version: 2,
      upgrades: new Map([
        [
          1,
          (_, out) => {
            out.put('a', text('2'))
            throw new Error('a mistake in the upgrade')
          },
        ],
      ]),
    }
    expect(problem(() => StateStore.open(folder, failing))).toBe('unusable')
    expect(contents()).toEqual({ a: '1' })
  })

  it('does not take for a state what a kill in its creation left behind', () => {
    writeFileSync(join(folder, 'state.db.4711.new'), '')
    write({ a: '1' })
    expect(contents()).toEqual({ a: '1' })
    // One that was there and is empty now has lost everything.
    writeFileSync(join(folder, 'state.db'), '')
    expect(problem(contents)).toBe('damaged')
  })

  it('refuses a write-ahead log without its file', async () => {
    const child = await writerKilledAfter(3)
    rmSync(join(child, 'state.db'))
    expect(problem(() => StateStore.open(child))).toBe('damaged')
  })

  it('refuses a chunk whose bytes were changed', () => {
    write({ a: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', b: '2' })
    const path = join(folder, 'state.db')
    const bytes = readFileSync(path)
    const at = bytes.indexOf('aaaaaaaaaaaaaaaa')
    expect(at).toBeGreaterThan(0)
    bytes[at + 3] = 'b'.charCodeAt(0)
    writeFileSync(path, bytes)
    expect(problem(contents)).toBe('damaged')
  })

  it('refuses a store from which a chunk is missing', () => {
    write({ a: '1', b: '2' })
    const database = new DatabaseSync(join(folder, 'state.db'))
    database.exec("DELETE FROM chunk WHERE key = 'a'")
    database.close()
    expect(problem(contents)).toBe('damaged')
  })

  it('refuses a truncated file and a file of something else', () => {
    write(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, 'v'.repeat(100)])))
    const path = join(folder, 'state.db')
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)
    expect(problem(contents)).toBe('damaged')
    writeFileSync(path, 'not a database, but long enough to be looked at as one '.repeat(20))
    expect(problem(contents)).toBe('damaged')
  })

  it('cuts a damaged tail of the log back to the last whole commit', async () => {
    const child = await writerKilledAfter(6)
    const before = readFileSync(join(child, 'state.db-wal'))
    // The last bytes of the log are torn: the last commit is not whole any more.
    truncateSync(join(child, 'state.db-wal'), before.length - 100)
    const store = StateStore.open(child)
    const found = [...store.chunks()].map(({ bytes }) => new TextDecoder().decode(bytes))
    store.close()
    expect(new Set(found).size).toBe(1)
    expect(Number(found[0])).toBeGreaterThanOrEqual(4)
  })

  it.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written (left out for root)', () => {
    chmodSync(folder, 0o500)
    expect(problem(() => StateStore.open(join(folder, 'below')))).toBe('unusable')
    chmodSync(folder, 0o700)
  })

  it('holds the old or the new state, never a mixture, wherever the process is killed', async () => {
    for (const commits of [1, 2, 3, 5, 8]) {
      const child = await writerKilledAfter(commits)
      const store = StateStore.open(child)
      const found = [...store.chunks()].map(({ bytes }) => new TextDecoder().decode(bytes))
      store.close()
      expect(new Set(found).size).toBeLessThanOrEqual(1)
      if (found.length > 0) expect(Number(found[0])).toBeGreaterThanOrEqual(commits)
    }
  })
})

/**
 * A process that writes one number into 40 chunks a commit, killed without warning once it has reported `commits` of
 * them; by then it is somewhere inside a later one. Gives a copy of its folder.
 */
async function writerKilledAfter(commits: number): Promise<string> {
  const own = mkdtempSync(join(folder, 'writer-'))
  const script = new URL('../support/state-writer.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, own], { stdio: ['ignore', 'pipe', 'inherit'] })
  let reported = 0
  for await (const chunk of child.stdout) {
    reported += String(chunk).split('\n').length - 1
    if (reported >= commits) break
  }
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  const copy = `${own}-copy`
  cpSync(own, copy, { recursive: true })
  return copy
}
