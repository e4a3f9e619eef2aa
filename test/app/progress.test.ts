import { describe, expect, it } from 'vitest'
import { Progress } from '../../src/app/progress.ts'
import { capturingTerminal } from '../support/captured.ts'

function shown(
  isTty: boolean,
  steps: readonly (readonly [atMs: number, bytes: number, records: number])[],
): string {
  let now = 0
  const terminal = capturingTerminal({ isTty })
  const progress = new Progress(terminal, 1000, () => now)
  for (const [atMs, bytes, records] of steps) {
    now = atMs
    progress.advance(bytes, records, Date.UTC(2026, 0))
  }
  progress.done()
  return terminal.text().err
}

describe('the progress line', () => {
  it('shows share, rate, time left and the watermark, and goes away', () => {
    const text = shown(true, [
      [2000, 250, 5000],
      [4000, 250, 10_000],
    ])
    expect(text.split('\r\u001b[K')).toEqual([
      '',
      '25 % · 5,000 records · 2,500/s · 6 s left · events up to 2026-01-01T00:00:00Z',
      '50 % · 10,000 records · 2,500/s · 4 s left · events up to 2026-01-01T00:00:00Z',
      '',
    ])
  })

  it('is refreshed five times a second at most', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => [i, 1, i] as const)
    expect(shown(true, steps).split('\r').length - 1).toBe(6)
  })

  it('is silent where there is no terminal', () => {
    expect(shown(false, [[2000, 250, 5000]])).toBe('')
  })

  it('has no time that is no number, also before the first event and for empty files', () => {
    const terminal = capturingTerminal({ isTty: true })
    const progress = new Progress(terminal, 0, () => 0)
    progress.advance(0, 0, Number.NEGATIVE_INFINITY)
    expect(terminal.text().err).toBe('\r\u001b[K100 % · 0 records · 0/s · 0 s left')
  })
})
