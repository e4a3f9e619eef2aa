import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { Rejection } from '../../src/events/rejection.ts'
import { compressionOf, readArchive, readLogFile } from '../../src/platform/log-file.ts'
import { Workspace } from '../support/workspace.ts'

const workspace = new Workspace()
afterAll(() => workspace[Symbol.dispose]())

interface ReadFile {
  readonly text: string
  readonly reason: Rejection['reason'] | undefined
  readonly message: string
}

const file = workspace.at('file')

async function read(bytes: Uint8Array): Promise<ReadFile> {
  writeFileSync(file, bytes)
  const chunks: Buffer[] = []
  // Chunks are only valid during the call.
  const rejection = await readLogFile(file, (chunk) => {
    chunks.push(Buffer.from(chunk))
  })
  const text = Buffer.concat(chunks).toString('latin1')
  return { text, reason: rejection?.reason, message: rejection?.message ?? '' }
}

/** Lines that do not compress to nothing. */
function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"id":${crc32(String(i))},"line":${i}}\n`).join('')
}

const small = lines(3)
const large = lines(20_000)
const junk = Buffer.from('junk junk junk')

const compressions = [
  ['gzip', (content: string | Buffer): Buffer => gzipSync(content)],
  ['zstd', (content: string | Buffer): Buffer => zstdCompressSync(content)],
] as const

describe('a plain file', () => {
  it.each([
    ['empty', ''],
    ['of one byte', '{'],
    ['of some lines', small],
    ['of many chunks', large],
    ['of one chunk exactly', 'x'.repeat(65_536)],
  ])('%s is handed on as it is', async (_, text) => {
    expect(await read(Buffer.from(text))).toEqual({ text, reason: undefined, message: '' })
  })

  it('that is missing or a folder throws the error of the system', async () => {
    const nothing = (): void => undefined
    await expect(readLogFile(workspace.at('missing'), nothing)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(readLogFile(workspace.path, nothing)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})

describe.each(compressions)('a file of %s', (name, compress) => {
  it.each([
    ['nothing', ''],
    ['some lines', small],
    ['many lines', large],
  ])('with %s is unpacked', async (_, text) => {
    expect(await read(compress(text))).toEqual({ text, reason: undefined, message: '' })
  })

  it('in several pieces is unpacked whole', async () => {
    const parts = [small, '', large, small, large.slice(0, 70_000), small]
    expect(await read(Buffer.concat(parts.map((part) => compress(part))))).toEqual({
      text: parts.join(''),
      reason: undefined,
      message: '',
    })
  })

  it.each([
    ['junk', junk],
    ['a byte', junk.subarray(0, 1)],
    ['a plain line', Buffer.from('{"id":1}\n')],
    ['much junk', Buffer.from(large)],
    ['zeros', Buffer.alloc(512)],
    ['zeros and another piece', Buffer.concat([Buffer.alloc(512), compress(small)])],
  ])('with %s behind it gives all that it holds and one rejection', async (_, behind) => {
    for (const text of ['', small, large]) {
      const found = await read(Buffer.concat([compress(text), compress(small), behind]))
      expect(found.text === text + small).toBe(true)
      // One byte may be the beginning of another piece.
      expect(['trailing_data', behind.length === 1 && 'decompression_failed']).toContain(found.reason)
      expect(found.message).toContain(name)
    }
  })

  it('that is cut off anywhere gives a beginning and one rejection', async () => {
    const packed = compress(large)
    for (const end of [5, 11, 20, 70_000, packed.length - 9, packed.length - 1]) {
      const { text, reason } = await read(packed.subarray(0, end))
      expect(reason).toBe('decompression_failed')
      expect(large.startsWith(text)).toBe(true)
      // What is lost is what does not fill a block: 128 KiB in zstd.
      if (end > 70_000) expect(text.length).toBeGreaterThan(large.length - 135_000)
    }
  })

  it('whose second piece is cut off gives the first one', async () => {
    const second = compress(large)
    const { text, reason } = await read(Buffer.concat([compress(small), second.subarray(0, 30)]))
    expect(text.startsWith(small)).toBe(true)
    expect(reason).toBe('decompression_failed')
  })

  it('that is damaged gives a beginning and one rejection', async () => {
    const packed = compress(large)
    const middle = Math.floor(packed.length / 2)
    packed.fill(0xff, middle, middle + 1000)
    const { text, reason } = await read(packed)
    expect(reason).toBe('decompression_failed')
    expect(text.length).toBeGreaterThan(large.length / 2 - 135_000)
    expect(large.startsWith(text.slice(0, large.length / 2 - 135_000))).toBe(true)
  })

  it('that is a bomb is given up with one rejection, and is never held in memory', async () => {
    // 300 MB: what counts is the sum of all pieces.
    const zeros = compress(Buffer.alloc(30_000_000))
    writeFileSync(file, Buffer.concat([compress('{"id":1}\n'), ...Array.from({ length: 10 }, () => zeros)]))
    let unpacked = 0
    const start = process.memoryUsage().arrayBuffers
    const rejection = await readLogFile(file, (chunk) => {
      unpacked += chunk.length
    })
    expect(rejection?.reason).toBe('decompression_limit')
    expect(unpacked).toBeLessThan(70_000_000)
    expect(process.memoryUsage().arrayBuffers - start).toBeLessThan(100_000_000)
  })

  it('passes on what its reader throws, and lets go of the file', async () => {
    writeFileSync(file, compress(large))
    const broken = new Error('a bug in a connector')
    const reading = readLogFile(file, () => {
      throw broken
    })
    await expect(reading).rejects.toBe(broken)
  })

  it('reports progress that adds up to its size', async () => {
    for (const text of [small, large]) {
      const packed = Buffer.concat([compress(text), compress(text)])
      writeFileSync(file, packed)
      let progress = 0
      await readLogFile(
        file,
        () => undefined,
        (bytes) => {
          expect(bytes).toBeGreaterThanOrEqual(0)
          progress += bytes
        },
      )
      expect(progress).toBeGreaterThan(packed.length * 0.9)
      expect(progress).toBeLessThanOrEqual(packed.length)
    }
  })

  it('is read from an open file, whatever its name leads to by now', async () => {
    writeFileSync(file, compress(small))
    const descriptor = openSync(file, 'r')
    rmSync(file)
    writeFileSync(file, 'another file')
    let text = ''
    const rejection = await readArchive(descriptor, (chunk) => {
      text += Buffer.from(chunk).toString()
    })
    closeSync(descriptor)
    expect(text).toBe(small)
    expect(rejection).toBeUndefined()
  })
})

describe('the first bytes', () => {
  it('tell compressions apart', () => {
    expect(compressionOf(gzipSync(''))).toBe('gzip')
    expect(compressionOf(zstdCompressSync(''))).toBe('zstd')
    for (const text of ['', '{', '(', '\u001f', '{"id":1}'])
      expect(compressionOf(Buffer.from(text))).toBe('none')
  })
})
