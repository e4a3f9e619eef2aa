/** The command line of `baseline`. */
import { type Command, Option } from 'commander'
import { attributionOf, defaultPseudonymKey, readOwnership } from '../attribution.ts'
import { attributionIn, requireConfig } from '../configured.ts'
import { requireConnectors } from '../connector-files.ts'
import { AppError, type ExitCode } from '../errors.ts'
import { type OutputFormat, outputFormats } from '../terminal.ts'
import { type BaselineOptions, diffBaseline, writeBaseline } from './baseline.ts'
import type { CommandContext } from './command.ts'

interface Arguments {
  readonly config?: string
  readonly cluster: string
  readonly mapping: string[]
}

/** Pseudonyms of people must be those of the run that the baseline is for: its file has their key. */
function optionsOf(
  { config: path, cluster, mapping }: Arguments,
  env: CommandContext['env'],
): BaselineOptions {
  if (path === undefined) {
    const attribution = attributionOf(readOwnership(undefined), defaultPseudonymKey)
    return { attribution, cluster, connectors: requireConnectors(mapping) }
  }
  const config = requireConfig(path, env)
  const { generic, accessLog } = config.connectors
  const connectors = requireConnectors([...generic, ...mapping], accessLog)
  return { attribution: attributionIn(config), cluster, connectors }
}

function withInputs(command: Command): Command {
  return command
    .argument('<file...>', 'inventories and logs in any mixture, or folders of them')
    .option(
      '-c, --config <file>',
      'configuration of the run that uses the baseline: pseudonyms, ownership, mappings',
    )
    .option('--cluster <name>', 'cluster of the Kubernetes inventories, as its audit log calls it', '')
    .option('--mapping <file...>', 'mapping files for JSON logs that no built-in connector reads', [])
}

export function addBaseline(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  const baseline = root
    .command('baseline')
    .description('Rights as they should be, in a file for Git: write it, and show what differs from it.')
    .argument('[command]')
    .action((name = '') => {
      const command = `baseline ${name}`.trim()
      throw AppError.of('unknownCommand', { command, allowed: 'baseline write, baseline diff' })
    })
  withInputs(baseline.command('write'))
    .description('Write the rights that are there now; approved actors, change windows and comments stay.')
    .option('-o, --output <file>', 'file to write; - is standard output', 'baseline.yaml')
    .addHelpText(
      'after',
      '\nExample: identity-slo baseline write role-assignments.json rbac.yaml -o baseline.yaml',
    )
    .action(async (files: string[], options: Arguments & { output: string }) =>
      done(await writeBaseline(files, options.output, optionsOf(options, context.env), context)),
    )
  withInputs(baseline.command('diff'))
    .description(
      'Show rights that were granted or removed since, with actor, time and record where an event told.',
    )
    .option('--baseline <file>', 'the baseline', 'baseline.yaml')
    .addOption(
      new Option('-o, --output <format>', 'how to print the result').choices(outputFormats).default('table'),
    )
    .addHelpText(
      'after',
      `
Example: identity-slo baseline diff role-assignments.json activity-log/ --baseline baseline.yaml
Exits 1 when rights differ. docs/drift.md says what is compared, and what cannot be.`,
    )
    .action(async (files: string[], options: Arguments & { baseline: string; output: OutputFormat }) =>
      done(await diffBaseline(files, { ...options, ...optionsOf(options, context.env) }, context)),
    )
}
