/** The command line: what can be asked, with which options, and how it ends. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { availableConnectors } from '../connectors/available.ts'
import { parseInstant } from '../events/time.ts'
import { availableIndicators } from '../indicators/available.ts'
import { parseDuration } from '../objectives/duration.ts'
import { attributionOf, defaultPseudonymKey, readOwnership, readPlannedFlows } from './attribution.ts'
import { readBaseline } from './baseline/baseline-file.ts'
import { addBaseline } from './commands/baseline-options.ts'
import type { CommandContext } from './commands/command.ts'
import { addExplain } from './commands/explain-arguments.ts'
import { addGate } from './commands/gate-arguments.ts'
import { generate } from './commands/generate.ts'
import { inspect } from './commands/inspect.ts'
import { inventory } from './commands/inventory.ts'
import { replay } from './commands/replay.ts'
import { addReport } from './commands/report-arguments.ts'
import { addSimulate } from './commands/simulate-arguments.ts'
import { addStatus } from './commands/status-arguments.ts'
import { validate } from './commands/validate.ts'
import { requireConnectors } from './connector-files.ts'
import { requireDefinitions } from './definition-files.ts'
import { AppError, type ExitCode, exitCodes } from './errors.ts'
import { type OutputFormat, outputFormats, type Terminal } from './terminal.ts'
import { readVersion } from './version.ts'

const mebibyte = 1024 * 1024

function outputOption(fallback: OutputFormat): Option {
  return new Option('-o, --output <format>', 'how to print the result')
    .choices(outputFormats)
    .default(fallback)
}

function instant(option: string): (value: string) => number {
  return (value) => {
    const parsed = parseInstant(value)
    if (Number.isNaN(parsed)) throw AppError.of('badTime', { option, value })
    return parsed
  }
}

function positive(value: string): number {
  const parsed = Number(value)
  if (!Number.isInteger(parsed) || parsed < 1)
    throw new InvalidArgumentError('expected a whole number from 1')
  return parsed
}

/** In ms. */
function duration(value: string): number {
  const ms = parseDuration(value)
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 30s, 5m or 1d')
  return ms
}

/** Called with the exit code of the command that was asked for. */
type Done = (code: ExitCode) => void

const examples = `
Examples:
  identity-slo replay /var/log/cloudtrail --slo slo-definitions     budgets and burn rates from logs on disk
  identity-slo inspect signins.json -o ndjson                       what each record becomes
  identity-slo run --config identity-slo.yaml                       follow logs, take webhooks, serve /metrics

Exit codes: 0 ok, 1 findings, 2 usage, 3 generated files out of date, 4 environment.
Records are recognised one by one: ${availableConnectors.map(({ id }) => id).join(', ')};
plain, .gz or .zst; JSON lines, arrays, and the providers' envelopes.`

function addRun(root: Command, context: CommandContext, done: Done): void {
  root
    .command('run')
    .description('Follow logs, take records by HTTP, and serve /metrics and a status page until stopped.')
    .option(
      '-c, --config <file>',
      'configuration (docs/configuration.md has every setting); defaults without it',
    )
    .addHelpText(
      'after',
      `
Example: identity-slo run --config identity-slo.yaml
Serves / (status), /metrics, POST /v1/records, /-/healthy, /-/ready and POST /-/reload (also SIGHUP).
Every setting can be given by environment, such as IDENTITY_SLO__LISTEN__PORT=9465. Ctrl-C or SIGTERM stops it.`,
    )
    .action(async (options: { config?: string }) => {
      // Loaded only here: the server's libraries would be half of what any other command takes to start.
      const { run } = await import('./commands/run.ts')
      done(await run(options.config, context))
    })
}

interface ReplayArguments {
  readonly slo: string[]
  readonly at?: number
  readonly ownership?: string
  readonly plannedFlows?: string
  readonly baseline?: string
  readonly eksNodeRole: string[]
  readonly state?: string
  readonly mapping: string[]
  readonly inventory: string[]
  readonly cluster: string
  readonly dedupeMemory: number
  readonly timeline: boolean
  readonly step: number
  readonly output: OutputFormat
}

function addReplay(root: Command, context: CommandContext, done: Done): void {
  root
    .command('replay')
    .description('Compute all objectives over log files, and print what became of the records.')
    .argument('<file...>', 'log files, or folders of them')
    .option('-s, --slo <path...>', 'OpenSLO definitions: files or folders', ['slo-definitions'])
    .option(
      '--at <time>',
      'end of all windows, RFC 3339; by default just after the newest event',
      instant('--at'),
    )
    .option('--ownership <file>', 'which application owns which identity')
    .option('--planned-flows <file>', 'which calls are planned: a denial of one is a violation')
    .option('--baseline <file>', 'rights as they should be: changes that lead elsewhere are drift')
    .option('--eks-node-role <name...>', 'roles of EKS nodes: what else uses them falls back', [])
    .option('--mapping <file...>', 'mapping files for JSON logs that no built-in connector reads', [])
    .option('--inventory <path...>', 'lists of rights, for the blast radius (docs/inventory.md)', [])
    .option('--cluster <name>', 'cluster of the Kubernetes lists, as its audit log calls it', '')
    .addOption(
      new Option('--state <folder>', 'keep counts and positions there, and go on from them').conflicts('at'),
    )
    .option('--dedupe-memory <MiB>', 'memory for recognising records that were delivered twice', positive, 64)
    .addOption(
      new Option('--timeline', 'show when alerts fired and resolved while the records arrived')
        .default(false)
        .conflicts('state'),
    )
    .option('--step <duration>', 'how often the timeline looks at the alerts', duration, 30_000)
    .addOption(outputOption('table'))
    .addHelpText(
      'after',
      `
Example: identity-slo replay logs/ --slo slo-definitions --at 2026-01-31T00:00:00Z -o json
         identity-slo replay arrivals.ndjson --timeline --step 30s      rehearse a page (docs/simulate.md)
Windows are [at - length, at). Nothing is late in a replay; repeated records count once.`,
    )
    .action(async (files: string[], options: ReplayArguments) => {
      const { objectives } = requireDefinitions(options.slo)
      const owners = attributionOf(readOwnership(options.ownership), defaultPseudonymKey)
      const replayOptions = {
        output: options.output,
        objectives,
        attribution: {
          ...owners,
          flows: readPlannedFlows(options.plannedFlows),
          nodeRoles: options.eksNodeRole,
        },
        baseline: readBaseline(options.baseline, owners.rules),
        at: options.at,
        connectors: requireConnectors(options.mapping),
        stateFolder: options.state,
        inventory: options.inventory,
        cluster: options.cluster,
        dedupeBytes: options.dedupeMemory * mebibyte,
        futureToleranceMs: 300_000,
        timelineStepMs: options.timeline ? options.step : undefined,
      }
      done(await replay(files, replayOptions, context))
    })
}

function addInspect(root: Command, context: CommandContext, done: Done): void {
  root
    .command('inspect')
    .description('Show the events, or the reason for none, of each record in log files.')
    .argument('<file...>', 'log files, or folders of them')
    .option('--ownership <file>', 'which application owns which identity')
    .option('--mapping <file...>', 'mapping files for JSON logs that no built-in connector reads', [])
    .addOption(outputOption('table'))
    .addHelpText('after', '\nExample: identity-slo inspect audit.log.gz -o ndjson | jq .rejection.reason')
    .action(
      async (files: string[], options: { ownership?: string; mapping: string[]; output: OutputFormat }) => {
        const attribution = attributionOf(readOwnership(options.ownership), defaultPseudonymKey)
        const connectors = requireConnectors(options.mapping)
        done(await inspect(files, { output: options.output, attribution, connectors }, context))
      },
    )
}

interface InventoryArguments {
  readonly cluster: string
  readonly at?: number
  readonly top: number
  readonly logs: string[]
  readonly output: OutputFormat
}

function addInventory(root: Command, context: CommandContext, done: Done): void {
  root
    .command('inventory')
    .description('Rank identities by what a compromise would reach, and list rights nobody should have left.')
    .argument('<file...>', 'what the providers list of rights, or folders of such files')
    .option('--cluster <name>', 'cluster of the Kubernetes files, as its audit log calls it', '')
    .option('--at <time>', 'count ages up to then, RFC 3339; by default now', instant('--at'))
    .option('--top <count>', 'identities to show', positive, 20)
    .option(
      '--logs <path...>',
      'logs: what is used, by whom, and what changed since the lists were taken',
      [],
    )
    .addOption(outputOption('table'))
    .addHelpText(
      'after',
      `
Example: identity-slo inventory account-details.json role-assignments.json rbac.yaml --logs audit/
docs/inventory.md lists the commands whose output is read. Exits 1 when there is something to clean up.`,
    )
    .action(async (files: string[], options: InventoryArguments) => {
      const attribution = attributionOf(readOwnership(undefined), defaultPseudonymKey)
      done(await inventory(files, { ...options, at: options.at, attribution }, context))
    })
}

function addValidate(root: Command, context: CommandContext, done: Done): void {
  root
    .command('validate')
    .description('Check OpenSLO definitions: every problem with file, line, column and what is allowed.')
    .argument('[path...]', 'files or folders', ['slo-definitions'])
    .addOption(outputOption('table'))
    .addHelpText(
      'after',
      `
Example: identity-slo validate slo-definitions
Indicators:
${availableIndicators.map(({ id, title }) => `  ${id.padEnd(22)}${title}`).join('\n')}
Exits 1 when a definition has an error.`,
    )
    .action(async (paths: string[], options: { output: OutputFormat }) =>
      done(await validate(paths, options.output, context)),
    )
}

function addGenerate(root: Command, context: CommandContext, done: Done): void {
  root
    .command('generate')
    .description('Write recording rules, alerts, dashboards and reference pages from the definitions.')
    .option('-s, --slo <path...>', 'OpenSLO definitions: files or folders', ['slo-definitions'])
    .option('--into <folder>', 'where alerts/, dashboards/ and docs/ are', '.')
    .option('--check', 'write nothing; exit 3 when a file is out of date', false)
    .addHelpText('after', '\nExample: identity-slo generate --slo slo-definitions --check')
    .action(async (options: { slo: string[]; into: string; check: boolean }) =>
      done(await generate({ definitions: options.slo, into: options.into, isCheck: options.check }, context)),
    )
}

function program(context: CommandContext, done: Done): Command {
  const { terminal } = context
  const root = new Command('identity-slo')
    .description(
      'Service level objectives for machine identities, computed from the audit logs you already have.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', examples)
  for (const add of [
    addRun,
    addReplay,
    addInspect,
    addExplain,
    addInventory,
    addBaseline,
    addValidate,
    addGenerate,
    addSimulate,
    addReport,
    addStatus,
    addGate,
  ])
    add(root, context, done)
  for (const command of [root, ...root.commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: () => undefined })
  return root
}

/** commander's own errors, in our words and codes. */
function usageError(error: CommanderError, args: readonly string[], root: Command): AppError | undefined {
  if (error.exitCode === 0) return undefined
  const names = root.commands.map((known) => known.name())
  const command = args.find((arg) => !arg.startsWith('-')) ?? ''
  if (error.code === 'commander.unknownCommand')
    return AppError.of('unknownCommand', { command, allowed: names.join(', ') })
  const what = error.message.replace(/^error: /, '')
  // `--help` itself lists what there is beside the commands.
  return AppError.of('badOption', { what, command: names.includes(command) ? command : '<command>' })
}

/** Runs one command line; gives its exit code and never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  const context: CommandContext = { terminal, now: Date.now, env: process.env }
  const root = program(context, (result) => {
    code = result
  })
  try {
    if (args.length === 0) {
      terminal.err(root.helpInformation())
      return exitCodes.usage
    }
    await root.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    const known = error instanceof CommanderError ? usageError(error, args, root) : error
    if (known === undefined) return exitCodes.ok
    if (known instanceof AppError) {
      terminal.err(known.report())
      return known.exitCode
    }
    const reason = known instanceof Error ? known.message : String(known)
    terminal.err(AppError.of('defect', { reason }).report())
    if (known instanceof Error) terminal.err(`${known.stack ?? ''}\n`)
    return exitCodes.environment
  }
}
