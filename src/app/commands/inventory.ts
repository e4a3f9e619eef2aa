/** `inventory`: identities ranked by what a compromise of each would reach, and what to clean up first. */
import { Inventory } from '../../inventory/inventory.ts'
import type { Attribution } from '../attribution.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type InventoryReading, readInventoryFiles } from '../inventory-files.ts'
import { isoTime } from '../iso-time.ts'
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
}

function reportOf(inventory: Inventory, readings: readonly InventoryReading[], at: number, top: number) {
  const ranking = inventory.ranking().filter(({ compromise }) => compromise.count > 0)
  return {
    at: isoTime(at),
    files: readings.map(({ snapshot, problems }) => ({
      path: snapshot.source,
      takenAt: isoTime(snapshot.takenAt),
      facts: snapshot.facts.length,
      problems,
    })),
    identities: {
      known: inventory.identities().length,
      withRights: ranking.length,
      wide: ranking.filter(({ compromise }) => compromise.isWide).length,
    },
    ranking: ranking.slice(0, top),
    findings: inventory.findings(at),
  }
}

type InventoryReport = ReturnType<typeof reportOf>

function rankingTable({ ranking }: InventoryReport): string {
  const rows = ranking.map(({ identity, name, type, granted, compromise }) => {
    const { count, wholeScopes, chained } = compromise
    const [first] = wholeScopes
    const more = wholeScopes.length > 1 ? ` and ${wholeScopes.length - 1} more` : ''
    const atLeast = wholeScopes.length > 0 ? '≥ ' : ''
    return [
      name ?? identity,
      type,
      `${atLeast}${formatCount(count)}`,
      formatCount(granted.count),
      formatCount(count - compromise.certain),
      formatCount(chained.length),
      first === undefined ? '' : `${first.scope}${more}`,
    ]
  })
  const header = ['identity', 'type', 'reaches', 'granted', 'conditional', 'acts as', 'whole scopes']
  return renderTable(header, rows, ['left', 'left', 'right', 'right', 'right', 'right'])
}

function table(report: InventoryReport): string {
  const { identities, ranking, findings } = report
  const shown = ranking.length < identities.withRights ? `, the first ${ranking.length} shown` : ''
  const counts = `${formatCount(identities.known)} identities, ${formatCount(identities.withRights)} with rights, ${formatCount(identities.wide)} reach a whole account or more${shown}\n`
  const listed = renderTable(
    ['finding', 'identity', ''],
    findings.map(({ kind, identity, message }) => [kind, identity, message]),
  )
  return `${counts}\n${ranking.length > 0 ? rankingTable(report) : ''}${findings.length > 0 ? `\n${listed}` : ''}`
}

/** Exits 1 when there are findings. */
export function inventory(
  paths: readonly string[],
  options: InventoryOptions,
  { terminal, now }: CommandContext,
): ExitCode {
  const readings = readInventoryFiles(paths, options.cluster, options.attribution)
  const known = new Inventory()
  for (const { snapshot } of readings) known.replace(snapshot)
  const report = reportOf(known, readings, options.at ?? now(), options.top)
  if (options.output === 'json') terminal.out(`${JSON.stringify(report, undefined, 2)}\n`)
  else if (options.output === 'ndjson')
    for (const exposure of report.ranking) terminal.out(`${JSON.stringify(exposure)}\n`)
  else terminal.out(table(report))
  for (const { path, problems } of report.files)
    for (const { at, message } of problems) terminal.err(`${path}: ${at === '' ? '' : `${at} `}${message}\n`)
  return report.findings.length === 0 ? exitCodes.ok : exitCodes.findings
}
