/** `explain`: what log files say is broken at an instant, for whom, and what changed before. */

import type { Connector } from '../../connectors/connector.ts'
import { type DiagnosisReport, diagnosisReport } from '../../outputs/diagnosis-report.ts'
import type { Attribution } from '../attribution.ts'
import { diagnosesOf } from '../diagnoses.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import type { OutputFormat } from '../terminal.ts'
import type { CommandContext } from './command.ts'
import { replayPipeline } from './replay.ts'

export interface ExplainOptions {
  readonly output: OutputFormat
  readonly attribution: Attribution
  readonly connectors: readonly Connector[]
  /** Epoch ms, exclusive end of the evidence; undefined is just after the newest event. */
  readonly at: number | undefined
}

const dedupeBytes = 64 * 1024 * 1024
const futureToleranceMs = 300_000

function line(label: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `  ${label.padEnd(13)}${items.join(', ')}\n`
}

function paragraph({
  mode,
  title,
  confidence,
  since,
  change,
  affected,
  evidence,
  runbook,
}: DiagnosisReport): string {
  return [
    `${mode}  ${title} (${Math.round(confidence * 100)} %), since ${since}\n`,
    change === undefined ? '' : line('before', [`${change.what}, by ${change.actor} at ${change.time}`]),
    line('identities', affected.identities),
    line('applications', affected.apps),
    line('services', affected.services),
    line('workloads', affected.workloads),
    line('layers', affected.layers),
    ...evidence.map(({ time, what, eventId }) =>
      line('evidence', [`${time}  ${what}`, ...(eventId ? [eventId] : [])]),
    ),
    line('runbook', [`docs/runbooks/${runbook}.md`]),
  ].join('')
}

function rendered(diagnoses: readonly DiagnosisReport[], at: string | null, output: OutputFormat): string {
  if (output === 'json') return `${JSON.stringify({ at, diagnoses }, undefined, 2)}\n`
  if (output === 'ndjson') return diagnoses.map((each) => `${JSON.stringify(each)}\n`).join('')
  if (diagnoses.length === 0) return `as of ${at ?? 'no event yet'}: nothing points to a failure mode\n`
  return `as of ${at}\n\n${diagnoses.map(paragraph).join('\n')}`
}

/** Exits 1 where something is found. */
export async function explain(
  paths: readonly string[],
  { output, at, attribution, connectors }: ExplainOptions,
  { terminal, now }: CommandContext,
): Promise<ExitCode> {
  const options = { output, objectives: [], attribution, connectors, at, dedupeBytes, futureToleranceMs }
  const pipeline = replayPipeline(options, now)
  pipeline.beginBatch()
  for (const file of findLogFiles(paths)) {
    const rejection = await feedFile(file, pipeline.decoder(), () => undefined)
    if (rejection) pipeline.rejectInput(rejection)
  }
  const diagnoses = diagnosesOf(pipeline).map(diagnosisReport)
  const end = pipeline.evaluationTime
  terminal.out(rendered(diagnoses, end === undefined ? null : new Date(end).toISOString(), output))
  return diagnoses.length === 0 ? exitCodes.ok : exitCodes.findings
}
