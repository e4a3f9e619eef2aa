/** Calls that are meant to work: which identity of which application or workload uses which service. */
import type { Identity, IdentityEvent, Provider, TokenRequest, TokenUse } from './event.ts'
import { globMatches } from './glob.ts'

/** All given fields must match; each is exact text or a glob. */
export interface PlannedFlow {
  readonly name: string
  /** Id or name. */
  readonly identity?: string | undefined
  readonly app?: string | undefined
  readonly workload?: string | undefined
  readonly provider?: string | undefined
  readonly tenant?: string | undefined
  readonly service: string
  /** Any of them; without it, all resources of the service. */
  readonly resources?: readonly string[] | undefined
}

/** What is the same for many events: of these the flows are chosen once. */
export interface FlowOrigin {
  readonly identity: Identity
  readonly provider: Provider
  readonly app: string
  readonly workload: string | undefined
  /** Or the audience that a token is asked for. */
  readonly service: string
}

/** The flows that events of this origin may belong to, depending on their resource only. */
export function flowsOf(flows: readonly PlannedFlow[], origin: FlowOrigin): readonly PlannedFlow[] {
  const { identity, provider, app, workload, service } = origin
  const fits = (pattern: string | undefined, value: string | undefined): boolean =>
    pattern === undefined || (value !== undefined && globMatches(pattern, value))
  return flows.filter(
    (flow) =>
      (fits(flow.identity, identity.id) || fits(flow.identity, identity.name)) &&
      fits(flow.app, app) &&
      fits(flow.workload, workload) &&
      fits(flow.provider, provider) &&
      fits(flow.tenant, identity.tenant) &&
      fits(flow.service, service),
  )
}

/** Events that flows are about. */
export function isFlow(event: IdentityEvent): event is TokenUse | TokenRequest {
  return event.kind === 'token.use' || event.kind === 'token.request'
}

/** Whether one of the flows of its origin covers the event; a request for a token names no resource. */
export function isPlanned(flows: readonly PlannedFlow[], event: TokenUse | TokenRequest): boolean {
  const resource = event.kind === 'token.use' ? event.resource : undefined
  return flows.some(
    ({ resources }) =>
      resources === undefined ||
      (resource !== undefined && resources.some((pattern) => globMatches(pattern, resource))),
  )
}
