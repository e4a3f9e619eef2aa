/** What an error says: Entra's code, and whose token of the cluster it refused. */
import type { Fault, Reason } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { parseInstant } from '../../events/time.ts'
import { codeMeanings } from '../azure-entra/codes.ts'
import { federationCodes, statusMarks, symptoms } from './codes.ts'

export interface Refusal {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
}

export interface Refused {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string | undefined
  readonly tenant: string
  /** Of the sign-in record that Entra writes of the same attempt. */
  readonly correlationId: string | undefined
  readonly traceId: string | undefined
  /** Epoch ms, with a resolution of 1 s. */
  readonly time: number | undefined
}

const codePrefix = 'AADSTS'

/** The digits behind `AADSTS`: sign-in records write the code without it. */
function entraCode(error: string): string | undefined {
  const at = error.indexOf(codePrefix)
  if (at < 0) return undefined
  let end = at + codePrefix.length
  while (error.charCodeAt(end) >= 48 && error.charCodeAt(end) <= 57) end++
  return end === at + codePrefix.length ? undefined : error.slice(at + codePrefix.length, end)
}

/** Of an answer that has no code of Entra: it comes from something on the way, or from a service that is down. */
function statusIn(error: string): number | undefined {
  for (const mark of statusMarks) {
    const at = error.indexOf(mark)
    const status = at < 0 ? Number.NaN : Number(error.slice(at + mark.length, at + mark.length + 3))
    if (status >= 400 && status < 600) return status
  }
  return undefined
}

function byStatus(status: number): Reason {
  if (status === 429) return 'throttled'
  return status >= 500 ? 'platform_error' : 'unknown'
}

export function refusalOf(error: string): Refusal {
  const code = entraCode(error)
  if (code !== undefined) {
    const meaning = federationCodes.get(code) ?? codeMeanings.get(code) ?? { reason: 'unknown' }
    return { reason: meaning.reason, fault: meaning.fault ?? faultOf[meaning.reason], code }
  }
  const status = statusIn(error)
  if (status !== undefined) {
    const reason = byStatus(status)
    return { reason, fault: faultOf[reason], code: String(status) }
  }
  for (const [symptom, reason] of symptoms)
    if (error.includes(symptom)) return { reason, fault: faultOf[reason], code: symptom }
  return { reason: 'unknown', fault: faultOf.unknown, code: 'unspecified' }
}

function quoted(error: string, ...markers: readonly string[]): string | undefined {
  for (const marker of markers) {
    const at = error.indexOf(`${marker} '`)
    if (at < 0) continue
    const start = at + marker.length + 2
    const end = error.indexOf("'", start)
    if (end > start) return error.slice(start, end)
  }
  return undefined
}

function guidAfter(error: string, marker: string): string | undefined {
  const at = error.indexOf(marker)
  const guid = at < 0 ? '' : error.slice(at + marker.length, at + marker.length + 36)
  return guid.length === 36 && guid[8] === '-' && guid[23] === '-' ? guid : undefined
}

/** `ID` of `https://login.microsoftonline.com/ID/oauth2/v2.0/token`; some versions double the slashes. */
function tenantOf(error: string): string {
  const end = error.indexOf('/oauth2/')
  const path = end < 0 ? '' : error.slice(Math.max(0, end - 100), end).replace(/\/+$/, '')
  const tenant = path.slice(path.lastIndexOf('/') + 1)
  return tenant.includes('.') || tenant.includes(' ') ? '' : tenant
}

export function refusedIn(error: string): Refused {
  const marker = 'Timestamp: '
  const at = error.indexOf(marker)
  const time = at < 0 ? Number.NaN : parseInstant(error.slice(at + marker.length, at + marker.length + 20))
  return {
    issuer: quoted(error, 'Assertion Issuer:', 'presented assertion issuer') ?? '',
    subject: quoted(error, 'Assertion Subject:', 'presented assertion subject') ?? '',
    clientId: quoted(error, 'Application with identifier'),
    tenant: tenantOf(error),
    correlationId: guidAfter(error, 'Correlation ID: '),
    traceId: guidAfter(error, 'Trace ID: '),
    time: Number.isNaN(time) ? undefined : time,
  }
}
