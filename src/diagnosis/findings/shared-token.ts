/** One token used from several places: it was copied, or workloads share it. */
import type { Layer } from '../../events/event.ts'
import type { Background } from '../background.ts'
import type { EvidenceBook } from '../evidence-book.ts'
import { minuteMs } from '../minutes.ts'
import { type Finding, found } from './finding.ts'
import type { PlacedToken, TokenPlace, TokenPlaces } from './token-places.ts'

/** Managed services run one session on many machines. */
const spreadByNature: ReadonlySet<Layer> = new Set<Layer>(['serverless', 'data', 'paas', 'observability'])
/** What a node hands to all of its pods is the node's, and no pod's own. */
const ownTypes: readonly PlacedToken['type'][] = ['service-account', 'federated', 'spiffe']
/** So long after its newest use from a second place, it is history. */
const recentMs = 180 * minuteMs

/** Whoever moves, leaves the former place; two that take turns are two. */
function takeTurns(a: TokenPlace, b: TokenPlace): boolean {
  return a.first < b.last && b.first < a.last && a.last > a.first && b.last > b.first
}

function apart(places: readonly TokenPlace[]): readonly TokenPlace[] {
  return places.filter((place) => places.some((other) => other !== place && takeTurns(place, other)))
}

function merged(gateways: readonly TokenPlace[]): readonly TokenPlace[] {
  const [first, ...others] = gateways.toSorted((a, b) => a.first - b.first)
  return first === undefined
    ? []
    : [{ ...first, last: Math.max(first.last, ...others.map(({ last }) => last)) }]
}

/**
 * The places that are somebody's, of the family that has most of them. All gateways together are one: a pool of
 * exits is one way out. A host has an address of each family, and in a cloud's network several private ones.
 */
function placesOf({ places, provider, type }: PlacedToken, all: TokenPlaces): readonly TokenPlace[] {
  const ofFamily = (family: TokenPlace['family']): readonly TokenPlace[] => {
    const own = places.filter((place) => place.family === family)
    const gateways = own.filter((place) => all.isGateway(place))
    return apart([...own.filter((place) => !gateways.includes(place)), ...merged(gateways)])
  }
  const families = [
    ofFamily('v4'),
    ofFamily('v6'),
    provider === 'kubernetes' ? ofFamily('private') : [],
    // A name of a pod says nothing where its node hands out one token to all.
    ownTypes.includes(type) ? ofFamily('workload') : [],
  ]
  return families.reduce((most, one) => (one.length > most.length ? one : most))
}

function findingOf(token: PlacedToken, all: TokenPlaces): Finding | undefined {
  if (spreadByNature.has(token.layer)) return undefined
  const places = placesOf(token, all).toSorted((a, b) => a.first - b.first)
  const [, second] = places
  if (second === undefined) return undefined
  const isByWorkload = second.family === 'workload'
  return found({
    finding: 'shared-token',
    confidence: isByWorkload || places.length > 2 ? 0.8 : 0.65,
    since: second.first,
    affected: {
      identities: [token.identity],
      apps: [token.app],
      services: token.services,
      workloads: isByWorkload ? places.map(({ name }) => name) : [],
      layers: [token.layer],
    },
    evidence: places.slice(0, 6).map(({ name, first, firstId }) => {
      return { what: `first use from ${name}`, time: first, eventId: firstId }
    }),
  })
}

/** One for each identity: the token that was in most places. */
export function sharedTokens({ places }: EvidenceBook, { at }: Background): readonly Finding[] {
  const findings = new Map<string, Finding>()
  for (const token of places.spread()) {
    if (token.places.every(({ last }) => last < at - recentMs)) continue
    const finding = findingOf(token, places)
    const known = findings.get(token.identity)
    const isWorse = known === undefined || (finding?.evidence.length ?? 0) > known.evidence.length
    if (finding !== undefined && isWorse) findings.set(token.identity, finding)
  }
  return [...findings.values()]
}
