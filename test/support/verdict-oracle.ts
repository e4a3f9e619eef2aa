/**
 * What an indicator says of an event, from first principles: no code shared with what it checks. Part of the oracle in
 * slo-oracle.ts.
 */
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Owner } from '../../src/events/ownership.ts'
import type { Objective, SliSource, WhereField } from '../../src/objectives/objective.ts'

export interface Delivery {
  readonly event: IdentityEvent
  readonly owner: Owner
}

type OracleVerdict = 'good' | 'bad' | 'excluded' | 'excused'

function textsOf(field: WhereField, { event, owner }: Delivery): readonly (string | undefined)[] {
  const { identity } = event
  const texts: Record<WhereField, readonly (string | undefined)[]> = {
    provider: [event.provider],
    app: [owner.app],
    team: [owner.team],
    criticality: [owner.criticality],
    identity: [identity.id, identity.name],
    identityType: [identity.type],
    tenant: [identity.tenant],
    namespace: [identity.namespace],
    layer: [event.layer],
    source: [event.source],
    service: ['service' in event ? event.service : undefined],
    audience: ['audience' in event ? event.audience : undefined],
    workload: [event.workload?.name],
  }
  return texts[field]
}

export function globOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`)
}

export function isSelected(delivery: Delivery, where: SliSource['where']): boolean {
  for (const [field, patterns] of Object.entries(where)) {
    const texts = textsOf(field as WhereField, delivery).filter((text) => text !== undefined)
    if (!patterns?.some((pattern) => texts.some((text) => globOf(pattern).test(text)))) return false
  }
  return true
}

function judged(event: IdentityEvent, sli: SliSource): OracleVerdict | undefined {
  const isPerson = event.identity.type === 'user' && !sli.includesPeople
  const failed = (): OracleVerdict => {
    if (sli.faults === undefined) return 'bad'
    return sli.faults.some((fault) => fault === event.fault) ? 'bad' : 'excluded'
  }
  if (sli.indicator === 'token-issuance') {
    if (event.kind !== 'token.request' || event.vantage !== 'issuer') return undefined
    if (isPerson) return 'excluded'
    return event.outcome === 'success' ? 'good' : failed()
  }
  if (sli.indicator === 'token-fetch-latency') {
    if (event.kind !== 'token.request' || event.latencyMs === undefined) return undefined
    if (isPerson || event.outcome === 'failure') return 'excluded'
    return event.latencyMs > (sli.thresholdMs ?? 200) ? 'bad' : 'good'
  }
  if (event.kind !== 'token.use') return undefined
  if (isPerson) return 'excluded'
  return event.decision === 'allowed' ? 'good' : failed()
}

/** Whether the same identity got into the same service within the grace after a 401 for an expired token. */
function isRotation(event: IdentityEvent, all: readonly Delivery[], graceMs: number): boolean {
  if (event.kind !== 'token.use' || event.decision !== 'unauthenticated') return false
  if (event.reason !== 'token_expired' || graceMs === 0) return false
  return all.some(
    ({ event: other }) =>
      other.kind === 'token.use' &&
      other.decision === 'allowed' &&
      other.identity.id === event.identity.id &&
      other.service === event.service &&
      other.time >= event.time &&
      other.time <= event.time + graceMs,
  )
}

export interface Judgement {
  readonly delivery: Delivery
  readonly time: number
  readonly part: number
  readonly verdict: OracleVerdict
}

export function judgements(objective: Objective, deliveries: readonly Delivery[]): readonly Judgement[] {
  const unique = [...new Map(deliveries.map((delivery) => [delivery.event.id, delivery])).values()]
  const sources = objective.sli === undefined ? objective.parts.map(({ sli }) => sli) : [objective.sli]
  return sources.flatMap((sli, part) =>
    unique.flatMap((delivery): Judgement[] => {
      const { event } = delivery
      const verdict = isSelected(delivery, sli.where) ? judged(event, sli) : undefined
      if (verdict === undefined) return []
      const isExcused = verdict === 'bad' && isRotation(event, unique, objective.rotationGraceMs)
      return [{ delivery, time: event.time, part, verdict: isExcused ? 'excused' : verdict }]
    }),
  )
}
