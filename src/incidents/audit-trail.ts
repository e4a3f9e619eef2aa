/** How complete the records of an interval are, source by source: what came late, what was rejected, who fell silent. */
import type { RejectionReason } from '../events/rejection.ts'

const minuteMs = 60_000
/** Longer intervals are looked at in coarser steps. */
const maxCells = 65_536
/** Delivered longer after it happened, it is late, ms. */
const lateAfterMs = 15 * minuteMs
/** A pause is a silence if it is so long, and so many times the source's usual one. */
const leastSilenceMs = 15 * minuteMs
const timesUsual = 4
/** Of fewer minutes with events nobody can say what is usual. */
const leastCells = 10
const maxSilences = 20

/** Epoch ms, [from, to). */
export interface Silence {
  readonly from: number
  readonly to: number
}

export interface SourceTrail {
  /** Connector id; empty for records that no connector recognised. */
  readonly source: string
  /** Events in the interval. */
  readonly events: number
  readonly firstEvent: number | undefined
  readonly lastEvent: number | undefined
  /** Newest event that was read at all, epoch ms: a source that ends before the interval does is incomplete. */
  readonly readUntil: number | undefined
  readonly late: number
  readonly longestDelayMs: number
  /** Records that arrived in the interval and gave no event, though they should have. */
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>
  /** From one minute with events to the next, nine times of ten no longer, ms; undefined with too few to tell. */
  readonly usualGapMs: number | undefined
  /** The longest of them, in order of time; the whole interval where it has no event. */
  readonly silences: readonly Silence[]
}

interface Kept {
  readonly cells: Uint8Array
  readonly rejected: Map<RejectionReason, number>
  events: number
  first: number
  last: number
  newest: number
  late: number
  longestDelayMs: number
}

/** Of the distances between cells with events. */
function usualGap(cells: Uint8Array): number | undefined {
  const gaps: number[] = []
  let last: number | undefined
  cells.forEach((cell, i) => {
    if (cell === 0) return
    if (last !== undefined) gaps.push(i - last)
    last = i
  })
  if (gaps.length + 1 < leastCells) return undefined
  return gaps.sort((a, b) => a - b)[Math.floor((gaps.length - 1) * 0.9)]
}

export class AuditTrail {
  readonly #from: number
  readonly #to: number
  readonly #cellMs: number
  readonly #sources = new Map<string, Kept>()

  /** Epoch ms, [from, to). */
  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
    this.#cellMs = Math.max(minuteMs, Math.ceil((to - from) / maxCells))
  }

  #of(source: string): Kept {
    let kept = this.#sources.get(source)
    if (kept === undefined) {
      kept = {
        cells: new Uint8Array(Math.ceil((this.#to - this.#from) / this.#cellMs)),
        rejected: new Map(),
        ...{ events: 0, first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
        ...{ newest: Number.NEGATIVE_INFINITY, late: 0, longestDelayMs: 0 },
      }
      this.#sources.set(source, kept)
    }
    return kept
  }

  /** An event that happened at `time` and arrived at `arrival`; both epoch ms. */
  event(source: string, time: number, arrival: number): void {
    const kept = this.#of(source)
    kept.newest = Math.max(kept.newest, time)
    if (time < this.#from || time >= this.#to) return
    kept.events++
    kept.first = Math.min(kept.first, time)
    kept.last = Math.max(kept.last, time)
    kept.cells[Math.floor((time - this.#from) / this.#cellMs)] = 1
    const delay = Number.isFinite(arrival) ? Math.max(0, arrival - time) : 0
    if (delay > lateAfterMs) kept.late++
    kept.longestDelayMs = Math.max(kept.longestDelayMs, delay)
  }

  rejected(source: string, reason: RejectionReason, arrival: number): void {
    if (!(arrival >= this.#from && arrival < this.#to)) return
    const { rejected } = this.#of(source)
    rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
  }

  /** By name. */
  sources(): readonly SourceTrail[] {
    return [...this.#sources]
      .map(([source, kept]) => this.#trailOf(source, kept))
      .sort((a, b) => (a.source < b.source ? -1 : 1))
  }

  #trailOf(source: string, kept: Kept): SourceTrail {
    const gap = usualGap(kept.cells)
    const usualGapMs = gap === undefined ? undefined : gap * this.#cellMs
    const least = usualGapMs === undefined ? Number.POSITIVE_INFINITY : timesUsual * usualGapMs
    const silences = this.#pauses(kept.cells)
      .filter(({ from, to }) => to - from >= Math.max(leastSilenceMs, least) || kept.events === 0)
      .sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
      .slice(0, maxSilences)
      .sort((a, b) => a.from - b.from)
    return {
      ...{ source, events: kept.events, late: kept.late, longestDelayMs: kept.longestDelayMs },
      firstEvent: Number.isFinite(kept.first) ? kept.first : undefined,
      lastEvent: Number.isFinite(kept.last) ? kept.last : undefined,
      readUntil: Number.isFinite(kept.newest) ? kept.newest : undefined,
      rejected: Object.fromEntries([...kept.rejected].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...{ usualGapMs, silences },
    }
  }

  /** Runs of minutes without an event. */
  #pauses(cells: Uint8Array): Silence[] {
    const pauses: Silence[] = []
    let begin: number | undefined
    for (let i = 0; i <= cells.length; i++) {
      if (i < cells.length && cells[i] === 0) begin ??= i
      else if (begin !== undefined) {
        const to = Math.min(this.#to, this.#from + i * this.#cellMs)
        pauses.push({ from: this.#from + begin * this.#cellMs, to })
        begin = undefined
      }
    }
    return pauses
  }
}
