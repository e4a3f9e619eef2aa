import { describe, expect, it } from 'vitest'
import { ActiveAlerts } from '../../src/objectives/active-alerts.ts'
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { aTokenRequest } from '../support/event.ts'
import { anObjective } from '../support/objective.ts'

const hourMs = 3_600_000
const start = Date.UTC(2026, 9, 1)

describe('active alerts', () => {
  const state = new ObjectiveState(anObjective({}), { fineMs: 2 * hourMs, slicesMs: hourMs })
  for (let i = 0; i < 100; i++)
    state.record(aTokenRequest({ time: start + i * 30_000 }), 0, i < 50 ? 'good' : 'bad', 1)
  const quiet = evaluate(state, start + 25 * 60_000)
  const burning = evaluate(state, start + 50 * 60_000)
  const firing = burning.alerts.filter(({ isFiring }) => isFiring).map(({ id }) => id)

  /** The same objective when nothing of it fires any more. */
  const clearAt = (status: ObjectiveStatus, to: number): ObjectiveStatus => ({
    ...status,
    to,
    alerts: status.alerts.map((alert) => ({ ...alert, isFiring: false })),
  })

  it('fire once, keep the time at which they began, and resolve once', () => {
    const alerts = new ActiveAlerts()
    expect(alerts.update([quiet])).toEqual({ fired: [], resolved: [] })
    const { fired } = alerts.update([burning])
    expect(firing.length).toBeGreaterThan(0)
    expect(fired.map(({ alert }) => alert)).toEqual(firing)
    const later = evaluate(state, start + 51 * 60_000)
    expect(alerts.update([later])).toEqual({ fired: [], resolved: [] })
    expect(alerts.all().map(({ since }) => since)).toEqual(firing.map(() => burning.to))
    expect(alerts.update([clearAt(later, later.to + hourMs)]).resolved).toEqual(fired)
    expect(alerts.all()).toEqual([])
  })

  it('go on for ten minutes of event time where they page, and not where they are tickets', () => {
    const alerts = new ActiveAlerts()
    alerts.update([burning])
    const left = (afterMs: number) => {
      alerts.update([clearAt(burning, burning.to + afterMs)])
      return new Set(alerts.all().map(({ severity }) => severity))
    }
    expect(left(10_000)).toEqual(new Set(['page']))
    expect(left(590_000)).toEqual(new Set(['page']))
    // What comes back by then is no new page.
    expect(alerts.update([burning]).fired.map(({ severity }) => severity)).not.toContain('page')
    expect(left(600_000)).toEqual(new Set())
  })

  it('resolve when their objective is gone', () => {
    const alerts = new ActiveAlerts()
    alerts.update([burning])
    expect(alerts.update([]).resolved).toHaveLength(firing.length)
  })

  it('are the same after a restart, and do not fire anew', () => {
    const store = new ChunkStore()
    const before = new ActiveAlerts()
    before.update([burning])
    store.save(before)
    const after = store.restore(new ActiveAlerts())
    expect(after.all()).toEqual(before.all())
    expect(after.update([evaluate(state, start + 51 * 60_000)])).toEqual({ fired: [], resolved: [] })
  })
})
