/** What is kept of an event that waits: what is asked for when it is judged, in strings that keep no larger text alive. */
import { detached, detachedIfAny } from '../detach.ts'
import type { TokenRequest, TokenUse, Workload } from '../event.ts'

/** Identity and application outlive the record anyway. The id told duplicates apart, and is not asked for again. */
function keptBase(event: TokenRequest | TokenUse) {
  const { time, provider, source, layer, identity, workload, app, outcome, reason, fault, code } = event
  return {
    id: '',
    time,
    provider,
    source,
    layer,
    identity,
    workload: workload && { kind: workload.kind, name: detached(workload.name) },
    app,
    outcome,
    reason,
    fault,
    code: detachedIfAny(code),
  }
}

/** Of equal identities an observed event has the same object. */
function isBaseAlike(a: TokenRequest | TokenUse, b: TokenRequest | TokenUse): boolean {
  return (
    a.identity === b.identity &&
    a.outcome === b.outcome &&
    a.layer === b.layer &&
    a.source === b.source &&
    a.provider === b.provider &&
    a.app === b.app &&
    a.reason === b.reason &&
    a.fault === b.fault &&
    a.code === b.code &&
    isSameWorkload(a.workload, b.workload)
  )
}

function isSameWorkload(a: Workload | undefined, b: Workload | undefined): boolean {
  return a?.kind === b?.kind && a?.name === b?.name
}

/** `former` where the two are alike but for their time. */
export function keptRequest(event: TokenRequest, former: TokenRequest | undefined): TokenRequest {
  const { kind, vantage, audience, refresh } = event
  if (
    former !== undefined &&
    former.refresh === refresh &&
    former.vantage === vantage &&
    former.audience === audience &&
    isBaseAlike(former, event)
  )
    return former
  return { ...keptBase(event), kind, vantage, audience: detached(audience), refresh }
}

/** `former` where the two are alike but for their time. */
export function keptUse(event: TokenUse, former: TokenUse | undefined): TokenUse {
  const { kind, service, decision, tokenAgeSeconds, ttlSeconds } = event
  if (
    former !== undefined &&
    former.service === service &&
    former.decision === decision &&
    former.tokenAgeSeconds === tokenAgeSeconds &&
    former.ttlSeconds === ttlSeconds &&
    isBaseAlike(former, event)
  )
    return former
  return {
    ...keptBase(event),
    kind,
    service: detached(service),
    decision,
    tokenAgeSeconds,
    ttlSeconds,
  }
}
