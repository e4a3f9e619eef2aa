import { describe, expect, it } from 'vitest'
import { type ClosableLog, createLogger } from '../../src/platform/logger.ts'

interface Line {
  readonly level: number
  readonly time: string
  readonly msg: string
  readonly kind?: string
}

function captured(
  level: string,
  perMinute = 3,
): { log: ClosableLog; lines: () => Line[]; clock: { now: number } } {
  const written: string[] = []
  const clock = { now: Date.UTC(2026, 2, 2, 9) }
  const destination = { write: (line: string) => void written.push(line) }
  const log = createLogger(level, { destination, now: () => clock.now, perMinute })
  return { log, lines: () => written.map((line) => JSON.parse(line)), clock }
}

describe('log lines', () => {
  it('are JSON objects with a time, a level, the facts and the message', () => {
    const { log, lines } = captured('info')
    log.warn({ path: 'a.log', records: { read: 3 } }, 'odd')
    expect(lines()).toEqual([
      { level: 40, time: '2026-03-02T09:00:00.000Z', path: 'a.log', records: { read: 3 }, msg: 'odd' },
    ])
  })

  it('below the level are not written', () => {
    const { log, lines } = captured('error')
    log.info({}, 'x')
    log.warn({}, 'x')
    log.error({}, 'y')
    expect(lines().map(({ msg }) => msg)).toEqual(['y'])
  })

  it('hold no secrets, by name at two levels and by their looks in any text', () => {
    const { log, lines } = captured('info')
    const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhY21lIn0.c2ln'
    log.error(
      {
        token: 'hush',
        request: { authorization: 'hush', headers: { a: 'hush' } },
        reason: `got Bearer hush-1.2~3 and ${jwt}`,
      },
      `refused ${jwt}`,
    )
    const text = JSON.stringify(lines())
    expect(text).not.toContain('hush')
    expect(text).not.toContain('eyJ')
    expect(lines()[0]).toMatchObject({
      token: '[secret]',
      request: { authorization: '[secret]', headers: '[secret]' },
      reason: 'got [secret] and [secret]',
      msg: 'refused [secret]',
    })
  })
})

describe('lines of one message', () => {
  it('are bounded in each minute; then one line says how many more there were', () => {
    const { log, lines, clock } = captured('info')
    for (let i = 0; i < 10; i++) log.warn({ i }, 'the disk is slow')
    log.info({}, 'something else')
    clock.now += 60_000
    log.info({}, 'later')
    expect(lines().map(({ level, msg, kind }) => [level, msg, kind])).toEqual([
      [40, 'the disk is slow', undefined],
      [40, 'the disk is slow', undefined],
      [40, 'the disk is slow', undefined],
      [30, 'something else', undefined],
      [30, 'later', undefined],
    ])
    log.warn({ i: 11 }, 'the disk is slow')
    expect(lines().slice(5)).toEqual([
      expect.objectContaining({ level: 40, msg: '7 more like this', kind: 'the disk is slow' }),
      expect.objectContaining({ level: 40, msg: 'the disk is slow' }),
    ])
  })

  it('that were left out are said when the log is closed', () => {
    const { log, lines } = captured('info')
    for (let i = 0; i < 5; i++) log.error({}, 'x')
    log.close()
    expect(lines().at(-1)).toMatchObject({ level: 50, msg: '2 more like this', kind: 'x' })
  })

  it('below the level are not counted either', () => {
    const { log, lines } = captured('error')
    for (let i = 0; i < 9; i++) log.warn({}, 'x')
    log.close()
    expect(lines()).toEqual([])
  })
})
