/** What events taught about identities: kept through restarts, bounded, the same whatever the order of events. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { IdentityEvent, Provider } from '../events/event.ts'
import { saidBy } from './drift/held-grant.ts'
import type { PrincipalType } from './facts.ts'
import { principalKey, scopeKey } from './names.ts'

/** The newest statement about one principal, role and scope. */
export interface Statement {
  readonly role: string
  readonly scope: string
  readonly op: 'granted' | 'removed'
  readonly time: number
}

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

/** Keeps the newest; the oldest goes where there are too many, by name among equals. Gives whether one went. */
function note(into: Map<string, number>, key: string, time: number, limit: number): boolean {
  into.set(key, Math.max(into.get(key) ?? -Infinity, time))
  if (into.size <= limit) return false
  let oldest: [string, number] | undefined
  for (const entry of into)
    if (oldest === undefined || entry[1] < oldest[1] || (entry[1] === oldest[1] && entry[0] > oldest[0]))
      oldest = entry
  if (oldest !== undefined) into.delete(oldest[0])
  return true
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
    const lesson = this.#lessonOf(key, event)
    if (lesson === undefined) return undefined
    this.#changed.add(key)
    const { name } = identity
    // Of two names, the same whichever came first.
    if (name !== undefined && (lesson.name === undefined || name < lesson.name)) lesson.name = name
    if (event.kind === 'assignment.change') this.#assignment(lesson, event)
    else if (event.kind === 'identity.change') this.#change(lesson, event)
    else this.#use(lesson, event)
    return lesson
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
      key,
      provider,
      tenant,
      type,
      name,
      ...empty,
      state: undefined,
      lastSeen: -Infinity,
    }
    this.lessons.set(key, lesson)
    return lesson
  }

  #assignment(lesson: Lesson, event: IdentityEvent & { kind: 'assignment.change' }): void {
    const op = saidBy(event)
    if (op === undefined) return
    const scope = scopeKey(event.provider, event.identity.tenant, event.scope)
    const id = `${event.role}\n${scope}`
    const known = lesson.statements.get(id)
    // Of two at one instant the removal holds, whichever came first.
    if (known !== undefined && (known.time > event.time || (known.time === event.time && op === 'granted')))
      return
    lesson.statements.set(id, { role: event.role, scope, op, time: event.time })
    if (lesson.statements.size <= this.#limits.statementsPerIdentity) return
    const [oldest] = [...lesson.statements].sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1))
    if (oldest !== undefined) lesson.statements.delete(oldest[0])
    this.forgotten++
  }

  #change(lesson: Lesson, event: IdentityEvent & { kind: 'identity.change' }): void {
    const is = states[event.op]
    const { state } = lesson
    if (is === undefined) return
    const isNewer = state === undefined || event.time > state.time
    if (isNewer || (event.time === state.time && severity[is] > severity[state.is]))
      lesson.state = { is, time: event.time }
  }

  #use(lesson: Lesson, event: IdentityEvent): void {
    const { workloadsPerIdentity, usedPerIdentity } = this.#limits
    if (event.outcome === 'success') lesson.lastSeen = Math.max(lesson.lastSeen, event.time)
    const { workload, identity } = event
    const dropped = [
      workload !== undefined &&
        note(lesson.workloads, `${workload.kind}/${workload.name}`, event.time, workloadsPerIdentity),
      identity.repository !== undefined &&
        note(lesson.repositories, identity.repository, event.time, workloadsPerIdentity),
      event.kind === 'token.use' &&
        event.decision === 'allowed' &&
        event.resource !== undefined &&
        note(
          lesson.used,
          scopeKey(event.provider, identity.tenant, event.resource),
          event.time,
          usedPerIdentity,
        ),
    ]
    this.forgotten += dropped.filter(Boolean).length
  }

  /** Uses before `floor`, epoch ms, no longer count as used; rights and states stay. */
  prune(floor: number): void {
    for (const lesson of this.lessons.values())
      for (const map of [lesson.used, lesson.workloads, lesson.repositories])
        for (const [key, time] of map)
          if (time < floor) {
            map.delete(key)
            this.#changed.add(lesson.key)
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
