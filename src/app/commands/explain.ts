/** `explain`: what log files say is broken at an instant, for whom, and what changed before. */

import type { Connector } from '../../connectors/connector.ts'
import { type DiagnosisReport, diagnosisReport } from '../../outputs/diagnosis-report.ts'
import type { FindingView } from '../../outputs/finding-report.ts'
import type { Attribution } from '../attribution.ts'
import { diagnosesOf } from '../diagnoses.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { diagnosisText, findingText } from '../explanation-text.ts'
import { findingListOf } from '../findings.ts'
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

interface Explanation {
  /** RFC 3339. */
  readonly at: string | null
  readonly diagnoses: readonly DiagnosisReport[]
  readonly findings: readonly FindingView[]
}

function rendered({ at, diagnoses, findings }: Explanation, output: OutputFormat): string {
  if (output === 'json') return `${JSON.stringify({ at, diagnoses, findings }, undefined, 2)}\n`
  if (output === 'ndjson')
    return [...diagnoses, ...findings].map((each) => `${JSON.stringify(each)}\n`).join('')
  const modes = diagnoses.length === 0 ? ['nothing points to a failure mode\n'] : diagnoses.map(diagnosisText)
  const mistakes = findings.length === 0 ? [] : ['common mistakes\n', ...findings.map(findingText)]
  return `as of ${at ?? 'no event yet'}\n\n${[...modes, ...mistakes].join('\n')}`
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
  const { at: end, findings } = findingListOf(pipeline)
  const diagnoses = diagnosesOf(pipeline).map(diagnosisReport)
  terminal.out(rendered({ at: end, diagnoses, findings }, output))
  return diagnoses.length + findings.length === 0 ? exitCodes.ok : exitCodes.findings
}
