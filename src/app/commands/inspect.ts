/** `inspect`: what each record of the files becomes, in their order. */
import { availableConnectors } from '../../connectors/available.ts'
import type { Connector } from '../../connectors/connector.ts'
import { type Decoded, Decoder, DecoderPlan } from '../../connectors/decode.ts'
import type { IdentityEvent } from '../../events/event.ts'
import { pseudonymise } from '../../events/pseudonyms.ts'
import type { Rejection } from '../../events/rejection.ts'
import { inflate } from '../../platform/inflate.ts'
import { type Attribution, attribute } from '../attribution.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import { formatTime, type OutputFormat, renderTable } from '../terminal.ts'
import type { CommandContext } from './command.ts'

export interface InspectOptions {
  readonly output: OutputFormat
  readonly attribution: Attribution
  /** The built-in ones where it is not given. */
  readonly connectors?: readonly Connector[] | undefined
}

/** One record's outcome; `position` is its byte offset in the decompressed file. */
interface Inspected {
  readonly source: string
  readonly position: number
  readonly connector?: string
  readonly events?: readonly IdentityEvent[]
  readonly rejection?: Rejection
}

function row(item: Inspected): string[][] {
  const where = `${item.source}:${item.position}`
  if (item.rejection) {
    const { reason, message } = item.rejection
    return [
      [
        where,
        '',
        '',
        'rejected',
        reason,
        item.connector === undefined ? message : `${item.connector}: ${message}`,
      ],
    ]
  }
  return (item.events ?? []).map((event) => [
    where,
    formatTime(event.time),
    event.kind,
    event.outcome,
    event.reason ?? '',
    `${event.identity.name ?? event.identity.id} (${event.app})`,
  ])
}

export async function inspect(
  paths: readonly string[],
  options: InspectOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const collected: Inspected[] = []
  const emit = (item: Inspected): void => {
    if (options.output === 'ndjson') terminal.out(`${JSON.stringify(item)}\n`)
    else collected.push(item)
  }
  const plan = new DecoderPlan(options.connectors ?? availableConnectors)
  const { policy, pseudonym } = options.attribution
  for (const file of findLogFiles(paths)) {
    const at = (from: Decoded): { source: string; position: number; connector?: string } => ({
      source: file.path,
      position: from.offset,
      ...(from.source === '' ? {} : { connector: from.source }),
    })
    const decoder = new Decoder(plan, inflate, {
      events: (events, from) => {
        const shown = events.map((event) =>
          pseudonymise(attribute(event, options.attribution), policy, pseudonym),
        )
        emit({ ...at(from), events: shown })
      },
      rejection: (rejection, from) => emit({ ...at(from), rejection }),
    })
    const rejection = await feedFile(file, decoder)
    if (rejection) emit({ source: file.path, position: decoder.offset, rejection })
  }
  if (options.output === 'json') terminal.out(`${JSON.stringify(collected, undefined, 2)}\n`)
  if (options.output === 'table')
    terminal.out(
      renderTable(['record', 'time', 'kind', 'outcome', 'reason', 'identity (app)'], collected.flatMap(row)),
    )
  return exitCodes.ok
}
