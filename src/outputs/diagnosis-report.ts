/** Diagnoses as JSON and in one sentence: the same in reports, on `/api/v1/status` and in pages. */
import { activeConfidence, type Diagnosis, failureModes } from '../diagnosis/diagnosis.ts'

export interface DiagnosisReport {
  readonly mode: Diagnosis['mode']
  readonly title: string
  /** 0 to 1; from 0.5 on it is told in pages and by the metric. */
  readonly confidence: number
  /** RFC 3339, like all times in it. */
  readonly since: string
  readonly failures: number
  readonly affected: Diagnosis['affected']
  readonly evidence: readonly { readonly what: string; readonly time: string; readonly eventId?: string }[]
  readonly change?: {
    readonly what: string
    readonly actor: string
    readonly time: string
    readonly eventId: string
  }
  /** Name of a page in docs/runbooks. */
  readonly runbook: string
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

export function diagnosisReport(diagnosis: Diagnosis): DiagnosisReport {
  const { since, evidence, change, ...rest } = diagnosis
  return {
    ...rest,
    since: iso(since),
    evidence: evidence.map(({ what, time, eventId }) => ({
      what,
      time: iso(time),
      ...(eventId !== undefined && { eventId }),
    })),
    ...(change && { change: { ...change, time: iso(change.time) } }),
  }
}

const namesShown = 3

function shown(names: readonly string[]): string {
  const rest = names.length - namesShown
  return names.slice(0, namesShown).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** `F3 Permission denied … since 2026-… (95 %). Before: … by … at …. Affected: …` */
export function diagnosisText({ mode, title, confidence, since, change, affected }: Diagnosis): string {
  const head = `${mode === 'network' ? '' : `${mode} `}${title}, since ${iso(since)} (${Math.round(confidence * 100)} %).`
  const before =
    change === undefined ? '' : ` Before: ${change.what}, by ${change.actor} at ${iso(change.time)}.`
  const services = affected.services.length === 0 ? '' : `; services: ${shown(affected.services)}`
  return `${head}${before} Affected: ${shown(affected.identities)}; applications: ${shown(affected.apps)}${services}.`
}

/** Of each mode, 1 where a diagnosis is sure enough, else 0. */
export function activeModes(
  diagnoses: readonly Diagnosis[],
): readonly (readonly [mode: string, value: 0 | 1])[] {
  return failureModes.map((mode) => {
    const isActive = diagnoses.some((each) => each.mode === mode && each.confidence >= activeConfidence)
    return [mode, isActive ? 1 : 0]
  })
}
