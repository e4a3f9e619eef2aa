import { describe, expect, it } from 'vitest'
import type { PostResult, WireAlert } from '../../../src/platform/alertmanager/post-alerts.ts'
import { type AlertToSend, Replica } from '../../../src/platform/alertmanager/replica.ts'

const minuteMs = 60_000
const epoch = Date.UTC(2026, 0, 5, 2)

/** An Alertmanager that answers as it is told, and a clock that moves when it is told. */
class Scene {
  now = epoch
  answer: (alerts: readonly WireAlert[]) => PostResult = () => ({ kind: 'accepted' })
  readonly posts: (readonly WireAlert[])[] = []
  readonly troubles: (string | undefined)[] = []
  readonly replica = new Replica({
    name: 'am:9093',
    post: async (alerts) => {
      this.posts.push(alerts)
      return this.answer(alerts)
    },
    resendMs: minuteMs,
    now: () => this.now,
    steadyMs: () => this.now - epoch,
    random: () => 1,
    onTrouble: (message) => this.troubles.push(message),
  })

  /** What one round of delivery posts: names with `ends` for what is told as over. */
  async round(alerts: readonly AlertToSend[]): Promise<readonly string[]> {
    this.posts.length = 0
    await this.replica.deliver(alerts)
    return this.posts.flat().map((alert) => this.#told(alert))
  }

  #told({ labels, endsAt }: WireAlert): string {
    return `${labels['alertname']}${Date.parse(endsAt) <= this.now ? ' ends' : ''}`
  }

  /** Rounds a second apart. */
  async roundsFor(ms: number, alerts: readonly AlertToSend[]): Promise<readonly string[]> {
    const all: string[] = []
    for (const until = this.now + ms; this.now < until; this.now += 1000)
      all.push(...(await this.round(alerts)))
    return all
  }
}

function alert(name: string, changes: Partial<AlertToSend> = {}): AlertToSend {
  return {
    key: name,
    labels: { alertname: name },
    annotations: {},
    resolvedAt: undefined,
    mayBeKnown: false,
    ...changes,
  }
}

const refused: PostResult = { kind: 'refused', message: 'HTTP 400' }
const failed: PostResult = { kind: 'failed', message: 'ECONNREFUSED', retryAfterMs: undefined }

describe('a replica of Alertmanager', () => {
  it('is told of a firing alert at once, and again at each interval', async () => {
    const scene = new Scene()
    expect(await scene.round([alert('A')])).toEqual(['A'])
    scene.now += minuteMs - 1
    expect(await scene.round([alert('A')])).toEqual([])
    scene.now += 1
    expect(await scene.round([alert('A')])).toEqual(['A'])
  })

  it('always gets a start, and an end by the wall clock that outlasts three missed intervals', async () => {
    const scene = new Scene()
    await scene.round([alert('A')])
    expect(scene.posts).toEqual([
      [
        {
          labels: { alertname: 'A' },
          annotations: {},
          startsAt: '2026-01-05T02:00:00.000Z',
          endsAt: '2026-01-05T02:04:00.000Z',
        },
      ],
    ])
  })

  it('is told of the end at once, with the time of the end', async () => {
    const scene = new Scene()
    await scene.round([alert('A')])
    scene.now += 5000
    expect(await scene.round([alert('A', { resolvedAt: scene.now - 1000 })])).toEqual(['A ends'])
    expect(scene.posts[0]?.[0]?.endsAt).toBe('2026-01-05T02:00:04.000Z')
  })

  it('hears of an alert that began and ended while it was away: first as firing for one interval', async () => {
    const scene = new Scene()
    scene.answer = () => failed
    await scene.roundsFor(10 * minuteMs, [alert('A')])
    scene.answer = () => ({ kind: 'accepted' })
    const over = alert('A', { resolvedAt: scene.now })
    scene.now += minuteMs
    expect(await scene.round([over])).toEqual(['A'])
    expect(await scene.roundsFor(minuteMs, [over])).toEqual([])
    expect(await scene.round([over])).toEqual(['A ends'])
  })

  it('is told the end of what a former process may have told it', async () => {
    const scene = new Scene()
    const over = alert('A', { resolvedAt: epoch - 5000, mayBeKnown: true })
    expect(await scene.round([over])).toEqual(['A ends'])
  })

  it('is tried again with growing pauses, and then learns everything', async () => {
    const scene = new Scene()
    scene.answer = () => failed
    expect((await scene.roundsFor(10 * minuteMs, [alert('A')])).length).toBeLessThan(25)
    expect(scene.replica.facts()).toMatchObject({ isUp: false, pending: 1, sent: 0 })
    scene.answer = () => ({ kind: 'accepted' })
    expect(await scene.roundsFor(minuteMs, [alert('A')])).toEqual(['A'])
    expect(scene.replica.facts()).toMatchObject({ isUp: true, sent: 1 })
    expect(scene.troubles).toEqual(['ECONNREFUSED', undefined])
  })

  it('that was away is told everything again at once, as if it had begun now', async () => {
    const scene = new Scene()
    const all = [alert('A'), alert('B')]
    await scene.round(all)
    scene.now += minuteMs
    scene.answer = () => failed
    await scene.round(all)
    scene.answer = () => ({ kind: 'accepted' })
    scene.now += 5000
    expect(await scene.round(all)).toEqual(['A', 'B'])
    expect(scene.posts[0]?.map(({ startsAt }) => startsAt)).toEqual(Array(2).fill('2026-01-05T02:01:05.000Z'))
    scene.now += minuteMs
    await scene.round(all)
    expect(scene.posts[0]?.[0]?.startsAt).toBe('2026-01-05T02:01:05.000Z')
  })

  it('is left alone for as long as it asks, up to the longest pause', async () => {
    const scene = new Scene()
    scene.answer = () => ({ kind: 'failed', message: 'HTTP 503', retryAfterMs: 20_000 })
    await scene.round([alert('A')])
    expect(await scene.roundsFor(19_000, [alert('A')])).toEqual([])
    scene.now += 1000
    expect(await scene.round([alert('A')])).toEqual(['A'])
  })

  it('gets the others of a batch of which it refuses one, and that one never again', async () => {
    const scene = new Scene()
    scene.answer = (alerts) =>
      alerts.some(({ labels }) => labels['alertname'] === 'B') ? refused : { kind: 'accepted' }
    const all = ['A', 'B', 'C', 'D', 'E'].map((name) => alert(name))
    await scene.round(all)
    expect(scene.replica.facts()).toMatchObject({ sent: 4, refused: 1, failed: 0, pending: 5 })
    scene.now += minuteMs
    expect(await scene.round(all)).toEqual(['A', 'C', 'D', 'E'])
  })

  it('gets at most 64 alerts in a post', async () => {
    const scene = new Scene()
    await scene.round(Array.from({ length: 130 }, (_, i) => alert(`A${i}`)))
    expect(scene.posts.map((post) => post.length)).toEqual([64, 64, 2])
  })

  it('stops at the first post that fails: the rest waits for the next attempt', async () => {
    const scene = new Scene()
    scene.answer = () => failed
    await scene.round(Array.from({ length: 130 }, (_, i) => alert(`A${i}`)))
    expect(scene.posts.length).toBe(1)
  })

  it('never gets a start after the end', async () => {
    const scene = new Scene()
    const over = alert('A', { resolvedAt: epoch - 1, mayBeKnown: true })
    await scene.round([over])
    const [sent] = scene.posts.flat()
    expect(Date.parse(sent?.startsAt ?? '')).toBeLessThanOrEqual(Date.parse(sent?.endsAt ?? ''))
  })
})
