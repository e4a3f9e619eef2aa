import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../../src/app/steps.ts'
import { readInventory } from '../../src/inventory/read-inventory.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { ClockedPipeline } from '../support/clocked-pipeline.ts'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { allow, anAccount, aRole, roleArn } from '../support/inventory.ts'
import { anObjective, aTarget } from '../support/objective.ts'
import { hourMs, minuteMs, morning, roleAssumed } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const buckets = (count: number): string[] => Array.from({ length: count }, (_, i) => `arn:aws:s3:::acme-${i}`)
/** Five buckets are what the objective allows, and one more than that is too many. */
const account = anAccount(
  aRole({ name: 'five', statements: [allow('s3:GetObject', buckets(5))] }),
  aRole({ name: 'two', statements: [allow('s3:GetObject', buckets(2))] }),
)

/** CloudTrail: a policy that no list has the text of comes to a role, or goes. */
function policyChange(id: string, time: number, op: 'AttachRolePolicy' | 'DetachRolePolicy', role: string) {
  return {
    ...roleAssumed({ id, time }),
    eventSource: 'iam.amazonaws.com',
    eventName: op,
    requestParameters: { roleName: role, policyArn: 'arn:aws:iam::111122223333:policy/extra' },
    responseElements: null,
    readOnly: false,
    managementEvent: true,
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::111122223333:user/ci',
      accountId: '111122223333',
      userName: 'ci',
    },
  }
}

const at = (hours: number): number => morning + hours * hourMs
const changes = [
  policyChange('attach', at(1.5), 'AttachRolePolicy', 'five'),
  policyChange('detach', at(4.5), 'DetachRolePolicy', 'five'),
  policyChange('attach-two', at(2.5), 'AttachRolePolicy', 'two'),
]
const records = [
  roleAssumed({ id: 'first', time: at(0) }),
  ...changes,
  roleAssumed({ id: 'last', time: at(8) }),
]

const objective = anObjective({
  sli: { indicator: 'blast-radius', where: {}, maxResources: 5 },
  target: aTarget('50'),
  budgeting: { method: 'Timeslices', sliceMs: hourMs, sliceTarget: '1' },
})

function pipelineWithLists(): ClockedPipeline {
  const clocked = new ClockedPipeline({
    objectives: [objective],
    hasInventory: true,
    allowedLatenessMs: undefined,
    now: () => at(9),
  })
  const { facts } = readInventory(account, { source: 'account.json', tenant: '' })
  clocked.pipeline.inventory.inventory.replace({ source: 'account.json', takenAt: at(20), facts })
  return clocked
}

function tell({ pipeline }: ClockedPipeline): void {
  atOnce(pipeline.tellRadii())
}

function counted({ report }: ClockedPipeline): unknown {
  const [{ good, bad, topContributors } = {}] = report.objectives
  const totals = report.indicators.find(({ id }) => id === 'blast-radius')
  return { good, bad, culprits: topContributors?.['identity'], totals }
}

/** Eight hours, two roles; `five` has six from half past ten to half past one, which is three ends of hours. */
const truth = {
  good: 5,
  bad: 3,
  culprits: [{ key: roleArn('five'), bad: 3 }],
  totals: { id: 'blast-radius', good: 13, bad: 3, excluded: 0 },
}

describe('the blast radius of a pipeline', () => {
  it('is judged at the end of each hour of event time', () => {
    const clocked = pipelineWithLists()
    clocked.feed(records)
    tell(clocked)
    expect(counted(clocked)).toEqual(truth)
    tell(clocked)
    expect(counted(clocked)).toEqual(truth)
  })

  it('has no data without lists of rights, whatever events say', () => {
    const clocked = new ClockedPipeline({
      objectives: [objective],
      allowedLatenessMs: undefined,
      now: () => at(9),
    })
    clocked.feed(records)
    tell(clocked)
    expect(clocked.report.objectives[0]).toMatchObject({ good: 0, bad: 0, hasData: false })
  })

  it('is the same in any order, in any batches, and through kills', () => {
    const step = fc.oneof(fc.constant('tell'), fc.constant('commit'), fc.constant('kill'))
    const order = fc.shuffledSubarray([...records.keys()], { minLength: records.length })
    fc.assert(
      fc.property(order, fc.array(step, { minLength: 12, maxLength: 12 }), (indexes, steps) => {
        let clocked = pipelineWithLists()
        const stores = new Map<string, ChunkStore>()
        let since: object[] = []
        for (const [i, index] of indexes.entries()) {
          const record = records[index] ?? {}
          clocked.feed([record])
          since.push(record)
          for (const one of [steps[2 * i], steps[2 * i + 1]]) {
            if (one === 'tell') tell(clocked)
            if (one === 'commit') {
              for (const [prefix, part] of clocked.pipeline.parts()) {
                const store = stores.get(prefix) ?? new ChunkStore()
                store.save(part)
                stores.set(prefix, store)
              }
              since = []
            }
            if (one === 'kill') {
              clocked = pipelineWithLists()
              for (const [prefix, part] of clocked.pipeline.parts()) stores.get(prefix)?.restore(part)
              clocked.feed(since)
            }
          }
        }
        tell(clocked)
        expect(counted(clocked)).toEqual(truth)
      }),
      { numRuns: 60 },
    )
  })
})

const definition = `apiVersion: openslo/v1
kind: SLO
metadata: { name: radius }
spec:
  service: shop
  indicator:
    metadata: { name: radius }
    spec:
      ratioMetric:
        counter: true
        good: &source { metricSource: { type: identity-slo, spec: { indicator: blast-radius, maxResources: 5 } } }
        total: *source
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Timeslices
  objectives: [{ displayName: Radii, target: 0.99, timeSliceWindow: 1h, timeSliceTarget: 1 }]
`

describe('a run with an inventory', () => {
  it('tells the objective, shows gauges, answers who reaches what, and survives a restart', async () => {
    using workspace = new Workspace()
    workspace.write('slo/radius.yaml', definition)
    workspace.write('lists/account.json', JSON.stringify(account))
    const settings = { definitions: ['slo'], inventory: [{ path: 'lists' }], state: { folder: 'state' } }
    const now = (): number => at(9)
    const slices = async (running: EmbeddedService): Promise<unknown> => {
      const [{ good, bad }] = JSON.parse((await running.get('/api/v1/status')).text).objectives
      return [good, bad]
    }
    {
      await using running = await EmbeddedService.start(workspace, settings, now)
      await running.send(linesOf(records))
      await until('the hours are told', async () => String(await slices(running)) === '5,3')
      await until('everybody is surveyed', async () =>
        (await running.get('/api/v1/inventory')).text.includes('ranking'),
      )
      const report = JSON.parse((await running.get('/api/v1/inventory')).text)
      expect(report.identities).toMatchObject({ withRights: 2, wide: 0 })
      expect(report.files).toEqual([expect.objectContaining({ problems: [], facts: expect.any(Number) })])
      const metrics = await running.metrics()
      const five = { identity: roleArn('five'), provider: 'aws', identity_type: 'role' }
      expect(metrics.sum('identity_granted_resources', five)).toBe(5)
      expect(metrics.sum('identity_used_resources', five)).toBe(0)
      expect(metrics.sum('identity_slo_inventory_failures_total')).toBe(0)
      const one = await running.get(`/api/v1/identities/${encodeURIComponent(roleArn('five'))}/radius`)
      expect(JSON.parse(one.text)).toMatchObject({
        granted: { count: 5 },
        unused: 5,
        grantedResources: buckets(5),
      })
      expect((await running.get('/api/v1/identities/nobody/radius')).status).toBe(404)
    }
    await using again = await EmbeddedService.start(workspace, settings, now)
    expect(await slices(again)).toEqual([5, 3])
    await again.send(linesOf([...records, roleAssumed({ id: 'later', time: at(8) + 30 * minuteMs })]))
    await again.send(linesOf([roleAssumed({ id: 'latest', time: at(9) })]))
    await until('one more hour is told', async () => String(await slices(again)) === '6,3')
  })

  it('says once that a file cannot be read, and reads it when it is there', async () => {
    using workspace = new Workspace()
    workspace.write('slo/radius.yaml', definition)
    const settings = { definitions: ['slo'], inventory: [{ path: 'account.json' }] }
    await using running = await EmbeddedService.start(workspace, settings, () => at(9))
    const errors = (): number => running.log.filter(({ level }) => level === 'error').length
    expect(errors()).toBe(1)
    expect((await running.metrics()).sum('identity_slo_inventory_failures_total')).toBe(1)
    workspace.write('account.json', JSON.stringify(account))
    await running.reload()
    await until('the file is read', async () =>
      (await running.get('/api/v1/inventory')).text.includes('account.json'),
    )
    workspace.write('account.json', '{"half":')
    await running.reload()
    await until('the half file is seen', () =>
      running.log.some(({ message }) => message.includes('nothing in it now')),
    )
    expect(
      (await running.get(`/api/v1/identities/${encodeURIComponent(roleArn('two'))}/radius`)).status,
    ).toBe(200)
  })
})
