/** Every error a command can end with: its code, what is said, how to fix it, and the exit code. */
import type { Problem } from '../objectives/definitions/problem.ts'
import { errorCode, systemReason } from './system-error.ts'

/** The contract with scripts. */
export const exitCodes = { ok: 0, findings: 1, usage: 2, drift: 3, environment: 4 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

interface ErrorEntry {
  readonly code: string
  /** `{name}` stands for a value. */
  readonly message: string
  readonly fix: string
  readonly exitCode: ExitCode
}

/** Codes are never reused. 1xxx command line, 2xxx files, 3xxx configuration and definitions, 4xxx machine, 9xxx ours. */
export const errorTable = {
  unknownCommand: {
    code: 'ISLO-1001',
    message: 'there is no command {command}',
    fix: 'use one of {allowed}',
    exitCode: exitCodes.usage,
  },
  badOption: {
    code: 'ISLO-1002',
    message: '{what}',
    fix: '`identity-slo {command} --help` lists the options and arguments',
    exitCode: exitCodes.usage,
  },
  badTime: {
    code: 'ISLO-1003',
    message: '{option} {value} is not a time',
    fix: 'write an RFC 3339 time such as 2026-01-31T08:00:00Z',
    exitCode: exitCodes.usage,
  },
  refusedByInstance: {
    code: 'ISLO-1004',
    message: 'the instance at {url} refuses the question: {reason}',
    fix: 'correct the option that it names',
    exitCode: exitCodes.usage,
  },
  unknownScenario: {
    code: 'ISLO-1012',
    message: 'there is no file and no scenario {name}',
    fix: 'name a scenario file, or one of {allowed}',
    exitCode: exitCodes.usage,
  },
  missingFile: {
    code: 'ISLO-2001',
    message: '{path} does not exist',
    fix: 'check the spelling; relative paths start at the working directory',
    exitCode: exitCodes.environment,
  },
  unreadableFile: {
    code: 'ISLO-2002',
    message: 'the file {path} cannot be read: {reason}',
    fix: 'give this user the right to read it, or name another file',
    exitCode: exitCodes.environment,
  },
  unreadableDirectory: {
    code: 'ISLO-2003',
    message: 'the directory {path} cannot be listed: {reason}',
    fix: 'give this user the right to read and to enter it, or name another directory',
    exitCode: exitCodes.environment,
  },
  emptyDirectory: {
    code: 'ISLO-2004',
    message: 'the directory {path} holds no {what}',
    fix: 'name a directory that does; hidden files and those that end in ~ are passed over',
    exitCode: exitCodes.environment,
  },
  unwritableFile: {
    code: 'ISLO-2005',
    message: 'the file {path} cannot be written: {reason}',
    fix: 'give this user the right to write there, or name another place',
    exitCode: exitCodes.environment,
  },
  stateLocked: {
    code: 'ISLO-2006',
    message: 'the state in {path} is in use by another process',
    fix: 'stop the other process, or give each its own state.folder',
    exitCode: exitCodes.environment,
  },
  stateUnusable: {
    code: 'ISLO-2007',
    message: 'the state cannot be used: {reason}',
    fix: 'restore the folder from a copy, or empty it and let the logs be read again: nothing was changed',
    exitCode: exitCodes.environment,
  },
  stateUnwritable: {
    code: 'ISLO-2008',
    message: 'the state could not be written: {reason}',
    fix: 'make room, and run the same command again: it goes on from the last commit',
    exitCode: exitCodes.environment,
  },
  nothingToCompare: {
    code: 'ISLO-2009',
    message: 'there is neither a log nor an inventory in {paths}',
    fix: 'name files that docs/sources.md or docs/inventory.md list',
    exitCode: exitCodes.environment,
  },
  configProblems: {
    code: 'ISLO-3001',
    message: 'the configuration has {count}',
    fix: 'correct the lines named above; docs/configuration.md has every setting',
    exitCode: exitCodes.usage,
  },
  definitionProblems: {
    code: 'ISLO-3002',
    message: 'the definitions have {count}',
    fix: 'correct the lines named above; `identity-slo validate` checks again without running anything',
    exitCode: exitCodes.findings,
  },
  ownershipProblems: {
    code: 'ISLO-3003',
    message: 'the ownership file has {count}',
    fix: 'correct the lines named above; docs/configuration.md shows its form',
    exitCode: exitCodes.usage,
  },
  staleGenerated: {
    code: 'ISLO-3004',
    message: 'generated files are out of date: {paths}',
    fix: 'run `identity-slo generate` and commit what it writes',
    exitCode: exitCodes.drift,
  },
  baselineProblems: {
    code: 'ISLO-3005',
    message: 'the baseline has {count}',
    fix: 'correct the lines named above; docs/drift.md shows its form',
    exitCode: exitCodes.usage,
  },
  plannedFlowProblems: {
    code: 'ISLO-3008',
    message: 'the planned flows have {count}',
    fix: 'correct the lines named above; docs/planned-flows.md shows their form',
    exitCode: exitCodes.usage,
  },
  scenarioProblems: {
    code: 'ISLO-3012',
    message: 'the scenario has {count}',
    fix: 'correct the lines named above; docs/simulate.md has every setting',
    exitCode: exitCodes.usage,
  },
  portInUse: {
    code: 'ISLO-4001',
    message: 'port {port} on {host} is in use',
    fix: 'stop what listens there, or set listen.port (0 takes any free port)',
    exitCode: exitCodes.environment,
  },
  cannotListen: {
    code: 'ISLO-4002',
    message: 'cannot listen on port {port} of {host}: {reason}',
    fix: 'set listen.host to an address of this machine and listen.port to a port this user may use',
    exitCode: exitCodes.environment,
  },
  outputClosed: {
    code: 'ISLO-4003',
    message: 'standard output was closed before everything was written',
    fix: 'nothing to do if the reader had seen enough, as with `| head`; nothing is printed about it',
    exitCode: exitCodes.ok,
  },
  recordsNotTaken: {
    code: 'ISLO-4012',
    message: 'the simulated records were not taken by {to}: {reason}',
    fix: 'check that it runs and takes records at that address; nothing of the simulation is lost: run it again',
    exitCode: exitCodes.environment,
  },
  noInstance: {
    code: 'ISLO-4013',
    message: 'nothing answers at {url}: {reason}',
    fix: 'start `identity-slo run`, or name the address where it listens with --url',
    exitCode: exitCodes.environment,
  },
  notAnInstance: {
    code: 'ISLO-4014',
    message: 'what answers at {url} is not an identity-slo of this version: {reason}',
    fix: 'name the address of `identity-slo run` with --url, and use the same version on both sides',
    exitCode: exitCodes.environment,
  },
  instanceNotReady: {
    code: 'ISLO-4015',
    message: 'the instance at {url} is not ready: it reads its logs, cannot write its state, or is stopping',
    fix: 'wait until {url}-/ready answers 200; its log says what it waits for',
    exitCode: exitCodes.environment,
  },
  defect: {
    code: 'ISLO-9001',
    message: 'unexpected error: {reason}',
    fix: 'this is a defect of identity-slo: please report it with the stack that is printed',
    exitCode: exitCodes.environment,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export type ErrorName = keyof typeof errorTable

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

/** The values that an error's message and fix ask for. */
export type ErrorValues<Name extends ErrorName> = Readonly<
  Record<Placeholders<(typeof errorTable)[Name]['message' | 'fix']>, string>
>

function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

/** An error that a person can act on; anything else that is thrown is a defect. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly fix: string
  readonly exitCode: ExitCode
  /** Lines that belong to it, such as problems with their places; they come first. */
  readonly details: readonly string[]

  private constructor(
    entry: ErrorEntry,
    values: Readonly<Record<string, string>>,
    details: readonly string[],
  ) {
    super(filled(entry.message, values))
    this.code = entry.code
    this.fix = filled(entry.fix, values)
    this.exitCode = entry.exitCode
    this.details = details
  }

  static of<Name extends ErrorName>(
    name: Name,
    values: ErrorValues<Name>,
    details: readonly string[] = [],
  ): AppError {
    return new AppError(errorTable[name], values, details)
  }

  /** What standard error shows; it ends in a newline. */
  report(): string {
    const lines = [...this.details, `error ${this.code}: ${this.message}`, `  fix: ${this.fix}`]
    return `${lines.join('\n')}\n`
  }
}

/** `file:line:column: error: what is wrong; what is allowed`. */
export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}`
}

/** The error for problems in files of one sort; warnings among them are shown and not counted. */
export function problemsError(
  name:
    | 'configProblems'
    | 'definitionProblems'
    | 'ownershipProblems'
    | 'baselineProblems'
    | 'plannedFlowProblems'
    | 'scenarioProblems',
  problems: readonly Problem[],
): AppError {
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const count = errors === 1 ? '1 error' : `${errors} errors`
  return AppError.of(name, { count }, problems.map(problemLine))
}

/** What a failed system call on a path means. */
export function fileError(path: string, error: unknown, kind: 'file' | 'directory' = 'file'): AppError {
  const code = errorCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return AppError.of('missingFile', { path })
  const name = kind === 'file' ? 'unreadableFile' : 'unreadableDirectory'
  return AppError.of(name, { path, reason: systemReason(error) })
}

/** What a failed attempt to listen means. */
export function listenError(host: string, port: number, error: unknown): AppError {
  const where = { host, port: String(port) }
  if (errorCode(error) === 'EADDRINUSE') return AppError.of('portInUse', where)
  return AppError.of('cannotListen', { ...where, reason: systemReason(error) })
}
