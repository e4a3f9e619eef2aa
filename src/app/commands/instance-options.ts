/** Options of the commands that ask a running instance. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isPlainHttpUrl } from '../config/plain-http-url.ts'
import { defaultInstanceUrl } from '../instance-client.ts'

export const instanceOutputs = ['table', 'json'] as const

export interface InstanceArguments {
  readonly url: string
  readonly output: (typeof instanceOutputs)[number]
}

function address(value: string): string {
  if (!isPlainHttpUrl(value))
    throw new InvalidArgumentError('expected an http or https URL without a user and a password')
  return value
}

export function withInstanceOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where the instance listens', address, defaultInstanceUrl)
    .addOption(
      new Option('-o, --output <format>', 'how to print the result')
        .choices(instanceOutputs)
        .default('table'),
    )
}
