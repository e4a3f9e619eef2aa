import { existsSync, readFileSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { anAssignment, contributor, reader, subscription } from '../../support/inventory.ts'
import { Workspace } from '../../support/workspace.ts'

const samples = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url))
const connectors = new URL('../../../src/connectors/', import.meta.url)

const blobReader = '4633458b-17de-408a-b874-0445c86b69e6'
const checkout = 'b64e0f3a-5d28-4c19-8f77-0a9d31c2e585'
const group = `${subscription}/resourceGroups/acme-prod`

function recorded(fixture: string): string {
  return readFileSync(new URL(fixture, connectors), 'utf8')
}

/** A list of assignments, taken at a time. */
function list(workspace: Workspace, name: string, at: string, rows: readonly unknown[]): string {
  const path = workspace.write(name, JSON.stringify(rows))
  utimesSync(path, new Date(at), new Date(at))
  return path
}

async function diffed(...args: readonly string[]) {
  const { code, out, err } = await captured(['baseline', 'diff', ...args, '-o', 'json'])
  expect(err).toBe('')
  return { code, ...JSON.parse(out) }
}

describe('baseline', () => {
  it('write, then diff of the same is clean; what is granted and removed later is found with actor, time and record', async () => {
    using workspace = new Workspace()
    const before = list(workspace, 'before.json', '2026-03-01T00:00:00Z', [
      anAssignment('worker', group, reader),
      anAssignment('legacy', group, contributor),
    ])
    const baseline = workspace.at('baseline.yaml')
    expect(await captured(['baseline', 'write', before, '-o', baseline])).toEqual({
      code: 0,
      out: '',
      err: `2 grants, 2 added, 0 removed: ${baseline}\n`,
    })
    expect(await diffed(before, '--baseline', baseline)).toEqual({
      code: 0,
      baseline: { path: baseline, grants: 2 },
      findings: [],
      otherChanges: [],
    })

    const log = workspace.write(
      'activity.ndjson',
      recorded('azure-activity/fixtures/role-assignment-body-is-json-in-a-string.ndjson'),
    )
    const after = list(workspace, 'after.json', '2026-03-13T00:00:00Z', [
      anAssignment('worker', group, reader),
      anAssignment('worker', group, contributor),
      anAssignment(checkout, group, blobReader),
    ])
    const { code, findings } = await diffed(log, after, '--baseline', baseline)
    expect(code).toBe(1)
    const listedAt = '2026-03-13T00:00:00.000Z'
    const scope = group.toLowerCase()
    expect(findings).toEqual([
      {
        change: 'granted',
        grant: { provider: 'azure', principal: checkout, role: blobReader, scope },
        told: {
          time: '2026-03-12T10:11:40.500Z',
          actor: { id: expect.any(String), type: expect.any(String) },
          event: expect.stringMatching(/^azure-activity:/),
          connector: 'azure-activity',
          source: log,
          position: expect.any(Number),
        },
        listedAt,
      },
      {
        change: 'removed',
        grant: { provider: 'azure', principal: 'legacy', role: contributor, scope },
        told: null,
        listedAt,
      },
      {
        change: 'granted',
        grant: { provider: 'azure', principal: 'worker', role: contributor, scope },
        told: null,
        listedAt,
      },
    ])
    const position = findings[0].told.position
    const line = readFileSync(log).subarray(position).toString().split('\n')[0] ?? ''
    expect(JSON.parse(line).properties).toBeDefined()
  })

  it('diff shows a table that says where no event told, and one line a finding as ndjson', async () => {
    using workspace = new Workspace()
    const rows = [anAssignment('worker', group, reader)]
    const at = '2026-03-01T00:00:00Z'
    const baseline = workspace.write('b.yaml', 'grants: []\n')
    const file = list(workspace, 'a.json', at, rows)
    const { code, out } = await captured(['baseline', 'diff', file, '--baseline', baseline])
    expect(code).toBe(1)
    expect(out).toContain('1 rights differ from the 0 of')
    expect(out).toContain('of which no event told')
    expect(out).toMatch(/granted +worker .*by 2026-03-01T00:00:00.000Z +no event told of it/)
    const lines = await captured(['baseline', 'diff', file, '--baseline', baseline, '-o', 'ndjson'])
    expect(
      lines.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).change),
    ).toEqual(['granted'])
  })

  it('knows approved actors and change windows, and keeps them when it is written anew', async () => {
    using workspace = new Workspace()
    const log = workspace.write('trail.ndjson', recorded('aws-cloudtrail/fixtures/changes-of-rights.ndjson'))
    const approving = workspace.write(
      'a.yaml',
      'approvedActors:\n  # who\n  - arn:aws:iam::111122223333:user/jane*\ngrants: []\n',
    )
    expect(await diffed(log, '--baseline', approving)).toMatchObject({
      code: 0,
      findings: [],
      otherChanges: [],
    })
    const window = '{ name: move, reason: The move., start: 2026-03-02T09:00:00Z, duration: 1h }'
    const windows = workspace.write('w.yaml', `changeWindows:\n  - ${window}\ngrants: []\n`)
    expect(await diffed(log, '--baseline', windows)).toMatchObject({ code: 0, findings: [] })
    const bare = workspace.write('b.yaml', 'grants: []\n')
    const { code, findings, otherChanges } = await diffed(log, '--baseline', bare)
    expect([code, findings.length]).toEqual([1, 5])
    expect(otherChanges.map(({ role }: { role: string }) => role)).toContain('trust-policy')

    expect((await captured(['baseline', 'write', log, '-o', approving])).err).toContain(
      '5 grants, 5 added, 0 removed',
    )
    expect(readFileSync(approving, 'utf8')).toMatch(
      /^approvedActors:\n {2}# who\n {2}- arn:aws:iam::111122223333:user\/jane\*\ngrants:\n/,
    )
  })

  it('hides people as everywhere, by the key of the configuration that is named', async () => {
    using workspace = new Workspace()
    const file = list(workspace, 'a.json', '2026-03-01T00:00:00Z', [
      anAssignment('jane', group, reader, { principalType: 'User' }),
    ])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: how the configuration names an environment variable.
    const config = workspace.write('c.yaml', 'pseudonyms: { key: "${env:ISLO_TEST_KEY}" }\n')
    process.env['ISLO_TEST_KEY'] = 'a key of our own'
    const [plain, keyed] = [
      await captured(['baseline', 'write', file, '-o', '-']),
      await captured(['baseline', 'write', file, '-o', '-', '--config', config]),
    ]
    delete process.env['ISLO_TEST_KEY']
    expect([plain.code, keyed.code]).toEqual([0, 0])
    expect(plain.out).toMatch(/principal: p_[0-9a-f]+,/)
    expect(plain.out + keyed.out).not.toContain('jane')
    expect(keyed.out).not.toBe(plain.out)
  })

  it('says what it cannot do, and with which code it ends', async () => {
    using workspace = new Workspace()
    const useless = workspace.write('useless.json', '{"a": 1}')
    const baseline = workspace.write('b.yaml', 'grants: []\n')
    const nothing = await captured(['baseline', 'diff', useless, '--baseline', baseline])
    expect(nothing.code).toBe(4)
    expect(nothing.err).toContain('ISLO-2009')
    expect(nothing.err).toContain('is no inventory that is known')
    const absent = await captured(['baseline', 'diff', useless, '--baseline', workspace.at('none.yaml')])
    expect([absent.code, absent.err]).toEqual([4, expect.stringContaining('none.yaml does not exist')])
    const broken = workspace.write('broken.yaml', 'grants:\n  - {provider: aws}\n')
    const refused = await captured(['baseline', 'write', useless, '-o', broken])
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('ISLO-3005')])
    expect(readFileSync(broken, 'utf8')).toContain('{provider: aws}')
    const unknown = await captured(['baseline', 'show'])
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('there is no command baseline show'),
    ])
    expect((await captured(['baseline', 'diff', '--nope'])).code).toBe(2)
    expect((await captured(['baseline', 'diff', '--help'])).out).toContain('--baseline <file>')
  })
})

const folders = ['inventory', 'azure-activity', 'aws-cloudtrail', 'gcp-audit', 'k8s-audit', 'azure-entra']

describe.skipIf(!existsSync(samples))('the samples (left out where ../shared/samples is absent)', () => {
  it.each(folders)('%s: what is written differs in nothing from what it was written from', async (folder) => {
    using workspace = new Workspace()
    const baseline = workspace.at('baseline.yaml')
    const path = `${samples}${folder}`
    expect((await captured(['baseline', 'write', path, '-o', baseline])).code).toBe(0)
    const { code, out } = await captured(['baseline', 'diff', path, '--baseline', baseline, '-o', 'json'])
    expect(JSON.parse(out).findings).toEqual([])
    expect(code).toBe(0)
    expect(JSON.parse(out).baseline.grants).toBeGreaterThan(0)
  })
})
