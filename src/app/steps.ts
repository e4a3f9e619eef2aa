/** Long work in small steps, with a turn for everything else between them. */
import { setImmediate } from 'node:timers/promises'

/** How long others wait at most for work that is done in steps, ms; a single step may take longer. */
const turnMs = 10
/** Looking at the clock costs as much as a small step. */
const stepsPerLook = 8

/** Gives what the work gives; undefined where it was stopped before its end. */
export async function inSteps<T>(
  work: Generator<void, T>,
  isStopped: () => boolean = () => false,
): Promise<T | undefined> {
  for (;;) {
    const end = performance.now() + turnMs
    do
      for (let i = 0; i < stepsPerLook; i++) {
        const step = work.next()
        if (step.done === true) return step.value
      }
    while (performance.now() < end)
    await setImmediate()
    if (isStopped()) {
      work.return(undefined as never)
      return undefined
    }
  }
}

/** The same at once, for whoever has nothing else to do. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
