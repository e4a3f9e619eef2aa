/** Drift that no event told of: from lists to the objective and its metric, once for as long as it lasts. */
import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { baselineText } from '../../src/app/baseline/baseline-text.ts'
import { atOnce } from '../../src/app/steps.ts'
import type { HeldGrant } from '../../src/inventory/drift/held-grant.ts'
import { readInventory } from '../../src/inventory/read-inventory.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { ClockedPipeline } from '../support/clocked-pipeline.ts'
import { aBaseline, aListing } from '../support/drift.ts'
import { EmbeddedService, until } from '../support/embedded-service.ts'
import { anAccount, aRole } from '../support/inventory.ts'
import { anObjective, aTarget } from '../support/objective.ts'
import { apiCall, hourMs, minuteMs, morning, roleAssumed } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const policy = 'arn:aws:iam::111122223333:policy/extra'
const attached = { AttachedManagedPolicies: [{ PolicyName: 'extra', PolicyArn: policy }] }
const asPlanned = anAccount(aRole({ name: 'checkout' }), aRole({ name: 'orders' }))
const drifted = anAccount(aRole({ name: 'checkout', more: attached }), aRole({ name: 'orders' }))

const factsOf = (account: typeof asPlanned) =>
  readInventory(account, { source: 'account.json', tenant: '' }).facts
const planned: readonly HeldGrant[] = [
  ...aListing({ source: '', takenAt: 0, facts: factsOf(asPlanned) }).grants.values(),
].flat()

const at = (minutes: number): number => morning + minutes * minuteMs

/** CloudTrail: the policy is attached by the named user. */
function attach(id: string, time: number, userName: string): object {
  const caller = { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${userName}`, userName }
  return {
    ...roleAssumed({ id, time }),
    eventSource: 'iam.amazonaws.com',
    eventName: 'AttachRolePolicy',
    requestParameters: { roleName: 'checkout', policyArn: policy },
    responseElements: null,
    readOnly: false,
    managementEvent: true,
    userIdentity: { ...caller, accountId: '111122223333' },
  }
}

class Watched {
  clocked: ClockedPipeline
  readonly #stores = new Map<string, ChunkStore>()

  constructor(actors: readonly string[] = []) {
    this.clocked = this.#create(actors)
  }

  #create(approvedActors: readonly string[]): ClockedPipeline {
    const sli = { indicator: 'assignment-drift', where: { provider: ['aws'] } } as const
    const budgeting = { method: 'Timeslices', sliceMs: 5 * minuteMs, sliceTarget: '1' } as const
    const objectives = [anObjective({ sli, target: aTarget('99'), budgeting })]
    const clocked = new ClockedPipeline({
      ...{ objectives, hasInventory: true, isDurable: true },
      futureToleranceMs: 24 * hourMs,
    })
    clocked.pipeline.baseline = aBaseline(planned, { approvedActors })
    return clocked
  }

  /** A list that was taken then; what is due is told. */
  read(account: typeof asPlanned, takenAt: number): this {
    this.clocked.pipeline.inventory.inventory.replace({
      source: 'account.json',
      takenAt,
      facts: factsOf(account),
    })
    return this.turn()
  }

  turn(): this {
    const { pipeline } = this.clocked
    if (pipeline.hasDriftToTell) atOnce(pipeline.tellDrift())
    return this
  }

  feed(...records: readonly object[]): this {
    this.clocked.feed(records)
    return this.turn()
  }

  kill(): this {
    for (const [prefix, part] of this.clocked.pipeline.parts()) {
      const store = this.#stores.get(prefix) ?? new ChunkStore()
      store.save(part)
      this.#stores.set(prefix, store)
    }
    this.clocked = this.#create([])
    for (const [prefix, part] of this.clocked.pipeline.parts()) this.#stores.get(prefix)?.restore(part)
    return this
  }

  get unexpected(): number {
    const { pipeline } = this.clocked
    const series = [...pipeline.counters.all()].filter(({ labels }) => labels.provider === 'aws')
    return series.reduce((sum, { changes }) => sum + (changes.get('granted|false') ?? 0), 0)
  }

  get slices(): readonly number[] {
    const [{ good = 0, bad = 0 } = {}] = this.clocked.report.objectives
    return [good, bad]
  }
}

const call = (time: number): object => roleAssumed({ id: `call at ${time}`, time })

describe('a right that a list shows and no event told of', () => {
  it('counts once however often it is read, through a kill, and again when it has come back', () => {
    const watched = new Watched().feed(call(at(0))).read(drifted, at(5))
    watched.feed(call(at(6)))
    expect([watched.unexpected, watched.slices[1]]).toEqual([1, 1])
    watched.read(drifted, at(10)).feed(call(at(11)))
    expect(watched.unexpected).toBe(1)
    watched.kill().read(drifted, at(10))
    watched.read(drifted, at(12)).feed(call(at(13)))
    expect([watched.unexpected, watched.slices[1]]).toEqual([1, 1])
    watched.read(asPlanned, at(20)).feed(call(at(21)))
    watched.read(drifted, at(30)).feed(call(at(31)))
    expect([watched.unexpected, watched.slices[1]]).toEqual([2, 2])
  })

  it('waits until every log has passed the list: one that lags may still tell of it', () => {
    const watched = new Watched().feed(call(at(0))).read(drifted, at(5))
    watched.feed(apiCall({ id: 'pods', time: at(9) }))
    watched.clocked.pass(30 * minuteMs)
    expect(watched.turn().unexpected).toBe(0)
    // The event is judged by itself: one change that nobody approved.
    watched.feed(attach('told', at(4), 'mallory'), call(at(6)))
    expect(watched.unexpected).toBe(1)
    expect(watched.read(drifted, at(8)).feed(call(at(12))).unexpected).toBe(1)
  })

  it('is none where an approved actor made it, as told before or after the list', () => {
    const told = attach('told', at(4), 'ci')
    const before = new Watched(['*/ci'])
      .feed(told)
      .read(drifted, at(5))
      .feed(call(at(6)))
    expect([before.unexpected, before.slices]).toEqual([0, [1, 0]])
    const after = new Watched(['*/ci'])
      .feed(call(at(0)))
      .read(drifted, at(5))
      .feed(told, call(at(6)))
    expect([after.unexpected, after.slices]).toEqual([0, [1, 0]])
  })

  it('waits an hour at most, and no shorter after a start', () => {
    const watched = new Watched().read(drifted, at(-120))
    expect(watched.unexpected).toBe(0)
    watched.clocked.pass(hourMs - 1)
    expect(watched.turn().unexpected).toBe(0)
    watched.clocked.pass(1)
    expect(watched.turn().unexpected).toBe(1)
    expect(watched.slices[1]).toBe(1)
  })

  it('waits for a backlog of logs to be read', () => {
    const watched = new Watched().feed(call(at(0)))
    watched.clocked.pipeline.isCatchingUp = true
    expect(watched.read(drifted, at(5)).feed(call(at(6))).unexpected).toBe(0)
    watched.clocked.pipeline.isCatchingUp = false
    expect(watched.turn().unexpected).toBe(1)
  })

  it('counts from where events are not late any more if its list is older, be it than the window', () => {
    const watched = new Watched()
    watched.clocked.pass(24 * hourMs)
    watched.feed(call(at(0)), call(at(24 * 60)))
    watched.clocked.pass(minuteMs)
    watched.feed(call(at(24 * 60 + 1)))
    watched.read(drifted, at(-60 * 24 * 60))
    expect([watched.unexpected, watched.slices[1]]).toEqual([1, 1])
  })

  it('counts once when the process is killed at any step of the looking', () => {
    const names = ['checkout', 'orders', 'mail']
    const three = anAccount(...names.map((name) => aRole({ name, more: attached })))
    let isDone = false
    for (let steps = 0; !isDone; steps++) {
      const watched = new Watched().feed(call(at(0)), call(at(6)))
      const list = { source: 'a', takenAt: at(5), facts: factsOf(three) }
      watched.clocked.pipeline.inventory.inventory.replace(list)
      const work = watched.clocked.pipeline.tellDrift()
      for (let i = 0; i < steps && !isDone; i++) isDone = work.next().done === true
      watched.kill().clocked.pipeline.inventory.inventory.replace(list)
      // The policy three times, and the role that is not in the baseline.
      expect(watched.turn().unexpected).toBe(4)
    }
  })

  it('is judged by a baseline that comes later', () => {
    const watched = new Watched()
    const { pipeline } = watched.clocked
    const { baseline } = pipeline
    pipeline.baseline = undefined
    expect(
      watched
        .feed(call(at(0)))
        .read(drifted, at(5))
        .feed(call(at(6))).unexpected,
    ).toBe(0)
    pipeline.baseline = baseline
    expect(watched.turn().unexpected).toBe(1)
    expect(pipeline.hasDriftToTell).toBe(false)
  })
})

describe('run', () => {
  it('tells the objective of M5 and the metric of what only an inventory file shows, once over restarts', async () => {
    using workspace = new Workspace()
    workspace.write('baseline.yaml', baselineText(planned))
    const write = (account: typeof asPlanned, minutes: number): void => {
      const path = workspace.write('lists/account.json', JSON.stringify(account))
      utimesSync(path, at(minutes) / 1000, at(minutes) / 1000)
    }
    write(drifted, 5)
    const settings = {
      definitions: [new URL('../../slo-definitions', import.meta.url).pathname],
      baseline: 'baseline.yaml',
      inventory: [{ path: 'lists' }],
      state: { folder: 'state' },
    }
    const now = (): number => at(60)
    const counted = async (running: EmbeddedService): Promise<number> => {
      const metrics = await running.metrics()
      return metrics.sum('identity_assignment_changes_total', { op: 'granted', expected: 'false' })
    }
    const bad = async (running: EmbeddedService): Promise<unknown> =>
      JSON.parse((await running.get('/api/v1/status')).text).objectives.find(
        ({ name }: { readonly name: string }) => name === 'assignment-drift',
      ).bad
    {
      await using running = await EmbeddedService.start(workspace, settings, now)
      await running.send(linesOf([call(at(0)), call(at(6))]))
      await until('the drift is told', async () => (await counted(running)) === 1)
      expect(await bad(running)).toBe(1)
    }
    await using again = await EmbeddedService.start(workspace, settings, now)
    expect([await counted(again), await bad(again)]).toEqual([1, 1])
    write(asPlanned, 20)
    await again.reload()
    await again.send(linesOf([call(at(21))]))
    await until('the list without it is looked at', async () => {
      const { text } = await again.get('/api/v1/inventory')
      return text.includes(new Date(at(20)).toISOString()) && !again.pipeline.hasDriftToTell
    })
    write(drifted, 30)
    await again.reload()
    await again.send(linesOf([call(at(31))]))
    await until('it has come back', async () => (await counted(again)) === 2)
    expect(await bad(again)).toBe(2)
  })
})
