import { describe, expect, it } from 'vitest'
import { firingsOf, pagesOf } from '../../bench/alerts/firings.ts'
import { type Evidence, goalOf, scoreOf } from '../../bench/alerts/score.ts'
import type { Transition } from '../../src/app/timeline/timeline.ts'
import type { FaultTruth } from '../../src/simulation/ground-truth.ts'

const start = Date.UTC(2026, 10, 16, 8)
const minuteMs = 60_000
const iso = (minute: number): string => new Date(start + minute * minuteMs).toISOString()

/** An outage from 10 to 40 whose first record arrives at 12. */
function aFault(over: Partial<FaultTruth> = {}): FaultTruth {
  return {
    kind: 'sts-outage',
    from: iso(10),
    to: iso(40),
    share: 1,
    mode: 'F2',
    pages: true,
    culprits: ['orders'],
    workloads: ['orders'],
    apps: ['checkout'],
    records: 30,
    firstRecord: iso(10),
    firstArrival: iso(12),
    telemetry: { records: 0, firstArrival: null },
    change: null,
    ...over,
  }
}

function transition(minute: number, state: Transition['state'], over: Partial<Transition> = {}): Transition {
  return {
    at: iso(minute),
    objective: 'identity-platform-token-issuance',
    alert: 'page-quick',
    severity: 'page',
    state,
    diagnosis: 'F2',
    culprits: ['orders'],
    ...over,
  }
}

function evidence(...transitions: readonly Transition[]): Evidence {
  return { firings: firingsOf(transitions), said: [], explains: true }
}

const scored = (fault: FaultTruth | undefined, given: Evidence) =>
  scoreOf('a', { faults: fault === undefined ? [] : [fault] }, given, () => ({ burns: [], spreadMs: 0 }))

describe('pages', () => {
  it('are times in which any alert pages, and not the alerts', () => {
    const slow = { alert: 'page-slow' } as const
    const { firings } = evidence(
      transition(1, 'firing'),
      transition(2, 'firing', slow),
      transition(3, 'resolved'),
      transition(5, 'resolved', slow),
      transition(9, 'firing'),
      transition(9, 'firing', { alert: 'ticket-quick', severity: 'ticket' }),
    )
    expect(pagesOf(firings).map(({ from, to }) => [from, to])).toEqual([
      [start + minuteMs, start + 5 * minuteMs],
      [start + 9 * minuteMs, Number.POSITIVE_INFINITY],
    ])
  })
})

describe('the score of a fault', () => {
  it('counts from the arrival of its first record, and resets from its end', () => {
    const [score] = scored(aFault(), evidence(transition(13, 'firing'), transition(45, 'resolved'))).faults
    expect(score).toMatchObject({ foundMs: minuteMs, resetMs: 5 * minuteMs })
    expect(score).toMatchObject({ isModeRight: true, isCulpritNamed: true })
  })

  it('does not take a page from before for its own, but for a false one', () => {
    const score = scored(aFault(), evidence(transition(11, 'firing'), transition(12, 'resolved')))
    expect(score.faults[0]?.foundMs).toBeUndefined()
    expect(score.falsePages).toBe(1)
  })

  it('is of the first page: what a later one names comes too late', () => {
    const wrong = { diagnosis: null, culprits: ['ledger'] }
    const [score] = scored(
      aFault(),
      evidence(transition(13, 'firing', wrong), transition(14, 'firing', { alert: 'page-slow' })),
    ).faults
    expect(score).toMatchObject({ mode: null, isModeRight: false, isCulpritNamed: false })
  })

  it('counts a second page about it as one again, and one long after it as false', () => {
    const score = scored(
      aFault(),
      evidence(
        ...[13, 20, 80].flatMap((minute) => [
          transition(minute, 'firing'),
          transition(minute + 2, 'resolved'),
        ]),
      ),
    )
    expect(score).toMatchObject({ repeats: 1, falsePages: 1 })
  })

  it('of one that should wake nobody takes what the diagnosis said, and any page as false', () => {
    const fault = aFault({ kind: 'network-broken', mode: 'network', pages: false })
    const said = [{ at: start + 15 * minuteMs, mode: 'network', identities: ['orders'] }]
    const given = { ...evidence(transition(13, 'firing')), said }
    const score = scored(fault, given)
    expect(score.falsePages).toBe(1)
    expect(score.faults[0]).toMatchObject({ foundMs: 3 * minuteMs, isModeRight: true, isCulpritNamed: true })
  })
})

describe('the goal of a fault', () => {
  const burn = (rate: number, isCritical = true) => ({
    burns: [{ objective: 'a', isCritical, rate, periodMs: 30 * 86_400_000 }],
    spreadMs: 30_000,
  })

  it('is two minutes for outages and for changes', () => {
    expect(goalOf(aFault(), burn(1))).toEqual({ kind: 'outage', withinMs: 2 * minuteMs })
    expect(goalOf(aFault({ kind: 'role-revoked' }), burn(1)).kind).toBe('change')
  })

  it('is what the table says, the spread of arrivals and a minute where a share fails', () => {
    // 14.4 times the budget over an hour, at 144 times the budget: after six minutes.
    expect(goalOf(aFault({ share: 0.3 }), burn(144))).toEqual({ kind: 'table', withinMs: 7.5 * minuteMs })
  })

  it('is never shorter than for a total outage', () => {
    expect(goalOf(aFault({ share: 0.5 }), burn(100_000))).toEqual({ kind: 'table', withinMs: 2 * minuteMs })
  })

  it('is fifteen minutes for ten times the budget, where the table takes hours', () => {
    expect(goalOf(aFault({ share: 0.01 }), burn(12))).toEqual({ kind: 'burn', withinMs: 15 * minuteMs })
    expect(goalOf(aFault({ share: 0.01 }), burn(12, false)).kind).toBe('table')
  })
})
