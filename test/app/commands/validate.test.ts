import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { everything } from '../../support/embedded-service.ts'
import { Workspace } from '../../support/workspace.ts'

const shipped = new URL('../../../slo-definitions', import.meta.url).pathname
const bad = everything.replace('target: 0.99', 'target: 1').replace('duration: 30d', 'duration: 30x')

describe('validate', () => {
  it('finds the definitions that we ship valid', async () => {
    const { code, out, err } = await captured(['validate', shipped])
    expect([code, out]).toEqual([0, ''])
    expect(err).toMatch(/^valid: \d+ objectives in \d+ files\n$/)
  })

  it('names every problem with its place, and ends with exit code 1', async () => {
    using workspace = new Workspace()
    const file = workspace.write('slo/a.yaml', bad)
    workspace.write('slo/b.yaml', 'kind: [')
    const { code, out, err } = await captured(['validate', workspace.at('slo')])
    expect(code).toBe(1)
    const found = out.trimEnd().split('\n')
    expect(found.length).toBeGreaterThanOrEqual(3)
    for (const line of found) expect(line).toMatch(/^\S+\/slo\/[ab]\.yaml:\d+:\d+: (error|warning): \S/)
    expect(found.filter((line) => line.startsWith(`${file}:`)).join('\n')).toMatch(
      /30x[\s\S]*target|target[\s\S]*30x/,
    )
    expect(err).toBe(`${found.length} errors in 2 files\n`)
  })

  it('gives the same as JSON', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.yaml', bad)
    const { code, out } = await captured(['validate', file, '-o', 'json'])
    expect(code).toBe(1)
    const report = JSON.parse(out)
    expect(Object.keys(report)).toEqual(['valid', 'files', 'objectives', 'problems'])
    expect([report.valid, report.files]).toEqual([false, [file]])
    for (const problem of report.problems)
      expect(problem).toEqual({
        file,
        line: expect.any(Number),
        column: expect.any(Number),
        severity: expect.stringMatching(/^(error|warning)$/),
        message: expect.any(String),
      })
    const { out: lines } = await captured(['validate', file, '-o', 'ndjson'])
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(report.problems)
  })

  it('lists the objectives of valid definitions as JSON', async () => {
    using workspace = new Workspace()
    const file = workspace.write('a.yaml', everything)
    const { code, out } = await captured(['validate', file, '-o', 'json'])
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        valid: true,
        files: [file],
        objectives: [
          {
            id: 'shop-issuance',
            name: 'issuance',
            service: 'shop',
            definedAt: expect.stringMatching(/a\.yaml:\d+$/),
          },
        ],
        problems: expect.any(Array),
      },
    ])
    expect((await captured(['validate', file, '-o', 'ndjson'])).code).toBe(0)
  })

  it('reads folders to the bottom, passing over what is hidden or of an editor', async () => {
    using workspace = new Workspace()
    workspace.write('slo/deep/a.yml', everything)
    workspace.write('slo/.hidden.yaml', 'kind: [')
    workspace.write('slo/a.yaml~', 'kind: [')
    workspace.write('slo/readme.md', 'kind: [')
    const { code, err } = await captured(['validate', workspace.at('slo')])
    expect([code, err]).toEqual([0, 'valid: 1 objectives in 1 files\n'])
  })

  it('says that a directory is no file', async () => {
    using workspace = new Workspace()
    workspace.write('slo/a.yaml/inner.txt', '')
    const { code, err } = await captured(['validate', workspace.at('slo')])
    expect(code).toBe(4)
    expect(err).toContain('ISLO-2004')
  })
})
