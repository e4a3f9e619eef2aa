import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { apiCall, minuteMs, morning, roleAssumed, stageBefore, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

interface Line {
  readonly source: string
  readonly position: number
  readonly connector?: string
  readonly events?: readonly { readonly id: string; readonly kind: string; readonly app: string }[]
  readonly rejection?: { readonly reason: string; readonly message: string }
}

function lines(out: string): readonly Line[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
}

const texts = [
  JSON.stringify(tokenRequest({ id: 'a', time: morning })),
  'not JSON',
  JSON.stringify(stageBefore('b', morning)),
  JSON.stringify({ hello: 'world' }),
  JSON.stringify(roleAssumed({ id: 'c', time: morning + minuteMs })),
  // Earlier than what stands above: the order is that of the file.
  JSON.stringify(apiCall({ id: 'd', time: morning - minuteMs, code: 403 })),
]

describe('inspect', () => {
  it('prints a line for each record, in their order, with its byte position', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', `${texts.join('\n')}\n`)
    const { code, out, err } = await captured(['inspect', file, '-o', 'ndjson'])
    expect([code, err]).toEqual([0, ''])
    const found = lines(out)
    let position = 0
    const positions = texts.map((text) => {
      const at = position
      position += Buffer.byteLength(text) + 1
      return at
    })
    expect(found.map((line) => line.position)).toEqual(positions)
    expect(found.map(({ source }) => source)).toEqual(texts.map(() => file))
    expect(found.map(({ events, rejection }) => events?.[0]?.id ?? rejection?.reason)).toEqual([
      'kubernetes-audit:a',
      'malformed_json',
      'not_terminal',
      'unknown_format',
      'aws-cloudtrail:c',
      'kubernetes-audit:d',
    ])
    for (const line of found) {
      const keys = Object.keys(line).filter((key) => key !== 'connector')
      expect(keys).toEqual(['source', 'position', line.rejection ? 'rejection' : 'events'])
      if (line.rejection) expect(Object.keys(line.rejection)).toEqual(['reason', 'message'])
    }
    expect(found.map(({ connector }) => connector)).toEqual([
      'kubernetes-audit',
      undefined,
      'kubernetes-audit',
      undefined,
      'aws-cloudtrail',
      'kubernetes-audit',
    ])
    expect(found[0]?.events?.[0]?.app).toBe('shop')
  })

  it('prints the same as one JSON array', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', texts.join('\n'))
    const [array, ndjson] = [
      await captured(['inspect', file, '-o', 'json']),
      await captured(['inspect', file, '-o', 'ndjson']),
    ]
    expect(JSON.parse(array.out)).toEqual(lines(ndjson.out))
    expect(array.out).toBe(`${JSON.stringify(JSON.parse(array.out), undefined, 2)}\n`)
    expect(ndjson.out).toBe((await captured(['inspect', file, '-o', 'ndjson'])).out)
  })

  it('prints a table by default', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.ndjson', texts.join('\n'))
    const { out } = await captured(['inspect', file])
    const rows = out.trimEnd().split('\n')
    expect(rows[0]).toMatch(/^record +time +kind +outcome +reason +identity \(app\)$/)
    expect(rows).toHaveLength(texts.length + 1)
    expect(rows[1]).toMatch(/:0 +2026-03-02T09:00:00Z +token\.request +success +checkout \(shop\)$/)
    expect(rows[2]).toMatch(/ rejected +malformed_json +expected a JSON object/)
    const columns = rows.map((row) => row.search(/(?<= )(outcome|success|failure|rejected)/))
    expect(new Set(columns).size).toBe(1)
  })

  it('keeps control characters of hostile names out of the terminal', async () => {
    using workspace = new Workspace()
    const account = '\u001b[2J\u001b]0;owned\u0007\r\nrecord   1999'
    const file = workspace.writeRecords('a.ndjson', [apiCall({ id: 'a', time: morning, account })])
    const { out } = await captured(['inspect', file], { colours: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(out.trimEnd().split('\n')).toHaveLength(2)
  })

  it('reads folders and archives, in the order of their names, and gives one rejection for a broken one', async () => {
    using workspace = new Workspace()
    workspace.write(
      'logs/b.json.gz',
      gzipSync(JSON.stringify({ Records: [tokenRequest({ id: 'b', time: morning })] })),
    )
    workspace.writeRecords('logs/a.ndjson', [tokenRequest({ id: 'a', time: morning })])
    workspace.write(
      'logs/c/d.gz',
      gzipSync(linesOf([tokenRequest({ id: 'c', time: morning })])).subarray(0, -10),
    )
    const { code, out } = await captured(['inspect', workspace.at('logs'), '-o', 'ndjson'])
    expect(code).toBe(0)
    const found = lines(out)
    expect(found.map(({ source }) => source)).toEqual([
      workspace.at('logs/a.ndjson'),
      workspace.at('logs/b.json.gz'),
      workspace.at('logs/c/d.gz'),
      ...(found.length > 3 ? [workspace.at('logs/c/d.gz')] : []),
    ])
    expect(found.at(-1)?.rejection?.reason).toBe('decompression_failed')
    expect(found[1]?.position).toBe(Buffer.byteLength('{"Records":['))
  })

  it('attributes events by the ownership file', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', [tokenRequest({ id: 'a', time: morning })])
    const owners = workspace.write('o.yaml', 'owners:\n  - { match: { namespace: sh* }, app: storefront }\n')
    const { out } = await captured(['inspect', file, '-o', 'ndjson', '--ownership', owners])
    expect(lines(out)[0]?.events?.[0]?.app).toBe('storefront')
    const bad = workspace.write('bad.yaml', 'owners:\n  - { match: {}, app: x }\n')
    const refused = await captured(['inspect', file, '--ownership', bad])
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toMatch(/bad\.yaml:2:\d+: error: /)
    expect((await captured(['inspect', file, '--ownership', workspace.at('none.yaml')])).code).toBe(4)
  })

  it('shows people as pseudonyms, the same in every run', async () => {
    using workspace = new Workspace()
    const username = 'jane.doe@example.com'
    const file = workspace.writeRecords('a.ndjson', [apiCall({ id: 'a', time: morning, username })])
    const { out } = await captured(['inspect', file, '-o', 'ndjson'])
    expect(out).not.toContain('jane')
    expect(out).toContain('"id":"p_5506c4bcdc8b7bf9"')
  })
})
