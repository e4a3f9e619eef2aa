import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Figure, Report } from '../../bench/report.ts'
import { best, inTurns } from '../../bench/turns.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function printed(showsGoals: boolean, figure: Figure): string {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  new Report(showsGoals).figure(figure)
  return String(log.mock.lastCall?.[0])
}

describe('the report', () => {
  it('shows a figure with its goal, met or missed', () => {
    const figure = { what: 'until ready', value: 2.5, unit: 's' }
    expect(printed(true, { ...figure, goal: { atMost: 3 } })).toMatch(
      /^until ready +2\.50 s +goal <= 3 s: met$/,
    )
    expect(printed(true, { ...figure, goal: { atMost: 2 } })).toMatch(/goal <= 2 s: missed$/)
    expect(printed(true, { ...figure, goal: { atLeast: 3 } })).toMatch(/goal >= 3 s: missed$/)
    expect(printed(true, { ...figure, goal: { atLeast: 2.5 } })).toMatch(/goal >= 2\.5 s: met$/)
  })

  it('shows no goal where too little is measured', () => {
    expect(printed(false, { what: 'ratio', value: 1234.5, decimals: 1, goal: { atMost: 1 } })).toMatch(
      /^ratio +1,234\.5$/,
    )
  })
})

describe('contenders', () => {
  it('take turns', async () => {
    const order: string[] = []
    const say = (name: string) => () => order.push(name)
    const results = await inTurns(2, { a: say('a'), b: say('b') })
    expect(order).toEqual(['a', 'b', 'a', 'b'])
    expect(results).toEqual({ a: [1, 3], b: [2, 4] })
  })

  it('are told by their round with the least CPU time', () => {
    expect(best([{ cpuSeconds: 3 }, { cpuSeconds: 1 }, { cpuSeconds: 2 }])).toEqual({ cpuSeconds: 1 })
  })
})
