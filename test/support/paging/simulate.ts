/** `simulate` as a process of its own, into a run: its records, and the truth about them. */
import { readFileSync } from 'node:fs'
import type { GroundTruth } from '../../../src/simulation/ground-truth.ts'
import { Child } from '../child.ts'
import type { Workspace } from '../workspace.ts'

export interface SimulateInto {
  readonly scenario: string
  /** Base address of the run. */
  readonly url: string
  /** Of its OTLP receiver; telemetry is left out without it. */
  readonly otlpUrl?: string
  /** Epoch ms. */
  readonly start: number
  /** Minutes a minute; as fast as possible without it. */
  readonly speed?: number
  /** Further options of the command. */
  readonly more?: readonly string[]
}

/** Resolves when every record was taken; rejects with what the command says. */
export async function simulateInto(
  workspace: Workspace,
  { scenario, url, otlpUrl, start, speed, more = [] }: SimulateInto,
): Promise<GroundTruth> {
  const folder = workspace.at('simulation')
  const where = ['-o', folder, '--to', 'http', '--url', url]
  using command = new Child([
    'simulate',
    scenario,
    ...where,
    ...(otlpUrl === undefined ? [] : ['--otlp-url', otlpUrl]),
    '--start',
    new Date(start).toISOString(),
    ...(speed === undefined ? [] : ['--speed', String(speed)]),
    ...more,
  ])
  const { code, err } = await command.ended
  if (code !== 0) throw new Error(`simulate ended with ${code}: ${err}`)
  return JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8'))
}
