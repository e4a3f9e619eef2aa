/** The command line of `status`. */
import type { Command } from 'commander'
import type { ExitCode } from '../errors.ts'
import type { CommandContext } from './command.ts'
import { type InstanceArguments, withInstanceOptions } from './instance-options.ts'
import { status } from './status.ts'

export function addStatus(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const command = root
    .command('status')
    .description('Ask a running instance: objectives, alerts, what is broken and why, incidents, sources.')
  withInstanceOptions(command)
    .addHelpText(
      'after',
      `
Example: identity-slo status --url http://127.0.0.1:9465
Exits 1 while a page fires, 4 where no instance answers or it is not ready.`,
    )
    .action(async (options: InstanceArguments) => done(await status(options, context)))
}
