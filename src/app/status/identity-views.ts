/** Identities as `/api/v1` and the pages show them. */
import type { Statement } from '../../inventory/statement.ts'
import type { IdentityList, IdentityRow, IdentityView } from '../../outputs/status-views.ts'
import type { IdentitySummary, IdentityTally } from '../identity-tallies.ts'
import type { InventoryView } from '../inventory-view.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import { pageSize } from './page-of.ts'

/** Further pages cost as much as all before them: whoever wants more searches. */
const maxPage = 20
/** Of those that have one id. */
const maxDescriptions = 20
const maxChanges = 100
/** For so long, everybody who looks at the first page sees the same. */
const standMs = 2000

function rowOf({ identity, provider, owner, failures, events, lastSeen }: IdentitySummary): IdentityRow {
  const { id, name, type, tenant } = identity
  return {
    ...{ id, name, type, provider, tenant },
    ...{ app: owner.app, team: owner.team, owned: owner.isOwned },
    ...{ events, failures, lastSeen: lastSeen === 0 ? undefined : isoTime(lastSeen) },
  }
}

function names({ identity: { id, name }, provider, owner }: IdentityTally, text: string): boolean {
  return [id, name, provider, owner.app, owner.team].some((each) => each?.toLowerCase().includes(text))
}

export class IdentityViews {
  readonly #pipeline: Pipeline
  readonly #inventory: () => InventoryView
  readonly #now: () => number
  readonly #steadyMs: () => number
  #culprits: { readonly until: number; readonly rows: readonly IdentityRow[] } | undefined

  /** `now`: epoch ms. `steadyMs`: a clock that only goes forward. */
  constructor(pipeline: Pipeline, inventory: () => InventoryView, now: () => number, steadyMs: () => number) {
    this.#pipeline = pipeline
    this.#inventory = inventory
    this.#now = now
    this.#steadyMs = steadyMs
  }

  /** `q`: part of an id, name, application, team or provider. */
  list(q: string, asked: number): IdentityList {
    const { tallies } = this.#pipeline.identities
    const page = Math.min(asked, maxPage)
    const text = q.toLowerCase()
    const { total, identities } = tallies.find((tally) => text === '' || names(tally, text), page * pageSize)
    const rows = identities.slice((page - 1) * pageSize).map(rowOf)
    return {
      total: Math.min(total, maxPage * pageSize),
      page,
      pageSize,
      known: tallies.size,
      identities: rows,
    }
  }

  /** Those that failed, most failures first. */
  culprits(limit: number): readonly IdentityRow[] {
    const now = this.#steadyMs()
    if (this.#culprits === undefined || now >= this.#culprits.until) {
      const failed = ({ failures }: IdentityTally): boolean => failures > 0
      const { identities } = this.#pipeline.identities.tallies.find(failed, limit)
      this.#culprits = { until: now + standMs, rows: identities.map(rowOf) }
    }
    return this.#culprits.rows
  }

  /** Undefined for an identity that nothing names. */
  one(id: string): IdentityView | undefined {
    const { identities } = this.#pipeline.identities.tallies.find(
      ({ identity }) => identity.id === id,
      maxDescriptions,
    )
    const radius = this.#inventory().radius(id, this.#now())
    const changes = this.#changes(radius?.identity ?? id)
    if (identities.length === 0 && radius === undefined && changes.length === 0) return undefined
    return {
      id,
      descriptions: identities.map(rowOf),
      burned: this.#burned(id),
      reach: radius && {
        granted: radius.granted.count,
        used: radius.usedResources.length,
        unused: radius.unused,
        grantedResources: [...radius.grantedResources],
        usedResources: [...radius.usedResources],
        findings: [...radius.findings],
      },
      changes,
    }
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
    return turns
      .sort((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1))
      .slice(0, maxChanges)
      .map(({ at, what }) => ({ time: new Date(at).toISOString(), what }))
  }
}

function turnsOf({ role, scope, op, time, former = [] }: Statement): { at: number; what: string }[] {
  return [...former, { op, time }].map((turn) => ({ at: turn.time, what: `${turn.op} ${role} on ${scope}` }))
}
