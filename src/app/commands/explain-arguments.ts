/** The command line of `explain`. */
import { type Command, Option } from 'commander'
import { parseInstant } from '../../events/time.ts'
import { attributionOf, defaultPseudonymKey, readOwnership } from '../attribution.ts'
import { requireConnectors } from '../connector-files.ts'
import { AppError, type ExitCode } from '../errors.ts'
import { type OutputFormat, outputFormats } from '../terminal.ts'
import type { CommandContext } from './command.ts'
import { explain } from './explain.ts'

interface Arguments {
  readonly at?: number
  readonly ownership?: string
  readonly mapping: string[]
  readonly output: OutputFormat
}

function instant(value: string): number {
  const parsed = parseInstant(value)
  if (Number.isNaN(parsed)) throw AppError.of('badTime', { option: '--at', value })
  return parsed
}

export function addExplain(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  root
    .command('explain')
    .description('Say what is broken, for whom, and what changed before: failure modes with their evidence.')
    .argument('<file...>', 'log files, or folders of them')
    .option('--at <time>', 'as of then, RFC 3339; by default just after the newest event', instant)
    .option('--ownership <file>', 'which application owns which identity')
    .option('--mapping <file...>', 'mapping files for JSON logs that no built-in connector reads', [])
    .addOption(
      new Option('-o, --output <format>', 'how to print the result').choices(outputFormats).default('table'),
    )
    .addHelpText(
      'after',
      `
Example: identity-slo explain logs/ --at 2026-11-16T09:10:00Z
docs/diagnosis.md has the failure modes. Exits 1 when there is something to say.`,
    )
    .action(async (files: string[], { at, ownership, mapping, output }: Arguments) => {
      const attribution = attributionOf(readOwnership(ownership), defaultPseudonymKey)
      const connectors = requireConnectors(mapping)
      done(await explain(files, { output, at, attribution, connectors }, context))
    })
}
