import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Agenda } from '../../src/simulation/agenda.ts'

it('an agenda gives what is earliest, and of the same instant what was added first', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20))), (steps) => {
      const agenda = new Agenda<number>()
      let waiting: { readonly time: number; readonly item: number }[] = []
      for (const [item, time] of steps.entries()) {
        if (time !== null) {
          agenda.add(time, item)
          waiting.push({ time, item })
          continue
        }
        const first = waiting.toSorted((a, b) => a.time - b.time || a.item - b.item)[0]
        expect(agenda.nextTime).toBe(first?.time ?? Number.POSITIVE_INFINITY)
        expect(agenda.take()).toBe(first?.item)
        waiting = waiting.filter((each) => each !== first)
      }
    }),
  )
})
