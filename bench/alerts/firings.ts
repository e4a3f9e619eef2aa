/** An alert from when it fired to when it resolved: what the engine's timeline and a Prometheus both come down to. */
import type { Transition } from '../../src/app/timeline/timeline.ts'

export interface Firing {
  /** `<service>-<name>` */
  readonly objective: string
  readonly alert: string
  readonly severity: 'page' | 'ticket'
  /** Epoch ms; the end is Infinity where it never resolved. */
  readonly from: number
  readonly to: number
  /** Failure mode that it named when it fired. */
  readonly mode: string | null
  /** Identities that it named, most failures first. */
  readonly culprits: readonly string[]
}

/** In the order in which they fired. */
export function firingsOf(transitions: readonly Transition[]): readonly Firing[] {
  const open = new Map<string, number>()
  const firings: Firing[] = []
  for (const { at, objective, alert, severity, state, diagnosis, culprits } of transitions) {
    const key = `${objective} ${alert}`
    const time = Date.parse(at)
    if (state === 'firing') {
      open.set(key, firings.length)
      const to = Number.POSITIVE_INFINITY
      firings.push({ objective, alert, severity, from: time, to, mode: diagnosis, culprits })
      continue
    }
    const index = open.get(key)
    const fired = index === undefined ? undefined : firings[index]
    if (index !== undefined && fired !== undefined) firings[index] = { ...fired, to: time }
    open.delete(key)
  }
  return firings
}

/** Time in which somebody is paged without a break, by whichever alerts. */
export interface Page {
  readonly from: number
  readonly to: number
  /** The one that woke them. */
  readonly first: Firing
}

export function pagesOf(firings: readonly Firing[]): readonly Page[] {
  const pages: Page[] = []
  for (const firing of firings.filter(({ severity }) => severity === 'page')) {
    const last = pages.at(-1)
    if (last === undefined || firing.from > last.to) {
      pages.push({ from: firing.from, to: firing.to, first: firing })
    } else pages[pages.length - 1] = { ...last, to: Math.max(last.to, firing.to) }
  }
  return pages
}
