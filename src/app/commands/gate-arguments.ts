/** The command line of `gate`. */
import { type Command, InvalidArgumentError } from 'commander'
import { parseInstant } from '../../events/time.ts'
import { parseDuration } from '../../objectives/duration.ts'
import type { ExitCode } from '../errors.ts'
import type { CommandContext } from './command.ts'
import { type GateOptions, gate } from './gate.ts'
import { withInstanceOptions } from './instance-options.ts'

/** Sent as it is: how long ago something was is for the instance's clock to say. */
function moment(value: string): string {
  if (parseDuration(value) === undefined && Number.isNaN(parseInstant(value)))
    throw new InvalidArgumentError('expected a duration such as 10m, or an RFC 3339 time')
  return value
}

function atLeastOne(value: string): number {
  const parsed = Number(value)
  if (!Number.isInteger(parsed) || parsed < 1)
    throw new InvalidArgumentError('expected a whole number from 1')
  return parsed
}

export function addGate(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const command = root
    .command('gate')
    .description('Ask a running instance whether a change broke an objective for an application.')
    .requiredOption('--app <name>', 'application whose roles or identities were changed')
    .requiredOption('--since <time>', 'when: a duration such as 10m, or RFC 3339; at most 1h ago', moment)
    .option('--objective <id>', 'judge this one only')
    .option('--min-events <count>', 'do not judge objectives with fewer events since', atLeastOne, 1)
    .option('--require-data', 'exit 1 as well where there are no events to judge by', false)
  withInstanceOptions(command)
    .addHelpText(
      'after',
      `
Example: identity-slo gate --app checkout --since 10m --require-data || ./roll-back.sh
docs/gate.md says what is judged. Exits 0 to go on, 1 on a breach, 4 where no instance can be asked.`,
    )
    .action(async (options: GateOptions) => done(await gate(options, context)))
}
