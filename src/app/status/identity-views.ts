/** Identities as `/api/v1` and the pages show them. */
import type { Statement } from '../../inventory/statement.ts'
import type { IdentityList, IdentityRow, IdentityView } from '../../outputs/status-views.ts'
import { type IdentityActivity, joinedActivity, noActivity } from '../identity-activity.ts'
import type { IdentitySummary, IdentityTally } from '../identity-tallies.ts'
import type { RadiusReport } from '../inventory-report.ts'
import type { InventoryView } from '../inventory-view.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import { pageSize } from './page-of.ts'

/** Of those that have one id. */
const maxDescriptions = 20
const maxChanges = 100
/** Scopes, and identities that it can act as. */
const maxNamed = 200

function rowOf({ identity, provider, owner, failures, events, lastSeen }: IdentitySummary): IdentityRow {
  const { id, name, type, tenant } = identity
  return {
    ...{ id, name, type, provider, tenant },
    ...{ app: owner.app, team: owner.team, owned: owner.isOwned },
    ...{ events, failures, lastSeen: lastSeen === 0 ? undefined : isoTime(lastSeen) },
  }
}

function literal(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

/** Whether a description has the text in one of the fields that are searched. What many share is looked at once. */
function naming(text: string): (tally: IdentityTally) => boolean {
  if (text === '') return () => true
  // Without a copy of each name in small letters, a search of 100,000 takes a fifth of the time.
  const pattern = new RegExp(literal(text), 'i')
  const shared = new Map<string, boolean>()
  const isIn = (field: string): boolean => {
    const known = shared.get(field)
    if (known !== undefined) return known
    const is = pattern.test(field)
    shared.set(field, is)
    return is
  }
  return ({ identity: { id, name }, provider, owner }) =>
    pattern.test(id) ||
    (name !== undefined && pattern.test(name)) ||
    isIn(provider) ||
    isIn(owner.app) ||
    isIn(owner.team)
}

export class IdentityViews {
  readonly #pipeline: Pipeline
  readonly #inventory: () => InventoryView
  readonly #now: () => number

  /** `now`: epoch ms. */
  constructor(pipeline: Pipeline, inventory: () => InventoryView, now: () => number) {
    this.#pipeline = pipeline
    this.#inventory = inventory
    this.#now = now
  }

  /** `q`: part of an id, name, application, team or provider. */
  list(q: string, page: number): IdentityList {
    const { tallies } = this.#pipeline.identities
    const { total, identities } = tallies.find(naming(q), (page - 1) * pageSize, page * pageSize)
    return { total, page, pageSize, known: tallies.size, identities: identities.map(rowOf) }
  }

  /** Those that failed, most failures first. */
  culprits(limit: number): readonly IdentityRow[] {
    const { identities } = this.#pipeline.identities.tallies.find(({ failures }) => failures > 0, 0, limit)
    return identities.map(rowOf)
  }

  /** Undefined for an identity that nothing names. */
  one(id: string): IdentityView | undefined {
    const identities = this.#pipeline.identities.tallies.withId(id).slice(0, maxDescriptions)
    const radius = this.#inventory().radius(id, this.#now())
    const changes = this.#changes(radius?.identity ?? id)
    if (identities.length === 0 && radius === undefined && changes.length === 0) return undefined
    return {
      id,
      activity: activityOf(identities.map(({ activity }) => activity).reduce(joinedActivity, noActivity())),
      calls: this.#calls(id),
      descriptions: identities.map(rowOf),
      burned: this.#burned(id),
      reach: radius && reachOf(radius),
      changes,
    }
  }

  #calls(id: string): IdentityView['calls'] {
    const { activity, evaluationTime = 0 } = this.#pipeline
    return activity.patterns
      .upTo(evaluationTime)
      .filter(({ identity }) => identity.id === id)
      .slice(0, maxNamed)
      .map(({ service, calls, lastUsed }) => ({
        service,
        ...calls,
        lastUsed: new Date(lastUsed).toISOString(),
      }))
  }

  #burned(id: string): IdentityView['burned'] {
    const to = this.#pipeline.evaluationTime
    if (to === undefined) return []
    const all = this.#pipeline.engine.states.map((state) => {
      const { objective } = state
      const bad = state.badOf('identity', id, state.windowStart(to), to)
      return { objective: objective.id, indicator: objective.sli?.indicator ?? 'composite', bad }
    })
    return all
      .filter(({ bad }) => bad > 0)
      .sort((a, b) => b.bad - a.bad || (a.objective < b.objective ? -1 : 1))
  }

  #changes(key: string): IdentityView['changes'] {
    const lesson = this.#pipeline.inventory.inventory.learned.lessons.get(key)
    if (lesson === undefined) return []
    const turns = [...lesson.statements.values()].flatMap(turnsOf)
    if (lesson.state !== undefined)
      turns.push({ at: lesson.state.time, what: `the identity is ${lesson.state.is}` })
    const actors = this.#actors(key)
    return turns
      .sort((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1))
      .slice(0, maxChanges)
      .map(({ at, what }) => ({ time: new Date(at).toISOString(), what, actor: actors.get(at) }))
  }

  /** Who made the changes of the last days, by their time; nobody where two made one at the same time. */
  #actors(key: string): ReadonlyMap<number, string | undefined> {
    const actors = new Map<number, string | undefined>()
    for (const { about, time, actor } of this.#pipeline.evidence.changes.upTo(Number.POSITIVE_INFINITY)) {
      if (!about.some((name) => name === key || name.toLowerCase() === key)) continue
      actors.set(time, actors.has(time) && actors.get(time) !== actor ? undefined : actor)
    }
    return actors
  }
}

function activityOf(activity: IdentityActivity): IdentityView['activity'] {
  const { requests, requestFailures, uses, unauthenticated, forbidden, lastIssued, lastAged } = activity
  const { ageSeconds, ttlSeconds } = activity
  return {
    ...{ requests, requestFailures, uses, unauthenticated, forbidden },
    lastIssued: lastIssued === 0 ? undefined : isoTime(lastIssued),
    lastAge:
      lastAged === 0
        ? undefined
        : {
            time: new Date(lastAged).toISOString(),
            ageSeconds,
            ttlSeconds: ttlSeconds === 0 ? undefined : ttlSeconds,
          },
  }
}

function reachOf(radius: RadiusReport): NonNullable<IdentityView['reach']> {
  const { granted, compromise, used, unused, grantedResources, usedResources, findings } = radius
  return {
    ...{ granted: granted.count, used, unused, wide: granted.isWide },
    wholeScopes: granted.wholeScopes.slice(0, maxNamed),
    actsAs: compromise.chained.slice(0, maxNamed),
    compromised: compromise.count,
    grantedResources: [...grantedResources],
    usedResources: [...usedResources],
    findings: [...findings],
  }
}

function turnsOf({ role, scope, op, time, former = [] }: Statement): { at: number; what: string }[] {
  return [...former, { op, time }].map((turn) => ({ at: turn.time, what: `${turn.op} ${role} on ${scope}` }))
}
