/** Exclusions files on disk: found beside the definitions, applied by `replay` and by a reload. */
import { describe, expect, it } from 'vitest'
import { captured } from '../support/captured.ts'
import { EmbeddedService, everything, until } from '../support/embedded-service.ts'
import { minuteMs, morning, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const records = Array.from({ length: 40 }, (_, i) =>
  tokenRequest({
    id: `t${i}`,
    time: morning + i * minuteMs,
    account: i % 2 === 0 ? 'checkout' : 'search',
    code: i >= 20 && i < 30 ? 500 : 201,
  }),
)

const referring = everything.replace(
  'name: issuance\n',
  'name: issuance\n  annotations: { identity-slo.dev/exclusions: work/exclusions.yaml }\n',
)

function file(where = ''): string {
  return `exclusions:
  - name: cluster-upgrade
    reason: Nodes are replaced.
    start: 2026-02-23 10:20
    timeZone: Europe/Berlin
    duration: 10m
    rrule: FREQ=WEEKLY;BYDAY=MO
${where}`
}

async function replayed(workspace: Workspace, output: string): Promise<string> {
  const args = ['replay', workspace.at('a.ndjson'), '--slo', workspace.at('slo'), '-o', output]
  const { code, out, err } = await captured(args)
  expect([code, err]).toEqual([0, ''])
  return out
}

describe('an exclusions file', () => {
  it('is found relative to the definition that names it, and leaves out its time in replay', async () => {
    using workspace = new Workspace()
    workspace.writeRecords('a.ndjson', records)
    workspace.write('slo/all.yaml', referring)
    workspace.write('slo/work/exclusions.yaml', file())
    const [objective] = JSON.parse(await replayed(workspace, 'json')).objectives
    expect(objective).toMatchObject({ good: 30, bad: 0, excluded: 10, value: 1, errorBudgetRemaining: 1 })
    expect(objective.beforeExclusions).toEqual({
      good: 30,
      bad: 10,
      excluded: 0,
      value: 0.75,
      errorBudgetRemaining: -24,
      // The Monday before is in the window as well.
      leftOutSeconds: 1200,
      active: [],
    })
    const table = await replayed(workspace, 'table')
    expect(table).toMatch(/shop\/issuance .* 100 % +30 +0 +10 +100 %/)
    expect(table).toMatch(/before exclusions +SLI .*\nshop\/issuance +75 % +30 +10 +-2400 % +all\n/)
  })

  it('is not in the report where nothing is left out', async () => {
    using workspace = new Workspace()
    workspace.writeRecords('a.ndjson', records)
    workspace.write('slo/all.yaml', everything)
    expect(JSON.parse(await replayed(workspace, 'json')).objectives[0]).not.toHaveProperty('beforeExclusions')
    expect(await replayed(workspace, 'table')).not.toContain('before exclusions')
  })

  it('that is not there is an error at the annotation', async () => {
    using workspace = new Workspace()
    const definition = workspace.write('slo/all.yaml', referring)
    const { code, out } = await captured(['validate', workspace.at('slo')])
    const missing = workspace.at('slo/work/exclusions.yaml')
    expect([code, out]).toEqual([
      1,
      `${definition}:5:47: error: the exclusions file ${missing} cannot be read: it does not exist\n`,
    ])
  })

  it('is checked with the definitions, and is none itself', async () => {
    using workspace = new Workspace()
    workspace.write('slo/all.yaml', referring)
    const path = workspace.write('slo/work/exclusions.yaml', file())
    expect((await captured(['validate', workspace.at('slo')])).err).toBe('valid: 1 objectives in 2 files\n')
    workspace.write('slo/work/exclusions.yaml', file().replace('10m', 'ten minutes'))
    const { code, out } = await captured(['validate', workspace.at('slo')])
    expect([code, out.startsWith(`${path}:6:15: error: exclusions[0].duration must be`)]).toEqual([1, true])
  })
})

describe('a reload with other exclusions', () => {
  it('changes past windows at once, and says where a `where` comes too late for some', async () => {
    using workspace = new Workspace()
    workspace.write('slo/all.yaml', referring)
    workspace.write('slo/work/exclusions.yaml', 'exclusions: []\n')
    await using running = await EmbeddedService.start(workspace, { definitions: ['slo'] })
    await running.ready()
    await running.send(linesOf(records))
    const objective = async () => JSON.parse((await running.get('/api/v1/status')).text).objectives[0]
    await until('all are counted', async () => (await objective()).bad === 10)

    workspace.write('slo/work/exclusions.yaml', file())
    expect((await running.reload()).status).toBe(200)
    expect(await objective()).toMatchObject({ good: 30, bad: 0, excluded: 10, beforeExclusions: { bad: 10 } })

    workspace.write('slo/work/exclusions.yaml', file('    where: { identity: "*:checkout" }\n'))
    await running.reload()
    const late = await objective()
    expect(late).toMatchObject({ good: 30, bad: 10, beforeExclusions: { bad: 10 } })
    expect(late.beforeExclusions.partialBefore).toBe(new Date(morning + 39 * minuteMs).toISOString())

    workspace.write('slo/work/exclusions.yaml', file('    wher: { identity: "*:checkout" }\n'))
    expect((await running.reload()).status).not.toBe(200)
    expect(await objective()).toEqual(late)
  })
})
