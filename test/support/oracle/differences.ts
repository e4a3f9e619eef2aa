/** Collects what differs between what is shown and what has to be, and how much was compared. */

/** Both sides divide whole numbers; one event more or less in a hundred thousand changes a ratio by a hundred times this. */
const relativeTolerance = 1e-12

export class Differences {
  readonly #found: string[] = []
  #where = ''
  /** Values that were compared. */
  compared = 0

  /** What follows is about this moment of the run. */
  at(where: string): void {
    this.#where = where
  }

  get found(): readonly string[] {
    return this.#found
  }

  note(what: string): void {
    this.#found.push(`${this.#where}: ${what}`)
  }

  exact(what: string, shown: unknown, truth: number | string): void {
    this.compared++
    if (shown !== truth) this.note(`${what} is ${String(shown)}, and has to be ${truth}`)
  }

  ratio(what: string, shown: unknown, truth: number, tolerance = relativeTolerance): void {
    this.compared++
    const isClose =
      typeof shown === 'number' && Math.abs(shown - truth) <= tolerance * Math.max(1, Math.abs(truth))
    if (!isClose) this.note(`${what} is ${String(shown)}, and has to be ${truth}`)
  }

  within(what: string, shown: unknown, least: number, most: number): void {
    this.compared++
    const isWithin = typeof shown === 'number' && shown >= least && shown <= most
    if (!isWithin) this.note(`${what} is ${String(shown)}, and has to be ${least} to ${most}`)
  }
}
