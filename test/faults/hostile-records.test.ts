/** Faults 17 and 18: records that are made to break a reader, and archives that are made to burst one. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/embedded-service.ts'
import { Instance } from '../support/instance.ts'
import { morning, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const mebibyte = 1024 * 1024

let made = 0
/** Records that count, each with an id of its own. */
function good(count: number): readonly object[] {
  return Array.from({ length: count }, () => {
    const number = made++
    return tokenRequest({ id: `good-${number}`, time: morning + number * 100 })
  })
}

/** The text of a record of its own, before it is spoiled. */
const base = (id: string): string => JSON.stringify(tokenRequest({ id, time: morning }))
const withField = (id: string, field: string): string => `${base(id).slice(0, -1)},${field}}`
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** What becomes of one line, `accepted` or the reason of its rejection. */
const hostile: readonly (readonly [what: string, line: string | Buffer, outcome: string])[] = [
  ['cut off', base('h1').slice(0, -30), 'truncated'],
  ['cut off in a string', base('h2').slice(0, 40), 'truncated'],
  ['10,000 levels deep', nested(10_000), 'too_deep'],
  ['a field 10,000 levels deep', withField('h3', `"x":${nested(10_000)}`), 'too_deep'],
  ['a bracket bomb', '['.repeat(100_000), 'too_deep'],
  ['50 MB', withField('h4', `"x":"${'x'.repeat(50_000_000)}"`), 'too_large'],
  ['NUL in a string', withField('h5', '"x":"a\u0000b"'), 'malformed_json'],
  ['NULs only', '\u0000'.repeat(5000), 'malformed_json'],
  ['a lone surrogate in what is read', base('h6').replace('"shop"', '"sh\\ud800op"'), 'invalid_text'],
  ['a lone surrogate elsewhere', withField('h7', '"x":"\\udc00"'), 'accepted'],
  ['__proto__', withField('h8', '"__proto__":{"auditID":"other","isAdmin":true}'), 'invalid_field'],
  ['constructor', withField('h9', '"constructor":{"prototype":{"auditID":"other"}}'), 'accepted'],
  ['a key twice', withField('h10', '"auditID":"other"'), 'invalid_field'],
  ['a number beyond all numbers', base('h11').replace('"code":201', '"code":1e999'), 'invalid_field'],
  ['a number of 100,000 digits', withField('h12', `"x":${'9'.repeat(100_000)}`), 'accepted'],
  ['a byte order mark', `\ufeff${base('h13')}`, 'accepted'],
  ['a carriage return', `${base('h14')}\r`, 'accepted'],
  [
    'bytes that are no text',
    Buffer.concat([
      Buffer.from(base('h15').slice(0, -1)),
      Buffer.from([0x2c, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    ]),
    'invalid_text',
  ],
  ['an id of another type', base('h16').replace('"auditID":"h16"', '"auditID":{"a":1}'), 'missing_field'],
  ['a time of another type', base('h17').replaceAll(/Timestamp":"[^"]*"/g, 'Timestamp":17'), 'missing_field'],
  [
    'a time that is none',
    base('h18').replace(/"stageTimestamp":"[^"]*"/, '"stageTimestamp":"2026-02-30T00:00:00Z"'),
    'invalid_field',
  ],
  ['a comment', base('h19').replace('{', '{ /* first */ '), 'malformed_json'],
  ['NaN', withField('h20', '"x":NaN'), 'malformed_json'],
  ['a single quote', "{'auditID':'h21'}", 'malformed_json'],
  ['nothing known', '{"level":"info","msg":"hello"}', 'unknown_format'],
  ['HTML', '<html><body>502 Bad Gateway</body></html>', 'malformed_json'],
]

const workspace = new Workspace()
let running: Instance

beforeAll(async () => {
  workspace.writeRecords('logs/first.log', good(20_000))
  running = await Instance.start(workspace, {
    sources: { files: [{ path: 'logs' }], webhook: { maxBodyBytes: 64 * mebibyte } },
    limits: { allowedLatenessSeconds: 31 * 86_400 },
    log: { level: 'error' },
  })
  await running.read(20_000)
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
  workspace[Symbol.dispose]()
})

describe('a hostile record in a hundred', () => {
  it.each(hostile)('(%s) costs itself at most', async (_what, line, outcome) => {
    const before = (await running.status()).records
    const text = [linesOf(good(50)), line, '\n', linesOf(good(49))].map((part) => Buffer.from(part))
    const { status, text: answer } = await running.send(Buffer.concat(text))
    expect(status).toBe(200)
    const told = JSON.parse(answer)
    const isGood = outcome === 'accepted'
    expect(told.rejections.map(({ reason }: { readonly reason: string }) => reason)).toEqual(
      isGood ? [] : [outcome],
    )
    expect(told).toMatchObject({
      accepted: isGood ? 100 : 99,
      rejected: isGood ? 0 : 1,
      duplicates: 0,
      late: 0,
    })
    const { records } = await running.status()
    expect(records.read - before.read).toBe(100)
  })

  it('leaves memory as it was, and names what it was in words of a closed set', async () => {
    const start = running.memory
    for (let round = 0; round < 3; round++) {
      for (const [, line] of hostile) {
        if (line.length < mebibyte)
          await running.send(Buffer.concat([Buffer.from(line), Buffer.from(`\n${linesOf(good(99))}`)]))
      }
    }
    workspace.write(
      'logs/huge.log',
      `${hostile.find(([what]) => what === '50 MB')?.[1]}\n${linesOf(good(1))}`,
    )
    const id = `good-${made - 1}`
    expect(id).toMatch(/good-\d+/)
    const { accepted } = (await running.status()).records
    await until('the huge line is passed', async () => (await running.status()).records.accepted > accepted)
    expect(running.memory - start).toBeLessThan(128 * mebibyte)
    const { records, rejections } = JSON.parse((await running.get('/api/v1/status')).text)
    expect(records.read).toBe(
      records.accepted + records.duplicates + records.late + records.rejected + records.irrelevant,
    )
    const reasons = new Set(hostile.map(([, , outcome]) => outcome))
    for (const reason of Object.keys(rejections)) expect(reasons).toContain(reason)
  })
})

describe('an archive that is made to burst its reader', () => {
  const zeros = Buffer.alloc(10_000_000)
  const bomb = (pack: (bytes: Buffer) => Buffer): Buffer => {
    const part = pack(zeros)
    // Ten gigabytes of zeros.
    return Buffer.concat(Array.from({ length: 1000 }, () => part))
  }
  /** The reason that comes last stands first. */
  /** The reason that comes last stands first. */
  const archives: readonly (readonly [
    what: string,
    name: string,
    content: () => Buffer,
    reasons: readonly string[],
  ])[] = [
    ['a gzip bomb', 'bomb.gz', () => bomb(gzipSync), ['decompression_limit', 'malformed_json', 'too_large']],
    [
      'a zstd bomb',
      'bomb.zst',
      () => bomb(zstdCompressSync),
      ['decompression_limit', 'malformed_json', 'too_large'],
    ],
    [
      'an archive in an archive',
      'nested.gz',
      () => gzipSync(gzipSync(linesOf(good(5000)))),
      ['malformed_json', 'invalid_text'],
    ],
    [
      'junk behind an archive',
      'junk.gz',
      () => Buffer.concat([gzipSync(linesOf(good(1))), Buffer.from('junk')]),
      ['trailing_data'],
    ],
    [
      'half an archive',
      'half.gz',
      () => gzipSync(linesOf(good(3))).subarray(0, -20),
      ['decompression_failed', 'truncated'],
    ],
    [
      'an archive of another kind',
      'other.gz',
      () => Buffer.from('PK\u0003\u0004 not gzip at all\n'),
      ['malformed_json', 'invalid_text'],
    ],
  ]

  it.each(archives)(
    '(%s) is given up, said, and the next file is read',
    async (_what, name, content, reasons) => {
      const before = JSON.parse((await running.get('/api/v1/status')).text)
      const memory = running.memory
      workspace.write(`logs/${name}`, content())
      const marker = good(1)
      workspace.writeRecords(`logs/${name}.after.log`, marker)
      const [last = ''] = reasons
      await until('it is said', async () => {
        const { rejections } = JSON.parse((await running.get('/api/v1/status')).text)
        return (rejections[last] ?? 0) > (before.rejections[last] ?? 0)
      })
      await until('the next one is read', async () =>
        (await running.send(linesOf(marker))).text.includes('"duplicates":1'),
      )
      const after = JSON.parse((await running.get('/api/v1/status')).text)
      for (const [reason, count] of Object.entries<number>(after.rejections))
        if (count > (before.rejections[reason] ?? 0)) expect(reasons).toContain(reason)
      expect(running.memory - memory).toBeLessThan(64 * mebibyte)
    },
  )

  it.each([
    ['gzip', 413, () => bomb(gzipSync)],
    ['gzip', 400, () => Buffer.from(linesOf(good(1)))],
    ['gzip', 400, () => Buffer.concat([gzipSync(linesOf(good(1))), Buffer.from('junk')])],
    ['zstd', 415, () => bomb(zstdCompressSync)],
    ['identity', 415, () => gzipSync(linesOf(good(1)))],
    ['deflate', 415, () => Buffer.from('x')],
  ])('as a body of %s is answered %d', async (encoding, status, content) => {
    const memory = running.memory
    const answer = await running.send(content(), { 'content-encoding': encoding })
    expect(answer.status).toBe(status)
    expect(running.memory - memory).toBeLessThan(64 * mebibyte)
  })
})
