/** What `baseline diff` says: rights that differ from the baseline, and who changed them when, as far as events told. */
import type { Baseline } from '../../inventory/drift/baseline.ts'
import { type Difference, differencesFrom } from '../../inventory/drift/differences.ts'
import { grantKey, type HeldGrant, inOrder } from '../../inventory/drift/held-grant.ts'
import { isoTime } from '../iso-time.ts'
import { atOnce } from '../steps.ts'
import { renderTable, type Terminal } from '../terminal.ts'
import type { ChangeRecord, DriftInputs, ToldChange } from './drift-inputs.ts'

interface TellingRecord {
  readonly time: string | undefined
  readonly actor: ChangeRecord['actor']
  readonly event: string
  readonly connector: string
  readonly source: string
  readonly position: number
}

export interface DriftFinding {
  readonly change: Difference['op']
  readonly grant: HeldGrant
  /** Null: no event told of it, a list alone shows it. */
  readonly told: TellingRecord | null
  /** When the list was taken that shows it. */
  readonly listedAt: string | null
}

export interface DriftReport {
  readonly baseline: { readonly path: string; readonly grants: number }
  readonly findings: readonly DriftFinding[]
  /** Unexpected changes that made no lasting difference: undone since, or of a kind that is no grant. */
  readonly otherChanges: readonly {
    readonly change: string
    readonly provider: string
    readonly principal: string
    readonly role: string
    readonly scope: string
    readonly told: TellingRecord
  }[]
}

function told({ time, actor, event, connector, source, position }: ChangeRecord): TellingRecord {
  return { time: isoTime(time), actor, event, connector, source, position }
}

function otherChange({ change, record }: ToldChange): DriftReport['otherChanges'][number] {
  const { op, provider, principal, role, scope } = change
  return { change: op, provider, principal, role, scope, told: told(record) }
}

export function driftReport(path: string, baseline: Baseline, inputs: DriftInputs): DriftReport {
  const { listings, tellings, changes } = inputs
  const findings: DriftFinding[] = []
  const shown = new Set<string>()
  const differences = atOnce(differencesFrom(baseline, listings, tellings))
  for (const { op, grant, isTold, takenAt } of inOrder(differences, (difference) => difference.grant)) {
    const record = isTold ? tellings.newest(grant)?.evidence : undefined
    // An approved actor or a change window accounts for it.
    if (record?.account !== undefined) continue
    if (record !== undefined) shown.add(record.event)
    const listedAt = takenAt === undefined ? null : (isoTime(takenAt) ?? null)
    findings.push({ change: op, grant, told: record === undefined ? null : told(record), listedAt })
  }
  const others = changes.filter(({ record }) => record.account === undefined && !shown.has(record.event))
  return {
    baseline: { path, grants: baseline.grants.size },
    findings,
    otherChanges: others.map(otherChange),
  }
}

const maxRows = 100
const nobody = 'no event told of it'

function recordCells(record: TellingRecord | null, listedAt: string | null): readonly string[] {
  if (record === null) return [listedAt === null ? '' : `by ${listedAt}`, nobody, '']
  const { time = '', actor, source, position } = record
  return [time, actor.name ?? actor.id, `${source}:${position}`]
}

function changesTable(rows: readonly (readonly string[])[], { colours }: Terminal): string {
  const header = ['change', 'principal', 'role', 'scope', 'time', 'actor', 'record']
  const more = rows.length > maxRows ? `and ${rows.length - maxRows} more: -o json has all of them\n` : ''
  return `${renderTable(header, rows.slice(0, maxRows), [], colours)}${more}`
}

export function renderDrift(report: DriftReport, terminal: Terminal): string {
  const { findings, otherChanges, baseline } = report
  const rows = findings.map(({ change, grant: { principal, role, scope }, told: record, listedAt }) => [
    change,
    principal,
    role,
    scope,
    ...recordCells(record, listedAt),
  ])
  const others = otherChanges.map(({ change, principal, role, scope, told: record }) => [
    change,
    principal,
    role,
    scope,
    ...recordCells(record, null),
  ])
  const silent = findings.filter((finding) => finding.told === null).length
  const count = findings.length === 0 ? 'no rights differ' : `${findings.length} rights differ`
  const untold = silent > 0 ? `, ${silent} of which no event told` : ''
  const head = `${count} from the ${baseline.grants} of ${baseline.path}${untold}\n`
  const tail = `\n${others.length} unexpected changes made no lasting difference\n\n`
  return [
    head,
    rows.length > 0 ? `\n${changesTable(rows, terminal)}` : '',
    others.length > 0 ? `${tail}${changesTable(others, terminal)}` : '',
  ].join('')
}

/** How many rights one list of grants has that the other has not. */
export function addedTo(before: readonly HeldGrant[], after: readonly HeldGrant[]): number {
  const known = new Set(before.map(grantKey))
  return after.filter((grant) => !known.has(grantKey(grant))).length
}
