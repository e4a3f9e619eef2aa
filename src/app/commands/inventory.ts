/** `inventory`: identities ranked by what a compromise of each would reach, and what to clean up first. */
import { availableConnectors } from '../../connectors/available.ts'
import { Decoder, DecoderPlan } from '../../connectors/decode.ts'
import { pseudonymise } from '../../events/pseudonyms.ts'
import { Inventory } from '../../inventory/inventory.ts'
import { survey } from '../../inventory/survey.ts'
import { inflate } from '../../platform/inflate.ts'
import type { Attribution } from '../attribution.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type InventoryReading, problemLines, readInventoryFiles } from '../inventory-files.ts'
import { isoTime } from '../iso-time.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import { atOnce } from '../steps.ts'
import { formatCount, type OutputFormat, renderTable } from '../terminal.ts'
import type { CommandContext } from './command.ts'

export interface InventoryOptions {
  readonly output: OutputFormat
  readonly attribution: Attribution
  /** Cluster of Kubernetes files. */
  readonly cluster: string
  /** As of when ages are counted, epoch ms; by default now. */
  readonly at: number | undefined
  readonly top: number
  /** Logs that tell what is used, and what changed since the lists were taken. */
  readonly logs: readonly string[]
}

function reportOf(inventory: Inventory, readings: readonly InventoryReading[], at: number, top: number) {
  const { identities, ranking, shared, sharedIdentities } = atOnce(survey(inventory, at, { top }))
  return {
    at: isoTime(at),
    files: readings.map(({ snapshot, problems }) => ({
      path: snapshot.source,
      takenAt: isoTime(snapshot.takenAt),
      facts: snapshot.facts.length,
      problems,
    })),
    identities,
    ranking,
    sharedIdentities,
    shared,
    findings: inventory.findings(at),
  }
}

type InventoryReport = ReturnType<typeof reportOf>

/** Without logs nobody knows what is used. */
function rankingTable({ ranking }: InventoryReport, hasLogs: boolean): string {
  const rows = ranking.map(({ identity, name, type, granted, used, unused, compromise }) => {
    const { count, wholeScopes, chained } = compromise
    const [first] = wholeScopes
    const more = wholeScopes.length > 1 ? ` and ${wholeScopes.length - 1} more` : ''
    const atLeast = wholeScopes.length > 0 ? '≥ ' : ''
    return [
      name ?? identity,
      type,
      `${atLeast}${formatCount(count)}`,
      formatCount(granted.count),
      ...(hasLogs ? [formatCount(used), formatCount(unused)] : []),
      formatCount(count - compromise.certain),
      formatCount(chained.length),
      first === undefined ? '' : `${first.scope}${more}`,
    ]
  })
  const use = hasLogs ? ['used', 'unused'] : []
  const header = ['identity', 'type', 'reaches', 'granted', ...use, 'conditional', 'acts as', 'whole scopes']
  const numbers = ['right', 'right', ...use.map(() => 'right' as const), 'right', 'right'] as const
  return renderTable(header, rows, ['left', 'left', ...numbers])
}

function sharedTable({ shared, sharedIdentities }: InventoryReport): string {
  if (shared.length === 0) return ''
  const rows = shared.map(({ identity, workloads, repositories }) => [
    identity,
    [...workloads, ...repositories.map((repository) => `repository/${repository}`)].join(', '),
  ])
  const header = [`shared by unrelated workloads (${formatCount(sharedIdentities)})`, 'workloads']
  return `\n${renderTable(header, rows)}`
}

function table(report: InventoryReport, hasLogs: boolean): string {
  const { identities, ranking, findings } = report
  const shown = ranking.length < identities.withRights ? `, the first ${ranking.length} shown` : ''
  const counts = `${formatCount(identities.known)} identities, ${formatCount(identities.withRights)} with rights, ${formatCount(identities.wide)} reach a whole account or more${shown}\n`
  const listed = renderTable(
    ['finding', 'identity', ''],
    findings.map(({ kind, identity, message }) => [kind, identity, message]),
  )
  return `${counts}\n${ranking.length > 0 ? rankingTable(report, hasLogs) : ''}${sharedTable(report)}${findings.length > 0 ? `\n${listed}` : ''}`
}

/** Events teach the same however often they come: nothing has to be deduplicated. */
async function learn(known: Inventory, paths: readonly string[], { policy, pseudonym }: Attribution) {
  const decoder = (): Decoder =>
    new Decoder(new DecoderPlan(availableConnectors), inflate, {
      events: (events) => {
        for (const event of events) known.apply(pseudonymise(event, policy, pseudonym))
      },
      rejection: () => undefined,
    })
  for (const file of paths.length === 0 ? [] : findLogFiles(paths)) await feedFile(file, decoder())
}

/** Exits 1 when there are findings. */
export async function inventory(
  paths: readonly string[],
  options: InventoryOptions,
  { terminal, now }: CommandContext,
): Promise<ExitCode> {
  const readings = readInventoryFiles(paths, options.cluster, options.attribution)
  const known = new Inventory()
  for (const { snapshot } of readings) known.replace(snapshot)
  await learn(known, options.logs, options.attribution)
  const report = reportOf(known, readings, options.at ?? now(), options.top)
  if (options.output === 'json') terminal.out(`${JSON.stringify(report, undefined, 2)}\n`)
  else if (options.output === 'ndjson')
    for (const exposure of report.ranking) terminal.out(`${JSON.stringify(exposure)}\n`)
  else terminal.out(table(report, options.logs.length > 0))
  for (const { path, problems } of report.files)
    for (const line of problemLines(path, problems)) terminal.err(line)
  return report.findings.length === 0 ? exitCodes.ok : exitCodes.findings
}
