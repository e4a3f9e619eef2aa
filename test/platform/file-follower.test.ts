import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/connectors/connector.ts'
import { compileShapes } from '../../src/connectors/reading/shape-node.ts'
import type { RejectionReason } from '../../src/events/rejection.ts'
import { FileFollower } from '../../src/platform/file-follower.ts'
import { StreamUnderTest } from '../support/stream-outcomes.ts'
import { Workspace } from '../support/workspace.ts'

const root = compileShapes([{ id: true }], { wrappers: [], arrays: ['records'] })

/** A follower whose files are read as streams of records. */
class Following implements Disposable {
  readonly workspace = new Workspace()
  readonly errors: string[] = []
  /** Streams that were opened, and batches that were begun. */
  opened = 0
  batches = 0
  readonly follower: FileFollower
  #found: (JsonObject['id'] | RejectionReason)[] = []

  constructor() {
    this.follower = new FileFollower({
      beginBatch: () => this.batches++,
      open: () => this.#open(),
      rejection: ({ reason }) => this.#found.push(reason),
      error: (error, path) => this.errors.push(`${basename(path)}: ${String(error)}`),
    })
  }

  #open(): StreamUnderTest['stream'] {
    this.opened++
    const { stream, outcomes } = new StreamUnderTest({ root })
    outcomes.push = (...added) => {
      for (const outcome of added)
        this.#found.push('record' in outcome ? outcome.record['id'] : outcome.reason)
      return added.length
    }
    return stream
  }

  /** Ids and reasons since the last call. */
  taken(): readonly unknown[] {
    const found = this.#found
    this.#found = []
    return found
  }

  async poll(...names: readonly string[]): Promise<readonly unknown[]> {
    await this.follower.poll(
      names.length === 0 ? [this.workspace.path] : names.map((name) => this.workspace.at(name)),
    )
    return this.taken()
  }

  finish(): readonly unknown[] {
    this.follower.finish()
    return this.taken()
  }

  write(name: string, content: string | Uint8Array): void {
    this.workspace.write(name, content)
  }

  append(name: string, content: string): void {
    appendFileSync(this.workspace.at(name), content)
  }

  [Symbol.dispose](): void {
    this.workspace[Symbol.dispose]()
  }
}

describe('a folder that is followed', () => {
  it('gives what is there, then new files, then nothing new', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n')
    following.write('deep/er/b.log', '{"id":2}\n')
    expect(await following.poll()).toEqual([1, 2])
    expect(await following.poll()).toEqual([])
    following.write('c.log', '{"id":3}\n')
    following.write('empty.log', '')
    expect(await following.poll()).toEqual([3])
    expect(await following.poll()).toEqual([])
    expect(following.errors).toEqual([])
  })

  it('that appears later is an error until then', async () => {
    using following = new Following()
    expect(await following.poll('logs')).toEqual([])
    expect(await following.poll('logs')).toEqual([])
    expect(following.errors).toHaveLength(2)
    expect(following.errors[0]).toContain('logs: Error: ENOENT')
    mkdirSync(following.workspace.at('logs'))
    following.write('logs/a.log', '{"id":1}\n')
    expect(await following.poll('logs')).toEqual([1])
    expect(following.errors).toHaveLength(2)
  })

  it('is read further than a path that is missing', async () => {
    using following = new Following()
    following.write('logs/a.log', '{"id":1}\n')
    expect(await following.poll('missing', 'logs')).toEqual([1])
    expect(following.errors).toHaveLength(1)
  })

  it('is read once where paths overlap', async () => {
    using following = new Following()
    following.write('logs/a.log', '{"id":1}\n')
    expect(await following.poll('logs', 'logs/a.log', 'logs')).toEqual([1])
  })
})

describe('a file that grows', () => {
  it('gives each record once, wherever it was cut when we looked', async () => {
    const text =
      '{"id":1}\n{"id":"é😀"}\r\n{\n  "id": 3\n}\n[{"id":4},\n{"id":5}]{"id":6}\n{"records":[{"id":7}],"x":1}\n{"id":8}\n'
    const bytes = Buffer.from(text)
    for (let cut = 1; cut < bytes.length; cut += 3) {
      using following = new Following()
      following.write('a.log', bytes.subarray(0, cut))
      const found = [...(await following.poll())]
      appendFileSync(following.workspace.at('a.log'), bytes.subarray(cut))
      found.push(...(await following.poll()), ...following.finish())
      expect(found).toEqual([1, 'é😀', 3, 4, 5, 6, 7, 8])
    }
  })

  it('gives a record when it is complete, also inside an array and without a newline', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n{"id":')
    expect(await following.poll()).toEqual([1])
    following.append('a.log', '2')
    expect(await following.poll()).toEqual([])
    following.append('a.log', '}')
    expect(await following.poll()).toEqual([2])
    following.append('a.log', '\n[{"id":3},{"i')
    expect(await following.poll()).toEqual([3])
    following.append('a.log', 'd":4}')
    expect(await following.poll()).toEqual([4])
    following.append('a.log', ']\n{"id":5}')
    expect(await following.poll()).toEqual([5])
    expect(following.finish()).toEqual([])
  })

  it('gives a large record as soon as it is complete, although nothing follows', async () => {
    using following = new Following()
    following.write('a.log', `[{"x":"${'x'.repeat(300_000)}`)
    expect(await following.poll()).toEqual([])
    following.append('a.log', '","id":1}')
    expect(await following.poll()).toEqual([1])
  })

  it('keeps nothing open for what is read to its end', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n')
    await following.poll()
    following.append('a.log', '{"id":2}\n{"id":')
    await following.poll()
    expect(following.opened).toBe(2)
    following.append('a.log', '3}\n')
    expect(await following.poll()).toEqual([3])
    expect(following.opened).toBe(2)
    following.append('a.log', '{"id":4}\n')
    expect(await following.poll()).toEqual([4])
    expect(following.opened).toBe(3)
  })

  it('has what it never completes rejected at the end, once', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n{"id":"cut')
    following.write('b.log', '{"id":2}\n{"id":"cut\n')
    following.write('c.log', '[{"id":3},')
    expect(await following.poll()).toEqual([1, 2, 3])
    expect(following.finish()).toEqual(['truncated', 'truncated', 'truncated'])
    expect(following.finish()).toEqual([])
  })
})

describe('rotation', () => {
  it('by renaming loses nothing and repeats nothing', async () => {
    using following = new Following()
    following.write('app.log', '{"id":1}\n{"id":2}\n{"id"')
    expect(await following.poll()).toEqual([1, 2])
    following.append('app.log', ':3}\n')
    renameSync(following.workspace.at('app.log'), following.workspace.at('app.log.1'))
    following.write('app.log', '{"id":4}\n')
    expect((await following.poll()).toSorted()).toEqual([3, 4])
    renameSync(following.workspace.at('app.log.1'), following.workspace.at('app.log.2'))
    renameSync(following.workspace.at('app.log'), following.workspace.at('app.log.1'))
    following.append('app.log.1', '{"id":5}\n')
    following.write('app.log', '{"id":6}\n')
    expect((await following.poll()).toSorted()).toEqual([5, 6])
    expect(following.finish()).toEqual([])
  })

  it('by copying and truncating starts over', async () => {
    using following = new Following()
    following.write('app.log', '{"id":1}\n{"id":2}\n')
    expect(await following.poll('app.log')).toEqual([1, 2])
    copyFileSync(following.workspace.at('app.log'), following.workspace.at('app.log.1'))
    truncateSync(following.workspace.at('app.log'))
    expect(await following.poll('app.log')).toEqual([])
    following.append('app.log', '{"id":3}\n')
    expect(await following.poll('app.log')).toEqual([3])
  })

  it.each([
    ['shorter', '{"id":3}\n', [3]],
    ['as long', '{"id":4}\n{"id":5}\n', [4, 5]],
    ['longer', '{"id":6}\n{"id":7}\n{"id":8}\n', [6, 7, 8]],
  ])('by truncating starts over when the file is %s by the time we look', async (_, text, ids) => {
    using following = new Following()
    following.write('app.log', '{"id":1}\n{"id":2}\n')
    expect(await following.poll()).toEqual([1, 2])
    const before = statSync(following.workspace.at('app.log')).ino
    writeFileSync(following.workspace.at('app.log'), text)
    // File systems may stamp two writes in a row with one time.
    utimesSync(following.workspace.at('app.log'), 2_000_000_000, 2_000_000_000)
    expect(statSync(following.workspace.at('app.log')).ino).toBe(before)
    expect(await following.poll()).toEqual(ids)
  })

  it('by truncating to a part of what it was starts over', async () => {
    using following = new Following()
    following.write('app.log', '{"id":1}\n'.repeat(300))
    expect(await following.poll()).toHaveLength(300)
    truncateSync(following.workspace.at('app.log'), 9 * 200)
    expect(await following.poll()).toHaveLength(200)
  })

  it('by truncating in the middle of a record rejects that record', async () => {
    using following = new Following()
    following.write('app.log', '[{"id":1},{"id":2},{"id":')
    expect(await following.poll()).toEqual([1, 2])
    truncateSync(following.workspace.at('app.log'))
    following.append('app.log', '{"id":3}\n')
    expect(await following.poll()).toEqual(['truncated', 3])
  })

  it('that leaves a hole of NULs, because the writer goes on where it was, costs one rejection', async () => {
    using following = new Following()
    following.write('app.log', '{"id":1}\n'.repeat(100))
    await following.poll()
    following.write('app.log', Buffer.concat([Buffer.alloc(900), Buffer.from('{"id":2}\n')]))
    expect(await following.poll()).toEqual(['malformed_json', 2])
  })

  it('that removes a file settles what it held back, and forgets it', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n{"id":')
    following.write('b.log', '{"id":2}\n')
    expect(await following.poll()).toEqual([1, 2])
    rmSync(following.workspace.at('a.log'))
    expect(await following.poll()).toEqual(['truncated'])
    // On most file systems it gets the inode of the one that was removed.
    following.write('c.log', '{"id":3}\n{"id":4}\n')
    expect(await following.poll()).toEqual([3, 4])
  })

  it('is not assumed where a folder cannot be listed for a while', async () => {
    using following = new Following()
    following.write('logs/a.log', '{"id":1}\n{"id":')
    expect(await following.poll('logs')).toEqual([1])
    renameSync(following.workspace.at('logs'), following.workspace.at('away'))
    expect(await following.poll('logs')).toEqual([])
    renameSync(following.workspace.at('away'), following.workspace.at('logs'))
    following.append('logs/a.log', '2}\n')
    expect(await following.poll('logs')).toEqual([2])
  })
})

describe('an archive', () => {
  const packed = (text: string): Buffer => gzipSync(text)

  it('that is there at the start is read at once, and never again', async () => {
    using following = new Following()
    following.write('a.json.gz', packed('{"id":1}\n'))
    following.write('b.json.zst', zstdCompressSync('{"records":[{"id":2}]}'))
    expect(await following.poll()).toEqual([1, 2])
    expect(await following.poll()).toEqual([])
    renameSync(following.workspace.at('a.json.gz'), following.workspace.at('c.json.gz'))
    expect(await following.poll()).toEqual([])
  })

  it('that appears later is read once it no longer changes', async () => {
    using following = new Following()
    await following.poll()
    const bytes = packed(`{"id":1}\n${'{"id":2}\n'.repeat(3)}`)
    following.write('a.gz', '')
    expect(await following.poll()).toEqual([])
    following.write('a.gz', bytes.subarray(0, 20))
    expect(await following.poll()).toEqual([])
    following.write('a.gz', bytes)
    expect(await following.poll()).toEqual([])
    expect(await following.poll()).toEqual([1, 2, 2, 2])
    expect(await following.poll()).toEqual([])
    expect(following.finish()).toEqual([])
  })

  it('that was seen half written at the start is read again when it is whole', async () => {
    using following = new Following()
    const bytes = packed('{"id":1}\n')
    following.write('a.gz', bytes.subarray(0, -4))
    expect(await following.poll()).toEqual([1, 'decompression_failed'])
    expect(await following.poll()).toEqual([])
    following.write('a.gz', bytes)
    expect(await following.poll()).toEqual([])
    // From its beginning: who counts the records knows them by their ids.
    expect(await following.poll()).toEqual([1])
    expect(await following.poll()).toEqual([])
  })

  it('that is cut off inside a record costs a rejection for the record and one for the archive', async () => {
    using following = new Following()
    following.write('a.gz', packed('{"id":1}\n{"id":'))
    following.write('b.gz', Buffer.concat([packed('{"id":2}\n'), Buffer.from('junk')]))
    expect(await following.poll()).toEqual([1, 'truncated', 2, 'trailing_data'])
  })

  it('lets other work have its turn, and is given up when we stop', async () => {
    using following = new Following()
    following.write('a.gz', packed('{"id":1}\n'.repeat(500_000)))
    const polling = following.poll()
    await setImmediate()
    following.follower.stop()
    const found = await polling
    expect(found.length).toBeLessThan(500_000)
    expect(following.errors).toEqual([])
    expect(await following.poll()).toEqual([])
  })
})

describe('a path that cannot be read', () => {
  it('is an error in each round, keeps no other file from being read, and recovers', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n')
    // A file where the path says folder stands for any error: file modes do not stop a superuser.
    following.write('b', '')
    following.write('c.log', '{"id":2}\n')
    const poll = (): Promise<readonly unknown[]> => following.poll('a.log', 'b/x.log', 'c.log')
    expect(await poll()).toEqual([1, 2])
    expect(await poll()).toEqual([])
    expect(following.errors).toHaveLength(2)
    expect(following.errors[0]).toContain('x.log: Error: ENOTDIR')
    rmSync(following.workspace.at('b'))
    following.write('b/x.log', '{"id":3}\n')
    expect(await poll()).toEqual([3])
    expect(following.errors).toHaveLength(2)
  })
})

describe('other work', () => {
  it('gets its turn while large files and while many files are read', async () => {
    using following = new Following()
    following.write('large.log', '{"id":1}\n'.repeat(200_000))
    for (let i = 0; i < 50; i++) following.write(`many/${i}.log`, '{"id":2}\n')
    for (const [path, turns] of [
      ['large.log', 3],
      ['many', 5],
    ] as const) {
      let taken = 0
      let isDone = false
      const polling = following.poll(path).then(() => {
        isDone = true
      })
      while (!isDone) {
        await setImmediate()
        taken++
      }
      await polling
      expect(taken).toBeGreaterThanOrEqual(turns)
    }
  })

  it('can stop the reading between chunks, which goes no further', async () => {
    using following = new Following()
    following.write('large.log', '{"id":1}\n'.repeat(200_000))
    following.write('second.log', '{"id":2}\n')
    const polling = following.poll()
    following.follower.stop()
    const found = await polling
    expect(found.length).toBeLessThan(200_000)
    expect(found).not.toContain(2)
    expect(following.finish().length).toBeLessThan(2)
  })

  it('hears of no batch where nothing has changed', async () => {
    using following = new Following()
    following.write('a.log', '{"id":1}\n{"id":')
    following.write('b.gz', gzipSync('{"id":2}\n'))
    await following.poll()
    const before = following.batches
    await following.poll()
    await following.poll()
    expect(following.batches).toBe(before)
  })

  it('hears of each batch before its bytes', async () => {
    using following = new Following()
    following.write('large.log', '{"id":1}\n'.repeat(50_000))
    following.write('packed.gz', gzipSync('{"id":1}\n'.repeat(50_000)))
    await following.poll()
    expect(following.batches).toBeGreaterThan(7 + 7)
  })
})
