/**
 * How far a source has come in event time: as far as the slowest of its lanes. A lane is one ordered stream, such as a
 * file or a partition; one that has fallen silent is not waited for.
 */

export class Lane {
  /** Epoch ms of its newest event that counted; -Infinity before the first. */
  newest = Number.NEGATIVE_INFINITY
  /** When it was last read from, in ms of a clock that only goes forward. */
  readAt = Number.NEGATIVE_INFINITY
}

export interface WatermarkLimits {
  /** A lane that was not read from for so long is idle, ms. */
  readonly idleMs: number
  /** A lane this far behind the newest event is not waited for, ms: its clock is wrong, or its past is long over. */
  readonly maxSpreadMs: number
}

export class Watermark {
  readonly #lanes = new Map<string, Lane>()
  /** Epoch ms of the newest event of all lanes, idle and gone ones too; -Infinity before the first. */
  newest = Number.NEGATIVE_INFINITY
  #value = Number.NEGATIVE_INFINITY

  lane(key: string): Lane {
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      lane = new Lane()
      this.#lanes.set(key, lane)
    }
    return lane
  }

  /** As of the last time that it was asked for. */
  get value(): number {
    return this.#value
  }

  get lanes(): number {
    return this.#lanes.size
  }

  /** An event of the lane counted; `time` is epoch ms. */
  advance(lane: Lane, time: number): void {
    if (time > lane.newest) lane.newest = time
    if (time > this.newest) this.newest = time
  }

  /** Least time that an active lane has come to; undefined where none is active. Forgets idle lanes. */
  slowest(steadyMs: number, { idleMs, maxSpreadMs }: WatermarkLimits): number | undefined {
    let slowest = Number.POSITIVE_INFINITY
    for (const [key, lane] of this.#lanes) {
      if (steadyMs - lane.readAt >= idleMs) this.#lanes.delete(key)
      else if (lane.newest < slowest && Number.isFinite(lane.newest)) slowest = lane.newest
    }
    return slowest === Number.POSITIVE_INFINITY ? undefined : Math.max(slowest, this.newest - maxSpreadMs)
  }

  /** Epoch ms up to which the source is believed complete; never goes back; -Infinity before the first event. */
  at(steadyMs: number, limits: WatermarkLimits): number {
    this.#value = Math.max(this.#value, this.slowest(steadyMs, limits) ?? this.newest)
    return this.#value
  }

  /** As another process left it: lanes come back with their next records. */
  restore(newest: number, value: number): void {
    this.newest = newest
    this.#value = value
  }
}
