/** Compares what /api/v1/status shows with the truth. */
import type { Book } from './book.ts'
import type { Differences } from './differences.ts'
import type { Fact } from './fact.ts'
import { type OracleObjective, oracleObjectives } from './objectives.ts'
import { dimensions, instantOf, type ObjectiveTruth, objectiveTruth } from './truth.ts'

interface Verdicts {
  readonly good: number
  readonly bad: number
  readonly excluded: number
}

interface ShownObjective extends Verdicts {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly value: number
  readonly errorBudgetRemaining: number
  readonly burnRates: Readonly<Record<string, number>>
  readonly latency?: Readonly<Record<'p50' | 'p95' | 'p99', number>>
  readonly topContributors: Readonly<Record<string, readonly { key: string; bad: number }[]>>
}

/** The part of the answer that is compared. */
export interface Status {
  readonly records: Readonly<Record<string, number>>
  readonly indicators: readonly (Verdicts & { readonly id: string })[]
  readonly objectives: readonly ShownObjective[]
  readonly identities: readonly {
    readonly id: string
    readonly events: number
    readonly failures: number
    readonly lastSeen: string
  }[]
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Whatever else is shown, these have to be. */
const wantedWindows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d']
const shownIdentities = 20
const shownContributors = 5
/** The sketch promises 1 %, and four digits are shown. */
const latencyTolerance = 0.0102

export function windowMs(text: string): number {
  return Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] ?? Number.NaN)
}

export function compareStatus(
  status: Status,
  facts: readonly Fact[],
  book: Book,
  differences: Differences,
): void {
  compareRecords(status, facts.length, book, differences)
  for (const objective of oracleObjectives) {
    const shown = status.objectives.find(({ name }) => name === objective.name)
    if (shown === undefined) differences.note(`the objective ${objective.name} is not shown`)
    else compareObjective(objective, shown, facts, differences)
  }
  compareIndicators(status, facts, differences)
  compareIdentities(status, facts, differences)
}

/** Every record is accounted for: those of Kafka and of growing files exactly, whatever was killed. */
function compareRecords({ records }: Status, accepted: number, book: Book, differences: Differences): void {
  differences.exact('records accepted', records['accepted'], accepted)
  differences.exact('records rejected', records['rejected'], book.malformed)
  differences.exact('records irrelevant', records['irrelevant'], book.irrelevant)
  differences.exact('records late', records['late'], 0)
  const repeated = book.deliveries - accepted
  const mayBeMore = book.unanswered + book.archived
  differences.within('records duplicate', records['duplicates'], repeated, repeated + mayBeMore)
}

function compareObjective(
  objective: OracleObjective,
  shown: ShownObjective,
  facts: readonly Fact[],
  differences: Differences,
): void {
  const at = instantOf(facts)
  const truth = objectiveTruth(objective, facts, at)
  const of = (what: string): string => `${what} of ${objective.name}`
  differences.exact(of('from'), shown.from, new Date(truth.from).toISOString())
  differences.exact(of('to'), shown.to, new Date(at).toISOString())
  for (const verdict of ['good', 'bad', 'excluded'] as const)
    differences.exact(of(verdict), shown[verdict], truth.period[verdict])
  differences.ratio(of('value'), shown.value, truth.value)
  differences.ratio(of('errorBudgetRemaining'), shown.errorBudgetRemaining, truth.remaining)
  for (const window of new Set([...wantedWindows, ...Object.keys(shown.burnRates)]))
    differences.ratio(
      of(`burn rate over ${window}`),
      shown.burnRates[window],
      truth.window(windowMs(window)).burn,
    )
  compareContributors(shown, truth, of, differences)
  if (shown.latency !== undefined || objective.name === 'latency') compareLatency(shown, facts, differences)
}

function compareContributors(
  { topContributors }: ShownObjective,
  { top }: ObjectiveTruth,
  of: (what: string) => string,
  differences: Differences,
): void {
  for (const dimension of dimensions) {
    const shown = (topContributors[dimension] ?? []).map(({ key, bad }) => `${key} ${bad}`)
    const truth = top[dimension].slice(0, shownContributors).map(([key, bad]) => `${key} ${bad}`)
    differences.exact(of(`top ${dimension}`), shown.join(', '), truth.join(', '))
  }
}

function compareLatency({ latency }: ShownObjective, facts: readonly Fact[], differences: Differences): void {
  const sorted = facts
    .flatMap(({ latencyMs, failure }) =>
      latencyMs === undefined || failure !== undefined ? [] : [latencyMs],
    )
    .sort((a, b) => a - b)
  for (const [name, share] of [['p50', 0.5] as const, ['p95', 0.95] as const, ['p99', 0.99] as const]) {
    const truth = sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
    const least = truth * (1 - latencyTolerance)
    differences.within(`${name} of latency`, latency?.[name], least, truth * (1 + latencyTolerance))
  }
}

function compareIndicators({ indicators }: Status, facts: readonly Fact[], differences: Differences): void {
  // Objectives over all of an indicator; totals have the usual grace of 30 s as well.
  const names = { 'token-issuance': 'issuance', 'service-auth': 'use', 'token-fetch-latency': 'latency' }
  for (const [id, name] of Object.entries(names)) {
    const objective = oracleObjectives.find((one) => one.name === name)
    const shown = indicators.find((indicator) => indicator.id === id)
    if (objective === undefined || shown === undefined) {
      differences.note(`the indicator ${id} is not shown`)
      continue
    }
    const { period } = objectiveTruth({ ...objective, windowMs: Number.MAX_SAFE_INTEGER / 2 }, facts, 1e14)
    for (const verdict of ['good', 'bad', 'excluded'] as const)
      differences.exact(`${verdict} of the indicator ${id}`, shown[verdict], period[verdict])
  }
}

/** Culprits: identities by failures. People are shown under pseudonyms, and do not fail here. */
function compareIdentities({ identities }: Status, facts: readonly Fact[], differences: Differences): void {
  const truth = [...Map.groupBy(facts, ({ identity }) => identity)]
    .map(([id, own]) => ({
      id,
      failures: own.filter(({ failure }) => failure !== undefined).length,
      events: own.length,
      lastSeen: new Date(Math.max(...own.map(({ time }) => time))).toISOString(),
    }))
    .filter(({ failures }) => failures > 0)
    .sort((a, b) => b.failures - a.failures || b.events - a.events || (a.id < b.id ? -1 : 1))
    .slice(0, shownIdentities)
  const culprits = identities.filter(({ failures }) => failures > 0)
  differences.exact(
    'identities',
    culprits
      .map(({ id, failures, events, lastSeen }) => `${id} ${failures}/${events} ${lastSeen}`)
      .join(', '),
    truth.map(({ id, failures, events, lastSeen }) => `${id} ${failures}/${events} ${lastSeen}`).join(', '),
  )
}

/** Numbers of one answer that have to agree whatever was killed: of one commit they are all the old or all the new. */
export function compareWithin(status: Status, differences: Differences): void {
  const { records, indicators, objectives } = status
  const sum = ({ good, bad, excluded }: Verdicts): number => good + bad + excluded
  const total = (id: string): number =>
    indicators.filter((one) => one.id === id).reduce((all, one) => all + sum(one), 0)
  const issued = total('token-issuance')
  differences.exact(
    'records accepted, by the verdicts',
    issued + total('service-auth'),
    records['accepted'] ?? -1,
  )
  const counted = objectives.find(({ name }) => name === 'issuance')
  differences.exact('verdicts of issuance', counted && sum(counted), issued)
}
