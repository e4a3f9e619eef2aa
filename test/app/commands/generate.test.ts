import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { everything } from '../../support/embedded-service.ts'
import { Workspace } from '../../support/workspace.ts'

function filesBelow(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

function linesIn(text: string): ReadonlySet<string> {
  return new Set(text.trimEnd().split('\n'))
}

describe('generate', () => {
  it('writes everything, finds it current, and writes nothing again', async () => {
    using workspace = new Workspace()
    const args = ['generate', '--slo', workspace.write('slo.yaml', everything), '--into', workspace.at('out')]
    const first = await captured(args)
    expect(first.code).toBe(0)
    const files = filesBelow(workspace.at('out'))
    expect(linesIn(first.out)).toEqual(new Set([...files.keys()].map((path) => `wrote ${path}`)))
    expect(first.err).toBe(`${files.size} generated files, ${files.size} written, 0 removed\n`)
    const folders = new Set([...files.keys()].map((path) => path.split('/')[0]))
    expect(folders).toEqual(new Set(['alertmanager', 'alerts', 'dashboards', 'docs']))
    expect(await captured([...args, '--check'])).toEqual({
      code: 0,
      out: '',
      err: `${files.size} generated files are current\n`,
    })
    const again = await captured(args)
    expect(again.out).toBe('')
    expect(filesBelow(workspace.at('out'))).toEqual(files)
  })

  it('writes the same bytes anywhere', async () => {
    using workspace = new Workspace()
    const slo = workspace.write('slo.yaml', everything)
    for (const folder of ['one', 'two'])
      await captured(['generate', '--slo', slo, '--into', workspace.at(folder)])
    expect(filesBelow(workspace.at('one'))).toEqual(filesBelow(workspace.at('two')))
  })

  it('--check names what is stale, missing or left over, changes nothing, and ends with exit code 3', async () => {
    using workspace = new Workspace()
    const into = workspace.at('out')
    const args = ['generate', '--slo', workspace.write('slo.yaml', everything), '--into', into]
    await captured(args)
    const [changed = '', missing = ''] = [...filesBelow(into).keys()]
    writeFileSync(join(into, changed), 'edited by hand')
    rmSync(join(into, missing))
    writeFileSync(join(into, 'dashboards/old.json'), '{}')
    writeFileSync(join(into, 'dashboards/notes.md'), 'kept')
    mkdirSync(join(into, 'alerts/objectives'), { recursive: true })
    writeFileSync(join(into, 'alerts/objectives/gone.yaml'), 'groups: []')
    const before = filesBelow(into)
    const { code, out, err } = await captured([...args, '--check'])
    expect([code, out]).toEqual([3, ''])
    const named = /ISLO-3004: generated files are out of date: (.*)/.exec(err)?.[1]?.split(', ') ?? []
    expect(new Set(named)).toEqual(
      new Set([changed, missing, 'dashboards/old.json', 'alerts/objectives/gone.yaml']),
    )
    expect(filesBelow(into)).toEqual(before)
    const mended = await captured(args)
    expect(linesIn(mended.out)).toEqual(
      new Set([
        `wrote ${changed}`,
        `wrote ${missing}`,
        'removed dashboards/old.json',
        'removed alerts/objectives/gone.yaml',
      ]),
    )
    expect((await captured([...args, '--check'])).code).toBe(0)
    expect(filesBelow(into).get('dashboards/notes.md')).toBe('kept')
  })

  it('says what it could not write, and why', async () => {
    using workspace = new Workspace()
    workspace.write('out', 'a file where the folder would be')
    const args = ['generate', '--slo', workspace.write('slo.yaml', everything), '--into', workspace.at('out')]
    const { code, err } = await captured(args)
    expect(code).toBe(4)
    expect(err).toMatch(
      /ISLO-2005: the file \S+\/out\/\S+ cannot be written: a part of its path is not a directory/,
    )
  })

  it('writes nothing from definitions that do not hold', async () => {
    using workspace = new Workspace()
    const slo = workspace.write('slo.yaml', everything.replace('0.99', '2'))
    const { code, err } = await captured(['generate', '--slo', slo, '--into', workspace.at('out')])
    expect(code).toBe(1)
    expect(err).toContain('ISLO-3002')
    expect(() => readdirSync(workspace.at('out'))).toThrow('ENOENT')
  })
})
