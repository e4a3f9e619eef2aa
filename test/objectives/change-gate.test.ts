import { describe, expect, it } from 'vitest'
import { judgeChange, type Stretch, stretchesAround } from '../../src/objectives/change-gate.ts'

const guarded = { minEvents: 1, isGuarded: true }

/** `share`: of bad events that the objective allows. */
function stretch(events: number, bad: number, share = 0.001): Stretch {
  return { good: events - bad, bad, allowed: events * share }
}

describe('a change', () => {
  it('is a breach where failures begin with it', () => {
    expect(judgeChange(stretch(200, 40), stretch(200, 0), guarded)).toBe('breach')
    expect(judgeChange(stretch(10, 10), stretch(5000, 5), guarded)).toBe('breach')
  })

  it('is no breach for a single failure, however few events there are', () => {
    expect(judgeChange(stretch(1, 1), stretch(0, 0), guarded)).toBe('ok')
    expect(judgeChange(stretch(10_000, 1), stretch(10_000, 0), guarded)).toBe('ok')
  })

  it('is no breach for failures that the objective allows, nor for what chance makes of them', () => {
    expect(judgeChange(stretch(10_000, 10), stretch(10_000, 0), guarded)).toBe('ok')
    expect(judgeChange(stretch(10_000, 18), stretch(10_000, 0), guarded)).toBe('ok')
    expect(judgeChange(stretch(10_000, 22), stretch(10_000, 0), guarded)).toBe('breach')
  })

  it('is not blamed for a burn that was there before', () => {
    expect(judgeChange(stretch(200, 40), stretch(200, 40), guarded)).toBe('burned-before')
    expect(judgeChange(stretch(200, 40), stretch(200, 34), guarded)).toBe('burned-before')
    expect(judgeChange(stretch(100, 100), stretch(2, 2), guarded)).toBe('burned-before')
  })

  it('is blamed where it made a burn worse by more than chance', () => {
    expect(judgeChange(stretch(200, 120), stretch(200, 40), guarded)).toBe('breach')
    expect(judgeChange(stretch(400, 160), stretch(100, 10), guarded)).toBe('breach')
  })

  it('is not excused by one failure before', () => {
    expect(judgeChange(stretch(100, 100), stretch(1, 1), guarded)).toBe('breach')
  })

  it('is judged by the objective alone where nothing is known of before', () => {
    expect(judgeChange(stretch(20, 5), stretch(0, 0), guarded)).toBe('breach')
    expect(judgeChange(stretch(20, 0), stretch(0, 0), guarded)).toBe('ok')
  })

  it('is a breach by one failure where the objective asks to be woken by one', () => {
    expect(judgeChange(stretch(50, 1), stretch(50, 0), { minEvents: 1, isGuarded: false })).toBe('breach')
    expect(judgeChange(stretch(50, 0), stretch(50, 0), { minEvents: 1, isGuarded: false })).toBe('ok')
  })

  it('is not judged without enough events', () => {
    expect(judgeChange(stretch(0, 0), stretch(50, 0), guarded)).toBe('no-data')
    expect(judgeChange(stretch(9, 9), stretch(50, 0), { ...guarded, minEvents: 10 })).toBe('no-data')
  })
})

describe('the stretches around a change', () => {
  const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`)

  it('are equally long, and leave out the minute in which it lies', () => {
    expect(stretchesAround(at('10:00:10'), at('10:10:30'))).toEqual({
      before: { from: at('09:50:00'), to: at('10:00:00') },
      since: { from: at('10:01:00'), to: at('10:11:00') },
    })
  })

  it('leave nothing out where it lies between two minutes', () => {
    expect(stretchesAround(at('10:00:00'), at('10:05:10'))).toEqual({
      before: { from: at('09:54:00'), to: at('10:00:00') },
      since: { from: at('10:00:00'), to: at('10:06:00') },
    })
  })

  it('are empty where the data ends before it', () => {
    const { since, before } = stretchesAround(at('10:00:10'), at('09:00:00'))
    expect([since.to - since.from, before.to - before.from]).toEqual([0, 0])
  })
})
