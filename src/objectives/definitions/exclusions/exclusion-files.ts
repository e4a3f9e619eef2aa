/** The exclusions files that SLOs refer to: each is read once. */
import type { Exclusion, Objective } from '../../objective.ts'
import type { Settings } from '../annotations.ts'
import { attempt, type Location, type Problem, type Reporter } from '../problem.ts'
import { withExclusions } from './applied-exclusions.ts'
import { readExclusions } from './exclusions-file.ts'

/** A file by the path under which messages name it; without text, why it cannot be read. */
export type RelatedFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly reason: string }

/** Opens a file that is named relative to another one. */
export type OpenRelated = (from: string, path: string) => RelatedFile

export class ExclusionFiles {
  readonly #problems: Problem[]
  readonly #open: OpenRelated | undefined
  /** By path; undefined where something is wrong with them. */
  readonly #read = new Map<string, readonly Exclusion[] | undefined>()

  constructor(problems: Problem[], open: OpenRelated | undefined) {
    this.#problems = problems
    this.#open = open
  }

  /** The objectives of one SLO with the windows that its annotation names. */
  applied(
    objectives: readonly Objective[],
    { exclusions: path, exclusionsAt: at }: Settings,
    reporter: Reporter,
  ): readonly Objective[] {
    if (path === undefined || at === undefined || this.#open === undefined) return objectives
    const file = this.#open(at.file, path)
    if ('reason' in file) {
      reporter.error(at, `the exclusions file ${file.path} cannot be read: ${file.reason}`)
      return objectives
    }
    const windows = this.#windows(file.path, file.text)
    return objectives.map((objective) => withExclusions(objective, windows ?? [], at, reporter))
  }

  #windows(path: string, text: string): readonly Exclusion[] | undefined {
    if (!this.#read.has(path)) this.#read.set(path, readExclusions(path, text, this.#problems))
    return this.#read.get(path)
  }

  /** Checks files among the definitions that no SLO refers to. */
  checkOthers(
    found: readonly {
      readonly file: { readonly path: string; readonly text: string }
      readonly at: Location
    }[],
  ): void {
    for (const { file, at } of found) {
      if (this.#read.has(file.path) || this.#open === undefined) continue
      this.#windows(file.path, file.text)
      const how = 'name it in the annotation identity-slo.dev/exclusions of those that it is for'
      attempt(this.#problems, (reporter) =>
        reporter.warning(at, `no SLO refers to this exclusions file: ${how}`),
      )
    }
  }
}
