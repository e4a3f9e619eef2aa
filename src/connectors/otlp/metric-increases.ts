/** The series of the three metrics, and what each still owes: bounded, and kept over restarts so that no point counts twice. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import type { Point, PointValue } from './point.ts'
import { isEarlier, type Run, runsWith, type Step, stepOf } from './series-state.ts'

/** Everything known of one process. */
interface Process {
  readonly series: Map<string, readonly Run[]>
  /** Attempts less failed ones that no event stands for yet, by what they have in common. */
  readonly owed: Map<string, bigint>
}

const maxProcesses = 20_000
/** Of one process: what comes on top has attributes that it should not have. */
const maxSeries = 1000

export class MetricIncreases implements Stateful {
  readonly #processes = new Map<string, Process>()
  readonly #dirty = new Set<string>()
  /** Series let go for want of room: their next points are baselines. */
  forgotten = 0

  get size(): number {
    let size = 0
    for (const { series } of this.#processes.values()) size += series.size
    return size
  }

  /** What the point adds, which is remembered as counted. */
  step(point: Point): Step {
    const { resource, series } = point
    const sender = this.#process(resource.instance)
    const runs = sender.series.get(series) ?? []
    const step = stepOf(point, runs, runs.length === 0 && isWatched(sender, point))
    if (step.kind === 'duplicate') return step
    this.#dirty.add(resource.instance)
    // Back at the end, so that those which were quiet for longest stand first.
    sender.series.delete(series)
    if (sender.series.size >= maxSeries) this.#forgetFirst(sender)
    sender.series.set(series, runsWith(point, runs))
    return step
  }

  /** Adds to what is owed for a group of one process, and gives what is owed then. */
  owe(instance: string, group: string, count: bigint): bigint {
    const { owed } = this.#process(instance)
    const sum = (owed.get(group) ?? 0n) + count
    if (sum === 0n) owed.delete(group)
    else owed.set(group, sum)
    this.#dirty.add(instance)
    return sum
  }

  #process(instance: string): Process {
    let sender = this.#processes.get(instance)
    if (sender !== undefined) return sender
    sender = { series: new Map(), owed: new Map() }
    if (this.#processes.size >= maxProcesses) this.#forgetProcess()
    this.#processes.set(instance, sender)
    return sender
  }

  #forgetFirst({ series }: Process): void {
    for (const key of series.keys()) {
      series.delete(key)
      this.forgotten++
      return
    }
  }

  #forgetProcess(): void {
    for (const [instance, { series }] of this.#processes) {
      this.#processes.delete(instance)
      this.#dirty.add(instance)
      this.forgotten += series.size
      return
    }
  }

  /** Forgets processes that sent nothing since `floorNs`. */
  prune(floorNs: bigint): void {
    for (const [instance, { series }] of this.#processes) {
      const isAlive = [...series.values()].some((runs) => runs.some(({ timeNs }) => timeNs >= floorNs))
      if (isAlive) continue
      this.#processes.delete(instance)
      this.#dirty.add(instance)
    }
  }

  save(out: ChunkWriter): void {
    for (const instance of this.#dirty) {
      const sender = this.#processes.get(instance)
      const key = encodeURIComponent(instance)
      if (sender === undefined) out.remove(key)
      else out.put(key, jsonBytes(saved(sender)))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#processes.set(decodeURIComponent(key), restored(jsonOf<SavedProcess>(bytes)))
  }
}

function isWatched({ series }: Process, point: Point): boolean {
  for (const runs of series.values()) if (runs.some((run) => isEarlier(run, point))) return true
  return false
}

/** JSON has no whole numbers of 64 bits: they are texts. */
type SavedValue =
  | string
  | { readonly bounds: readonly number[]; readonly counts: readonly string[] }
  | {
      readonly scale: number
      readonly zero: string
      readonly from: number
      readonly counts: readonly string[]
    }

interface SavedProcess {
  readonly series: readonly (readonly [
    string,
    readonly (readonly [start: string, time: string, value: SavedValue])[],
  ])[]
  readonly owed: readonly (readonly [string, string])[]
}

function saved({ series, owed }: Process): SavedProcess {
  return {
    series: [...series].map(([key, runs]) => [
      key,
      runs.map(({ startNs, timeNs, value }) => [String(startNs), String(timeNs), savedValue(value)]),
    ]),
    owed: [...owed].map(([group, count]) => [group, String(count)]),
  }
}

function savedValue(value: PointValue): SavedValue {
  if (typeof value === 'bigint') return String(value)
  const counts = value.counts.map(String)
  if ('bounds' in value) return { bounds: value.bounds, counts }
  return { scale: value.scale, zero: String(value.zero), from: value.from, counts }
}

function restored({ series, owed }: SavedProcess): Process {
  const runsOf = (runs: SavedProcess['series'][number][1]): readonly Run[] =>
    runs.map(([start, time, value]) => ({
      startNs: BigInt(start),
      timeNs: BigInt(time),
      value: restoredValue(value),
    }))
  return {
    series: new Map(series.map(([key, runs]) => [key, runsOf(runs)])),
    owed: new Map(owed.map(([group, count]) => [group, BigInt(count)])),
  }
}

function restoredValue(value: SavedValue): PointValue {
  if (typeof value === 'string') return BigInt(value)
  const counts = value.counts.map(BigInt)
  if ('bounds' in value) return { bounds: value.bounds, counts }
  return { scale: value.scale, zero: BigInt(value.zero), from: value.from, counts }
}
