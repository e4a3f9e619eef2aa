/** What events taught about identities: kept through restarts, bounded, the same whatever the order of events. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { detached, detachedIfAny } from '../events/detach.ts'
import type { IdentityEvent, Provider } from '../events/event.ts'
import { saidBy } from './drift/held-grant.ts'
import type { PrincipalType } from './facts.ts'
import { principalKey, scopeKey } from './names.ts'
import { type Statement, withoutTurnsBefore, withTurn } from './statement.ts'

type IdentityState = 'active' | 'disabled' | 'deleted'

export interface Lesson {
  readonly key: string
  readonly provider: Provider
  readonly tenant: string
  readonly type: PrincipalType
  name: string | undefined
  /** By role and scope. */
  readonly statements: Map<string, Statement>
  /** Resource to when it was last used. */
  readonly used: Map<string, number>
  /** `kind/name` of who used the identity, to when it last did. */
  readonly workloads: Map<string, number>
  readonly repositories: Map<string, number>
  state: { readonly is: IdentityState; readonly time: number } | undefined
  lastSeen: number
}

export interface LearnedLimits {
  readonly identities: number
  readonly usedPerIdentity: number
  readonly workloadsPerIdentity: number
  readonly statementsPerIdentity: number
}

export const defaultLimits: LearnedLimits = {
  identities: 200_000,
  usedPerIdentity: 2_000,
  workloadsPerIdentity: 64,
  statementsPerIdentity: 5_000,
}

type Stored = Omit<Lesson, 'statements' | 'used' | 'workloads' | 'repositories'> & {
  readonly statements: readonly Statement[]
  readonly used: readonly [string, number][]
  readonly workloads: readonly [string, number][]
  readonly repositories: readonly [string, number][]
}

const states: Readonly<Record<string, IdentityState>> = {
  created: 'active',
  enabled: 'active',
  disabled: 'disabled',
  deleted: 'deleted',
}
const severity: Readonly<Record<IdentityState, number>> = { active: 0, disabled: 1, deleted: 2 }

const hourMs = 3_600_000

/** When something was used is known to the hour: a busy identity changes its lesson once an hour, not with each event. */
const hourOf = (time: number): number => Math.floor(time / hourMs) * hourMs

type Noted = 'known' | 'new' | 'dropped'

/** Keeps the newest; the oldest goes where there are too many, by name among equals. */
function note(into: Map<string, number>, key: string, time: number, limit: number): Noted {
  const known = into.get(key)
  if (known !== undefined && known >= time) return 'known'
  into.set(known === undefined ? detached(key) : key, time)
  if (into.size <= limit) return 'new'
  let oldest: [string, number] | undefined
  for (const entry of into)
    if (oldest === undefined || entry[1] < oldest[1] || (entry[1] === oldest[1] && entry[0] > oldest[0]))
      oldest = entry
  if (oldest !== undefined) into.delete(oldest[0])
  return 'dropped'
}

export class Learned implements Stateful {
  readonly lessons = new Map<string, Lesson>()
  /** Things that did not fit. */
  forgotten = 0
  readonly #limits: LearnedLimits
  readonly #changed = new Set<string>()

  constructor(limits: LearnedLimits = defaultLimits) {
    this.#limits = limits
  }

  /** The lesson that the event changed; `undefined` if it taught nothing. */
  learn(event: IdentityEvent): Lesson | undefined {
    const { provider, identity } = event
    const key = principalKey(provider, identity.tenant, identity.id)
    const isKnown = this.lessons.has(key)
    const lesson = this.#lessonOf(key, event)
    if (lesson === undefined) return undefined
    let isTaught = !isKnown
    const { name } = identity
    // Of two names, the same whichever came first.
    if (name !== undefined && (lesson.name === undefined || name < lesson.name)) {
      lesson.name = detached(name)
      isTaught = true
    }
    if (event.kind === 'assignment.change') isTaught = this.#assignment(lesson, event) || isTaught
    else if (event.kind === 'identity.change') isTaught = this.#change(lesson, event) || isTaught
    else isTaught = this.#use(lesson, event) || isTaught
    if (!isTaught) return undefined
    this.#changed.add(lesson.key)
    return lesson
  }

  /** Since when the identity is in the state that it is in, epoch ms; undefined where no event told. */
  stateSince({ provider, identity }: IdentityEvent): number | undefined {
    return this.lessons.get(principalKey(provider, identity.tenant, identity.id))?.state?.time
  }

  #lessonOf(key: string, { provider, identity }: IdentityEvent): Lesson | undefined {
    const known = this.lessons.get(key)
    if (known !== undefined) return known
    if (this.lessons.size >= this.#limits.identities) {
      this.forgotten++
      return undefined
    }
    const { tenant, type, name } = identity
    const empty = { statements: new Map(), used: new Map(), workloads: new Map(), repositories: new Map() }
    const lesson: Lesson = {
      key: detached(key),
      provider,
      tenant: detached(tenant),
      type,
      name: detachedIfAny(name),
      ...empty,
      state: undefined,
      lastSeen: -Infinity,
    }
    this.lessons.set(lesson.key, lesson)
    return lesson
  }

  #assignment(lesson: Lesson, event: IdentityEvent & { kind: 'assignment.change' }): boolean {
    const op = saidBy(event)
    if (op === undefined) return false
    const scope = scopeKey(event.provider, event.identity.tenant, event.scope)
    const id = `${event.role}\n${scope}`
    const { time } = event
    const known = lesson.statements.get(id)
    const fresh = { role: detached(event.role), scope: detached(scope), op, time }
    lesson.statements.set(detached(id), known === undefined ? fresh : withTurn(known, { op, time }))
    if (lesson.statements.size <= this.#limits.statementsPerIdentity) return true
    const [oldest] = [...lesson.statements].sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1))
    if (oldest !== undefined) lesson.statements.delete(oldest[0])
    this.forgotten++
    return true
  }

  #change(lesson: Lesson, event: IdentityEvent & { kind: 'identity.change' }): boolean {
    const is = states[event.op]
    const { state } = lesson
    if (is === undefined) return false
    const isNewer = state === undefined || event.time > state.time
    if (!isNewer && (event.time < state.time || severity[is] <= severity[state.is])) return false
    lesson.state = { is, time: event.time }
    return true
  }

  #use(lesson: Lesson, event: IdentityEvent): boolean {
    const { workloadsPerIdentity, usedPerIdentity } = this.#limits
    const { workload, identity } = event
    const time = hourOf(event.time)
    const noted = [
      workload === undefined
        ? 'known'
        : note(lesson.workloads, `${workload.kind}/${workload.name}`, time, workloadsPerIdentity),
      identity.repository === undefined
        ? 'known'
        : note(lesson.repositories, identity.repository, time, workloadsPerIdentity),
      event.kind !== 'token.use' || event.decision !== 'allowed' || event.resource === undefined
        ? 'known'
        : note(lesson.used, scopeKey(event.provider, identity.tenant, event.resource), time, usedPerIdentity),
    ]
    const isSeenLater = event.outcome === 'success' && time > lesson.lastSeen
    if (isSeenLater) lesson.lastSeen = time
    for (const each of noted) if (each === 'dropped') this.forgotten++
    return isSeenLater || noted.some((each) => each !== 'known')
  }

  /** Uses before `floor`, epoch ms, no longer count as used, nor do rights that were gone by then; what holds stays. */
  prune(floor: number): void {
    for (const lesson of this.lessons.values()) {
      for (const map of [lesson.used, lesson.workloads, lesson.repositories])
        for (const [key, time] of map)
          if (time < floor) {
            map.delete(key)
            this.#changed.add(lesson.key)
          }
      for (const [id, statement] of lesson.statements) {
        const kept = withoutTurnsBefore(statement, floor)
        if (kept === statement) continue
        lesson.statements.set(id, kept)
        this.#changed.add(lesson.key)
      }
    }
  }

  save(out: ChunkWriter): void {
    for (const key of this.#changed) {
      const lesson = this.lessons.get(key)
      if (lesson !== undefined) out.put(key, jsonBytes(stored(lesson)))
    }
  }

  saved(): void {
    this.#changed.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    const read = jsonOf<Stored>(bytes)
    if (read.key !== key || !Array.isArray(read.statements)) throw new Error(`not a lesson of ${key}`)
    this.lessons.set(key, {
      ...read,
      lastSeen: read.lastSeen ?? -Infinity,
      statements: new Map(
        read.statements.map((statement) => [`${statement.role}\n${statement.scope}`, statement]),
      ),
      used: new Map(read.used),
      workloads: new Map(read.workloads),
      repositories: new Map(read.repositories),
    })
  }
}

function stored(lesson: Lesson): Stored {
  return {
    ...lesson,
    statements: [...lesson.statements.values()],
    used: [...lesson.used],
    workloads: [...lesson.workloads],
    repositories: [...lesson.repositories],
  }
}
