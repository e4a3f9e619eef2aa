/** Spans to candidates: those of our library, of SDKs, and of calls to identity endpoints; all others say nothing here. */
import type { IdentityEvent } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { Candidate } from './candidate.ts'
import { httpCall, httpEvents } from './http-spans.ts'
import { isLibraryName, libraryEvent, type Telling } from './library.ts'
import { sdkEvent, sdkFetch } from './sdk-spans.ts'
import type { Span } from './span.ts'
import { factsOf, isRejected, type SpanFacts } from './span-event-base.ts'

/** What the span itself says; undefined for most spans there are. */
function ownCandidate(span: Span): Candidate | Rejection | undefined {
  if (isLibraryName(span.name))
    return withFacts(span, 'library', (telling) => {
      const event = libraryEvent(span.name, telling)
      return event === undefined ? [] : [event]
    })
  const fetch = sdkFetch(span)
  if (fetch !== undefined) return withFacts(span, 'sdk', (telling) => [sdkEvent(fetch, telling, span)])
  const call = httpCall(span)
  return call && withFacts(span, 'http', (telling) => httpEvents(call, telling, span))
}

function withFacts(
  span: Span,
  observer: Candidate['observer'],
  eventsOf: (telling: Telling) => readonly IdentityEvent[],
): Candidate | Rejection | undefined {
  const facts = factsOf(span)
  if (facts === undefined) return undefined
  if (isRejected(facts)) return facts
  const events = eventsOf(tellingOf(span, facts))
  return events.length === 0 ? undefined : { instance: span.resource.instance, observer, events }
}

function tellingOf(span: Span, facts: SpanFacts): Telling {
  const { attributes, resource, isFailed, statusMessage } = span
  return { attributes, resource, facts, isFailed, message: statusMessage }
}

/** Events of ours that were put on a span, whosever it is: they have its weight. */
function eventCandidates(span: Span): readonly (Candidate | Rejection)[] {
  const found: (Candidate | Rejection)[] = []
  for (const [i, event] of span.events.entries()) {
    if (!isLibraryName(event.name)) continue
    const facts = factsOf(span)
    if (facts === undefined) continue
    if (isRejected(facts)) return [facts]
    const { attributes } = event
    const isFailed = attributes.text('identity.outcome') === 'failure'
    const own = { ...facts, id: `${facts.id}#e${i}`, time: event.time ?? facts.time, latencyMs: undefined }
    const telling = { attributes, resource: span.resource, facts: own, isFailed, message: '' }
    const one = libraryEvent(event.name, telling)
    if (one !== undefined)
      found.push({ instance: span.resource.instance, observer: 'library', events: [one] })
  }
  return found
}

/** One span is one record, with all that it and its events say. Undefined: it is about something else. */
export function mapSpan(span: Span): readonly Candidate[] | Rejection | undefined {
  const own = ownCandidate(span)
  if (own !== undefined && 'reason' in own) return own
  if (span.events.length === 0) return own && [own]
  const candidates = own === undefined ? [] : [own]
  for (const one of eventCandidates(span)) {
    if ('reason' in one) return one
    candidates.push(one)
  }
  return candidates.length === 0 ? undefined : candidates
}

/** What is said of a piece of telemetry whose bytes make no sense. */
export function unreadable(what: string, why: string): Rejection {
  return reject('invalid_field', `the ${what} cannot be read: ${why}`)
}
