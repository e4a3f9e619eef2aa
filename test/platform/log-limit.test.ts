import { describe, expect, it } from 'vitest'
import { LogLimit } from '../../src/platform/log-limit.ts'

class Scene {
  now = 0
  readonly more: (readonly [kind: string, count: number])[] = []
  readonly limit = new LogLimit({
    perMinute: 2,
    now: () => this.now,
    more: (kind, count) => void this.more.push([kind, count]),
  })

  admitted(kind: string, times: number): number {
    return Array.from({ length: times }, () => this.limit.admits(kind)).filter(Boolean).length
  }
}

describe('a limit on log lines', () => {
  it('lets so many lines of a kind through in a minute, and counts the others when it is over', () => {
    const scene = new Scene()
    expect(scene.admitted('a', 5)).toBe(2)
    scene.now = 59_999
    expect(scene.admitted('a', 1)).toBe(0)
    scene.limit.settle()
    expect(scene.more).toEqual([])
    scene.now = 60_000
    scene.limit.settle()
    scene.limit.settle()
    expect(scene.more).toEqual([['a', 4]])
    expect(scene.admitted('a', 3)).toBe(2)
  })

  it('counts each kind on its own', () => {
    const scene = new Scene()
    scene.admitted('a', 9)
    expect(scene.admitted('b', 2)).toBe(2)
  })

  it('says nothing of kinds that stayed below', () => {
    const scene = new Scene()
    scene.admitted('a', 2)
    scene.now = 60_000
    scene.limit.settle()
    expect(scene.more).toEqual([])
  })

  it('says what was left out before the next line, whichever it is', () => {
    const scene = new Scene()
    scene.admitted('a', 3)
    scene.now = 30_000
    scene.admitted('b', 3)
    scene.now = 61_000
    expect(scene.admitted('c', 1)).toBe(1)
    expect(scene.more).toEqual([['a', 1]])
  })

  it('says all that was left out when it is closed', () => {
    const scene = new Scene()
    scene.admitted('a', 3)
    scene.admitted('b', 4)
    scene.limit.close()
    scene.limit.close()
    expect(scene.more).toEqual([
      ['a', 1],
      ['b', 2],
    ])
  })

  it('forgets the oldest kind when there are too many, and says what was left out of it', () => {
    const scene = new Scene()
    scene.admitted('oldest', 3)
    for (let i = 0; i < 1000; i++) scene.admitted(`kind ${i}`, 1)
    expect(scene.more).toEqual([['oldest', 1]])
  })
})
