/** Diagnoses and findings as a person reads them in a terminal: a paragraph each. */
import type { DiagnosisReport } from '../outputs/diagnosis-report.ts'
import type { FindingView } from '../outputs/finding-report.ts'
import { printable } from './terminal.ts'

function line(label: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `  ${label.padEnd(13)}${printable(items.join(', '))}\n`
}

type Told = Pick<DiagnosisReport, 'title' | 'confidence' | 'since' | 'affected'> & {
  readonly change?: DiagnosisReport['change'] | undefined
  readonly evidence: readonly Readonly<FindingView['evidence'][number]>[]
}

function paragraph(head: string, told: Told): string {
  const { title, confidence, since, change, affected, evidence } = told
  return [
    `${head}  ${title} (${Math.round(confidence * 100)} %), since ${since}\n`,
    change === undefined ? '' : line('before', [`${change.what}, by ${change.actor} at ${change.time}`]),
    line('identities', affected.identities),
    line('applications', affected.apps),
    line('services', affected.services),
    line('workloads', affected.workloads),
    line('layers', affected.layers),
    ...evidence.map(({ time, what, eventId }) =>
      line('evidence', [`${time}  ${what}`, ...(eventId ? [eventId] : [])]),
    ),
  ].join('')
}

function page(runbook: string | undefined): string {
  return runbook === undefined ? '' : line('runbook', [`docs/runbooks/${runbook}.md`])
}

export function diagnosisText(report: Told & { readonly mode: string; readonly runbook: string }): string {
  return paragraph(report.mode, report) + page(report.runbook)
}

export function findingText(view: FindingView): string {
  return paragraph(view.finding, view) + line('fix', [view.fix]) + page(view.runbook)
}
