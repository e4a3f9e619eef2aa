/** What is wrong in a definition file, and where: collected, never thrown, so that all of it shows at once. */

export interface Location {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
}

export interface Problem extends Location {
  readonly severity: 'error' | 'warning'
  /** What is wrong and what is allowed. */
  readonly message: string
}

export interface Reporter {
  readonly error: (at: Location, message: string) => void
  readonly warning: (at: Location, message: string) => void
}

export interface ProblemLog extends Reporter {
  readonly problems: readonly Problem[]
  readonly hasErrors: () => boolean
}

export function createProblemLog(): ProblemLog {
  const problems: Problem[] = []
  const add = (severity: Problem['severity']) => (at: Location, message: string) => {
    problems.push({ file: at.file, line: at.line, column: at.column, severity, message })
  }
  return {
    problems,
    error: add('error'),
    warning: add('warning'),
    hasErrors: () => problems.some((problem) => problem.severity === 'error'),
  }
}

/** Runs a step with a log of its own: undefined if it reported an error. Its problems are added to `problems`. */
export function attempt<T>(problems: Problem[], step: (reporter: Reporter) => T | undefined): T | undefined {
  const log = createProblemLog()
  const result = step(log)
  problems.push(...log.problems)
  return log.hasErrors() ? undefined : result
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** By file, line and column; one entry where an alias makes the same problem show twice. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.message, b.message),
  )
  return sorted.filter((problem, index) => {
    const before = sorted[index - 1]
    const repeats =
      before?.file === problem.file &&
      before.line === problem.line &&
      before.column === problem.column &&
      before.message === problem.message
    return !repeats
  })
}

/** `file:line`, as objectives and messages name a definition. */
export function fileAndLine(at: Location): string {
  return `${at.file}:${at.line}`
}
