/** Faults 6 to 8: records come late, are stamped wrongly, or the clock of the machine jumps. */
import { describe, expect, it } from 'vitest'
import { Committer } from '../../src/app/committer.ts'
import { StateStore } from '../../src/platform/state-store.ts'
import { ClockedPipeline } from '../support/clocked-pipeline.ts'
import { hourMs, minuteMs, morning, tokenRequest } from '../support/records.ts'
import { Workspace } from '../support/workspace.ts'

const secondMs = 1000
const dayMs = 24 * hourMs

/** One request each ten seconds over [from, to); all of them refused where `code` says so. */
function traffic(from: number, to: number, name: string, code = 201): readonly object[] {
  return Array.from({ length: Math.ceil((to - from) / (10 * secondMs)) }, (_, i) =>
    tokenRequest({ id: `${name}-${from + i}`, time: from + i * 10 * secondMs, code }),
  )
}

/** Traffic as it happens, minute by minute: at each look the clocks stand where the traffic is. */
function live(run: ClockedPipeline, from: number, to: number, name: string, lane?: string): void {
  for (let at = from; at < to; at += minuteMs) {
    run.feed(traffic(at, at + minuteMs, name), lane)
    run.pass(minuteMs)
  }
}

describe('an outage that is told of two hours late', () => {
  const outage = [morning + hourMs, morning + hourMs + 10 * minuteMs] as const
  const now = morning + 3 * hourMs + 10 * minuteMs

  function told(allowedLatenessMs: number): {
    readonly run: ClockedPipeline
    readonly outcomes: ReturnType<ClockedPipeline['feed']>
  } {
    const run = new ClockedPipeline({ allowedLatenessMs })
    live(run, morning, now, 'live')
    expect(run.firing).toEqual([])
    return { run, outcomes: run.feed(traffic(...outage, 'late', 500), 'backlog') }
  }

  it('within the allowed lateness changes the windows in which it was, and pages nobody any more', () => {
    const { run, outcomes } = told(3 * hourMs)
    expect(outcomes).toMatchObject({ accepted: 60, late: 0 })
    const reference = new ClockedPipeline({ allowedLatenessMs: 3 * hourMs })
    const inTime = [...traffic(morning, now, 'live'), ...traffic(...outage, 'late', 500)]
    reference.wall = now
    reference.feed(inTime.toReversed())
    // As if it had been known at the time: budget, windows and culprits are the same.
    expect(run.report.objectives).toEqual(reference.report.objectives)
    const [objective] = run.report.objectives
    expect(objective?.bad).toBe(60)
    expect(objective?.errorBudgetRemaining).toBeLessThan(0)
    expect(objective?.burnRates['5m']).toBe(0)
    expect(objective?.burnRates['1h']).toBe(0)
    expect(run.firing.filter((id) => id.startsWith('page-quick'))).toEqual([])
  })

  it('beyond it is counted to the last event, and changes nothing else', () => {
    const { run, outcomes } = told(hourMs)
    expect(outcomes).toMatchObject({ accepted: 0, late: 60 })
    const { late, rejected } = run.pipeline.sources.totals()
    expect([late, rejected, run.pipeline.sources.of('kubernetes-audit').lateEvents]).toEqual([60, 0, 60])
    expect(run.report.objectives[0]).toMatchObject({ bad: 0, errorBudgetRemaining: 1 })
    // On the brim it still counts.
    const brim = run.pipeline.sources.watermark(run.steady, run.pipeline.watermarkLimits) - hourMs
    expect(run.feed([tokenRequest({ id: 'brim', time: brim })])).toMatchObject({ accepted: 1 })
    expect(run.feed([tokenRequest({ id: 'below', time: brim - 1 })])).toMatchObject({ late: 1 })
  })
})

describe('stamps that cannot be true', () => {
  const start = morning + hourMs
  const wrong = [
    ['of tomorrow', start + dayMs, 'rejected'],
    ['of the year 9999', Date.UTC(9999, 11, 31, 23, 59, 59), 'rejected'],
    ['of 1970', 0, 'late'],
    ['of 1970 to the second', 1000, 'late'],
  ] as const

  it.each(wrong)('such as one %s are counted, and hold up or push nobody', (_what, time, result) => {
    const run = new ClockedPipeline()
    live(run, morning, start, 'live')
    const before = run.report
    const watermark = (): number => run.pipeline.sources.watermark(run.steady, run.pipeline.watermarkLimits)
    const from = watermark()
    const outcomes = run.feed([tokenRequest({ id: 'wrong', time })], 'a sender with a wrong clock')
    expect(outcomes[result]).toBe(1)
    expect(run.report.objectives).toEqual(before.objectives)
    expect(watermark()).toBe(from)
    // Its sender goes on being wrong; the others are judged as if it were not there.
    for (let minute = 0; minute < 5; minute++) {
      live(run, start + minute * minuteMs, start + (minute + 1) * minuteMs, 'live')
      run.feed([tokenRequest({ id: `wrong-${minute}`, time })], 'a sender with a wrong clock')
    }
    expect(watermark()).toBe(start + 5 * minuteMs - 10 * secondMs)
    expect(run.pipeline.sources.totals()).toMatchObject({
      accepted: 65 * 6,
      late: 0,
      rejected: 0,
      [result]: 6,
    })
  })

  it('begin a millisecond beyond what is tolerated', () => {
    const run = new ClockedPipeline()
    const records = [300_000, 300_001].map((ahead) => tokenRequest({ id: `${ahead}`, time: morning + ahead }))
    expect(run.feed(records)).toMatchObject({ accepted: 1, rejected: 1 })
  })

  it('are no reason for memory: a flood of them over all times leaves nothing behind', () => {
    const run = new ClockedPipeline()
    live(run, morning, start, 'live')
    const before = JSON.stringify(run.report.objectives)
    const times = Array.from({ length: 5000 }, (_, i) => i * 50_000_000_000)
    const outcomes = run.feed(times.map((time) => tokenRequest({ id: `at-${time}`, time: time % 8.64e15 })))
    expect(outcomes.accepted).toBe(0)
    expect(outcomes.late + outcomes.rejected).toBe(5000)
    expect(JSON.stringify(run.report.objectives)).toBe(before)
  })
})

describe('an idle stream', () => {
  it('does not hold the watermark of the others for longer than it is waited for', () => {
    const run = new ClockedPipeline({ idleMs: minuteMs })
    run.feed(traffic(morning, morning + minuteMs, 'idle'), 'idle')
    live(run, morning, morning + hourMs, 'busy', 'busy')
    const watermark = run.pipeline.sources.watermark(run.steady, run.pipeline.watermarkLimits)
    expect(watermark).toBe(morning + hourMs - 10 * secondMs)
    // What it held back counts when it comes, since it is within the allowed lateness.
    expect(run.feed(traffic(morning + minuteMs, morning + 2 * minuteMs, 'idle'), 'idle')).toMatchObject({
      accepted: 6,
      late: 0,
    })
  })
})

describe('the clock of the machine', () => {
  /** An hour of traffic with an outage in it, and a jump in the middle; what the same hour shows without the jump. */
  function hourWith(jumpMs: number): readonly [ClockedPipeline, ClockedPipeline] {
    const runs = [new ClockedPipeline(), new ClockedPipeline()] as const
    for (const [i, run] of runs.entries()) {
      live(run, morning, morning + 30 * minuteMs, 'before')
      run.feed(traffic(morning + 25 * minuteMs, morning + 30 * minuteMs, 'outage', 500))
      if (i === 0) run.wall += jumpMs
    }
    return runs
  }

  it.each([1, -1, 24])('that jumps by %d h changes no count, budget or alert of what was there', (hours) => {
    const [jumped, steady] = hourWith(hours * hourMs)
    jumped.pass(minuteMs)
    steady.pass(minuteMs)
    jumped.feed([])
    steady.feed([])
    expect(jumped.firing.length).toBeGreaterThan(0)
    expect(jumped.firing).toEqual(steady.firing)
    expect(jumped.report).toEqual(steady.report)
    const watermark = ({ pipeline, steady: at }: ClockedPipeline): number =>
      pipeline.sources.watermark(at, pipeline.watermarkLimits)
    expect(watermark(jumped)).toBe(watermark(steady))
  })

  it('that is ahead lets everything in as before', () => {
    const [jumped, steady] = hourWith(hourMs)
    for (const run of [jumped, steady]) live(run, morning + 30 * minuteMs, morning + hourMs, 'after')
    expect(jumped.report).toEqual(steady.report)
  })

  it('that is behind quarantines what it takes for the future, says so, and lets it in when it is right again', () => {
    const [jumped, steady] = hourWith(-hourMs)
    const behind = traffic(morning + 30 * minuteMs, morning + 31 * minuteMs, 'after')
    expect(jumped.feed(behind)).toMatchObject({ rejected: 6, accepted: 0 })
    expect(jumped.report.rejections).toEqual({ future_time: 6 })
    expect(jumped.firing).toEqual(steady.firing)
    jumped.wall += hourMs
    // Whoever keeps records can send them again: they were never seen.
    expect(jumped.feed(behind)).toMatchObject({ accepted: 6 })
    steady.feed(behind)
    expect(jumped.report.objectives).toEqual(steady.report.objectives)
  })

  it('by a second, as with a leap, is not noticed', () => {
    const [jumped, steady] = hourWith(-secondMs)
    for (const run of [jumped, steady]) live(run, morning + 30 * minuteMs, morning + hourMs, 'after')
    expect(jumped.report).toEqual(steady.report)
  })

  it('that jumps either way holds up no sender that waits for a commit', async () => {
    using workspace = new Workspace()
    const store = StateStore.open(workspace.at('state'))
    let clock = morning
    const committer = new Committer({ parts: new Map(), store, now: () => clock })
    try {
      for (const jump of [0, hourMs, -hourMs, -dayMs, 10 * dayMs, -1]) {
        committer.changed()
        clock += jump
        await committer.committed()
        const waiting = committer.committed()
        clock -= jump
        await waiting
      }
    } finally {
      committer.close()
      store.close()
    }
  })
})
