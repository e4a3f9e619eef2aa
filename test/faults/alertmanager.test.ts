/** Faults 12 to 14: Alertmanager is away or refuses, has forgotten everything, or we start anew while an alert fires. */
import { describe, expect, it } from 'vitest'
import { AlertmanagerModel } from '../support/alertmanager-model.ts'
import { until } from '../support/embedded-service.ts'
import { Clocks, endsAfterMs, PagedEngine, resendMs } from '../support/paged-engine.ts'

const minuteMs = 60_000
const secondMs = 1000

interface Scene extends AsyncDisposable {
  readonly clocks: Clocks
  readonly engine: PagedEngine
  readonly alertmanager: AlertmanagerModel
  readonly other: AlertmanagerModel
}

async function scene(): Promise<Scene> {
  const clocks = new Clocks()
  const now = (): number => clocks.wall
  const [alertmanager, other] = [await AlertmanagerModel.start(now), await AlertmanagerModel.start(now)]
  const engine = new PagedEngine(clocks, [alertmanager, other])
  return {
    clocks,
    engine,
    alertmanager,
    other,
    [Symbol.asyncDispose]: async () => {
      await alertmanager[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}

/** `checkout-a firing`. */
function told({ told }: AlertmanagerModel): readonly string[] {
  return told.map(({ status, objective }) => `${objective} ${status}`)
}

describe('an Alertmanager that is away for ten minutes', () => {
  it('is told once of what began meanwhile, in less than an interval, and its end when it is over', async () => {
    await using all = await scene()
    const { clocks, engine, alertmanager } = all
    alertmanager.manner = 'down'
    engine.burning.add('a')
    await engine.run(10 * minuteMs)
    expect(engine.replicas[0]).toMatchObject({ isUp: false, sent: 0, pending: 2 })
    alertmanager.manner = 'up'
    const back = clocks.wall
    await engine.run(resendMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing'])
    expect((alertmanager.told[0]?.at ?? 0) - back).toBeLessThan(resendMs)
    const { startsAt = 0, endsAt = 0 } = alertmanager.times('checkout-a') ?? {}
    expect(startsAt).toBeGreaterThanOrEqual(back)
    // It ends by the wall clock, and is still to come.
    expect(endsAt - clocks.wall).toBeGreaterThan(endsAfterMs - 2 * resendMs)
    await engine.run(30 * minuteMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing'])
    engine.burning.delete('a')
    const over = clocks.wall
    await engine.run(30 * secondMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing', 'checkout-a resolved'])
    expect(alertmanager.times('checkout-a')?.endsAt).toBeLessThanOrEqual(over + 15 * secondMs)
    await engine.run(30 * minuteMs)
    expect(alertmanager.told.length).toBe(2)
  })

  it('hears of what began and ended meanwhile, as of one incident with an end', async () => {
    await using all = await scene()
    const { engine, alertmanager } = all
    alertmanager.manner = 'down'
    engine.burning.add('a')
    await engine.run(4 * minuteMs)
    engine.burning.delete('a')
    await engine.run(6 * minuteMs)
    alertmanager.manner = 'up'
    await engine.run(5 * minuteMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing', 'checkout-a resolved'])
  })

  it('and takes what fired before for over, tells it once more, when the outage outlasts its end', async () => {
    await using all = await scene()
    const { engine, alertmanager } = all
    engine.burning.add('a')
    await engine.run(minuteMs)
    alertmanager.manner = 'down'
    await engine.run(10 * minuteMs)
    // It runs, and cannot be reached: the alert has ended by itself, four intervals after it was last told.
    expect(told(alertmanager)).toEqual(['checkout-a firing', 'checkout-a resolved'])
    alertmanager.manner = 'up'
    await engine.run(10 * minuteMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing', 'checkout-a resolved', 'checkout-a firing'])
  })

  it('and is reached again before that, has told nothing twice', async () => {
    await using all = await scene()
    const { engine, alertmanager } = all
    engine.burning.add('a')
    await engine.run(minuteMs)
    alertmanager.manner = 'down'
    await engine.run(endsAfterMs - 2 * resendMs)
    alertmanager.manner = 'up'
    await engine.run(10 * minuteMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing'])
  })

  it('delays nothing for the other replica, and what waits for it grows with alerts and not with time', async () => {
    await using all = await scene()
    const { engine, alertmanager, other } = all
    alertmanager.manner = 'down'
    for (let each = 0; each < 100; each++) engine.burning.add(`o${each}`)
    await engine.run(2 * secondMs)
    expect(other.firing.length).toBe(100)
    await engine.run(10 * minuteMs)
    expect(engine.replicas.map(({ pending }) => pending)).toEqual([101, 0])
    // Attempts come at growing intervals, of half a minute at most.
    expect(alertmanager.posts).toBeLessThan(50)
    alertmanager.manner = 'up'
    await engine.run(resendMs)
    expect(alertmanager.firing.toSorted()).toEqual(other.firing.toSorted())
  })
})

describe('an Alertmanager that is there and does not take alerts', () => {
  it.each([500, 502, 503, 429, 401, 404])('(%d) has them once when it does', async (status) => {
    await using all = await scene()
    const { engine, alertmanager } = all
    alertmanager.manner = status
    engine.burning.add('a')
    await engine.run(5 * minuteMs)
    expect(told(alertmanager)).toEqual([])
    alertmanager.manner = 'up'
    await engine.run(5 * minuteMs)
    expect(told(alertmanager)).toEqual(['checkout-a firing'])
  })

  it('because one of them is invalid has the others, and that one is counted', async () => {
    await using all = await scene()
    const { engine, alertmanager, other } = all
    for (const name of ['a', 'b', 'c', 'd', 'e']) engine.burning.add(name)
    alertmanager.invalid.add('checkout-c')
    await engine.run(5 * minuteMs)
    const others = ['a', 'b', 'd', 'e'].map((name) => `checkout-${name}`)
    expect(alertmanager.firing.toSorted()).toEqual(others)
    expect(other.firing.length).toBe(5)
    expect(engine.replicas.map(({ refused }) => refused)).toEqual([1, 0])
    expect(told(alertmanager).length).toBe(4)
  })

  it('and never answers delays nothing for the other one', async () => {
    await using all = await scene()
    const { engine, alertmanager, other } = all
    alertmanager.manner = 'hangs'
    engine.burning.add('a')
    engine.evaluate()
    const delivering = engine.deliver()
    await until('the other one knows', () => other.firing.length === 1)
    expect(alertmanager.firing).toEqual([])
    await delivering
    expect(engine.replicas).toMatchObject([
      { isUp: false, failed: 1 },
      { isUp: true, failed: 0 },
    ])
  })

  it('because TLS is spoken to it, is tried again like one that is away', async () => {
    const clocks = new Clocks()
    await using plain = await AlertmanagerModel.start(() => clocks.wall)
    const engine = new PagedEngine(clocks, [plain], [plain.url.replace('http:', 'https:')])
    engine.burning.add('a')
    await engine.run(2 * minuteMs)
    expect(engine.replicas).toMatchObject([{ isUp: false, sent: 0, pending: 2 }])
    expect(engine.replicas[0]?.failed).toBeGreaterThan(3)
  })
})

describe('an Alertmanager that has forgotten every alert', () => {
  it.each(['kept', 'wiped'] as const)(
    'without our noticing knows all of them again within an interval (what it told is %s)',
    async (disk) => {
      await using all = await scene()
      const { engine, alertmanager } = all
      for (const name of ['a', 'b', 'c']) engine.burning.add(name)
      await engine.run(10 * minuteMs)
      expect(alertmanager.told.length).toBe(3)
      alertmanager.restart(disk)
      await engine.run(resendMs + secondMs)
      expect(alertmanager.firing.toSorted()).toEqual(['checkout-a', 'checkout-b', 'checkout-c'])
      // It tells again only what it does not know to have told.
      expect(alertmanager.told.length).toBe(disk === 'kept' ? 3 : 6)
      expect(told(alertmanager).filter((each) => each.endsWith('resolved'))).toEqual([])
    },
  )

  it('and was missed knows them at the first answer', async () => {
    await using all = await scene()
    const { engine, alertmanager } = all
    engine.burning.add('a')
    await engine.run(10 * minuteMs + 5 * secondMs)
    alertmanager.manner = 'down'
    engine.burning.add('b')
    await engine.run(15 * secondMs)
    alertmanager.restart('kept')
    alertmanager.manner = 'up'
    // Long before the interval is over.
    await engine.run(31 * secondMs)
    expect(alertmanager.firing.toSorted()).toEqual(['checkout-a', 'checkout-b'])
    expect(told(alertmanager)).toEqual(['checkout-a firing', 'checkout-b firing'])
  })
})

describe('an engine that starts anew while an alert fires', () => {
  async function awayFor(ms: number, isStillBurning = true): Promise<readonly string[]> {
    await using all = await scene()
    const { clocks, engine, alertmanager } = all
    engine.burning.add('a')
    await engine.run(10 * minuteMs)
    for (const back = clocks.wall + ms; clocks.wall < back; clocks.pass(secondMs)) alertmanager.look()
    if (!isStillBurning) engine.burning.delete('a')
    engine.restart()
    await engine.run(10 * minuteMs)
    return told(alertmanager)
  }

  it('before the alert has ended by itself is not noticed', async () => {
    expect(await awayFor(endsAfterMs - 2 * resendMs)).toEqual(['checkout-a firing'])
  })

  it('after that is one end and one beginning', async () => {
    expect(await awayFor(10 * minuteMs)).toEqual([
      'checkout-a firing',
      'checkout-a resolved',
      'checkout-a firing',
    ])
  })

  it.each([30 * secondMs, 10 * minuteMs])('%d ms after it was over tells one end', async (ms) => {
    expect(await awayFor(ms, false)).toEqual(['checkout-a firing', 'checkout-a resolved'])
  })
})
