/** `validate`: every problem of the definitions at once, with its place and what is allowed. */
import { readDefinitions } from '../definition-files.ts'
import { exitCodes, problemLine } from '../errors.ts'
import type { OutputFormat } from '../terminal.ts'
import type { CommandContext, CommandResult } from './command.ts'

export function validate(
  paths: readonly string[],
  output: OutputFormat,
  { terminal }: CommandContext,
): CommandResult {
  const { catalogue, problems, files } = readDefinitions(paths)
  const errors = problems.filter((problem) => problem.severity === 'error').length
  if (output === 'json') {
    const objectives = catalogue.objectives.map(({ id, name, service, definedAt }) => ({
      id,
      name,
      service,
      definedAt,
    }))
    terminal.out(`${JSON.stringify({ valid: errors === 0, files, objectives, problems }, undefined, 2)}\n`)
  } else if (output === 'ndjson') for (const problem of problems) terminal.out(`${JSON.stringify(problem)}\n`)
  else for (const problem of problems) terminal.out(`${problemLine(problem)}\n`)
  const summary = errors === 0 ? `valid: ${catalogue.objectives.length} objectives` : `${errors} errors`
  terminal.err(`${summary} in ${files.length} files\n`)
  return errors === 0 ? exitCodes.ok : exitCodes.findings
}
