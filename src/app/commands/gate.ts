/** `gate`: lets a pipeline go on after a change, or stops it because the change broke something. */
import { type GateView, gateView } from '../../outputs/gate-view.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { diagnosisText } from '../explanation-text.ts'
import { InstanceClient, notReady } from '../instance-client.ts'
import { type Cell, formatCount, formatPercent, printable, renderTable, type Terminal } from '../terminal.ts'
import type { CommandContext } from './command.ts'
import type { InstanceArguments } from './instance-options.ts'

export interface GateOptions extends InstanceArguments {
  readonly app: string
  readonly since: string
  readonly objective?: string | undefined
  readonly minEvents: number
  readonly requireData: boolean
}

function failed({ events, bad }: GateView['objectives'][number]['since']): string {
  return events === 0 ? '' : formatPercent(bad / events)
}

function objectiveTable({ objectives }: GateView, colours: boolean): string {
  if (objectives.length === 0) return ''
  const rows = objectives.map(({ id, verdict, since, before }): Cell[] => [
    id,
    ...[formatCount(since.events), formatCount(since.bad), failed(since)],
    since.events === 0 ? '' : formatPercent(since.allowed / since.events),
    ...[formatCount(before.events), failed(before)],
    verdict === 'breach' ? { text: verdict, colour: 'red' } : verdict,
  ])
  const header = [
    'objective',
    'events',
    'bad',
    'failed',
    'allowed',
    'events before',
    'failed before',
    'verdict',
  ]
  const right = 'right' as const
  return `\n${renderTable(header, rows, ['left', right, right, right, right, right, right], colours)}`
}

function renderGate(view: GateView, { colours }: Pick<Terminal, 'colours'>): string {
  const { app, since, dataUntil, countedFrom, verdict, reasons, diagnoses } = view
  return [
    `${verdict}: ${printable(app)} since ${since}, with data until ${dataUntil ?? 'no event yet'}\n`,
    ...reasons.map((reason) => `  ${printable(reason)}\n`),
    countedFrom === undefined ? '' : `  counts begin at ${countedFrom}: what was before is missing\n`,
    objectiveTable(view, colours),
    ...diagnoses.map((each) => `\n${diagnosisText(each)}`),
  ].join('')
}

/** Exits 1 on a breach, and with `requireData` where there is nothing to judge by. Throws AppError where nobody can be asked. */
export async function gate(options: GateOptions, { terminal }: CommandContext): Promise<ExitCode> {
  const { url, output, app, since, objective, minEvents, requireData } = options
  const client = new InstanceClient(url)
  if (!(await client.isReady())) throw notReady(client)
  const parameters = new URLSearchParams({ app, since, minEvents: String(minEvents) })
  if (objective !== undefined) parameters.set('objective', objective)
  const { sent, answer } = await client.read(`api/v1/gate?${parameters}`, gateView)
  terminal.out(output === 'json' ? `${JSON.stringify(sent, undefined, 2)}\n` : renderGate(answer, terminal))
  const isStopped = answer.verdict === 'breach' || (requireData && answer.verdict === 'no-data')
  return isStopped ? exitCodes.findings : exitCodes.ok
}
