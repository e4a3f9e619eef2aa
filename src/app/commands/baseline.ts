/** `baseline`: rights as they should be, kept in Git: write what is there now, and show where it differs later. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Connector } from '../../connectors/connector.ts'
import { RightsHeld } from '../../inventory/drift/rights-held.ts'
import type { Attribution } from '../attribution.ts'
import { readBaseline } from '../baseline/baseline-file.ts'
import { baselineText } from '../baseline/baseline-text.ts'
import { type DriftInputs, readDriftInputs } from '../baseline/drift-inputs.ts'
import { addedTo, driftReport, renderDrift } from '../baseline/drift-report.ts'
import { AppError, type ExitCode, exitCodes } from '../errors.ts'
import { atOnce } from '../steps.ts'
import { systemReason } from '../system-error.ts'
import { formatCount, type OutputFormat } from '../terminal.ts'
import type { CommandContext } from './command.ts'

export interface BaselineOptions {
  readonly attribution: Attribution
  readonly connectors: readonly Connector[]
  /** Cluster of Kubernetes files. */
  readonly cluster: string
}

function report({ messages }: DriftInputs, { terminal }: CommandContext): void {
  for (const message of messages) terminal.err(`${message}\n`)
}

/** `-` is standard output: nothing is kept then, since nothing is read. */
export async function writeBaseline(
  files: readonly string[],
  target: string,
  options: BaselineOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context
  const former = existsSync(target) ? readBaseline(target, options.attribution.rules) : undefined
  const inputs = await readDriftInputs(files, { ...options, baseline: undefined })
  report(inputs, context)
  const held = atOnce(RightsHeld.of(inputs.listings, inputs.tellings)).all()
  const before = [...(former?.grants.values() ?? [])]
  if (target === '-') terminal.out(baselineText(held))
  else
    try {
      writeFileSync(target, baselineText(held, former && readFileSync(target, 'utf8')))
    } catch (error) {
      throw AppError.of('unwritableFile', { path: target, reason: systemReason(error) })
    }
  const counts = [held.length, addedTo(before, held), addedTo(held, before)].map(formatCount)
  terminal.err(
    `${counts[0]} grants, ${counts[1]} added, ${counts[2]} removed: ${target === '-' ? 'standard output' : target}\n`,
  )
  return exitCodes.ok
}

export interface DiffOptions extends BaselineOptions {
  readonly baseline: string
  readonly output: OutputFormat
}

/** Exits 1 when rights differ. */
export async function diffBaseline(
  files: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context
  const baseline = readBaseline(options.baseline, options.attribution.rules)
  const inputs = await readDriftInputs(files, { ...options, baseline })
  report(inputs, context)
  const drift = driftReport(options.baseline, baseline, inputs)
  if (options.output === 'json') terminal.out(`${JSON.stringify(drift, undefined, 2)}\n`)
  else if (options.output === 'ndjson')
    for (const finding of drift.findings) terminal.out(`${JSON.stringify(finding)}\n`)
  else terminal.out(renderDrift(drift, terminal))
  return drift.findings.length === 0 ? exitCodes.ok : exitCodes.findings
}
