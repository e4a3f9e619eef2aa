/** `report incident`: the facts of a postmortem, from the logs of the time. */
import type { DecodedSink } from '../../connectors/decode.ts'
import { nameOfChange } from '../../diagnosis/changes.ts'
import { isIrrelevant } from '../../events/rejection.ts'
import { AuditTrail } from '../../incidents/audit-trail.ts'
import { incidentView } from '../../outputs/incident-report.ts'
import { postmortem } from '../../outputs/reports/postmortem.ts'
import { postmortemMarkdown } from '../../outputs/reports/postmortem-markdown.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import type { CommandContext } from './command.ts'
import { type LogReading, rehearsedLogs } from './rehearsed-logs.ts'

export interface ReportIncidentOptions extends LogReading {
  /** Epoch ms, [from, to). */
  readonly from: number
  readonly to: number
  readonly output: 'markdown' | 'json'
}

function witnessOf(trail: AuditTrail): (at: number) => DecodedSink {
  let at = Number.NEGATIVE_INFINITY
  const sink: DecodedSink = {
    events: (events, { source }) => {
      for (const { time } of events) trail.event(source, time, at)
    },
    rejection: (rejection, { source }) => {
      if (!isIrrelevant(rejection)) trail.rejected(source, rejection.reason, at)
    },
  }
  return (arrival) => {
    at = arrival
    return sink
  }
}

export async function reportIncident(
  options: ReportIncidentOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { from, to, output } = options
  const trail = new AuditTrail(from, to)
  const { pipeline, incidents } = await rehearsedLogs(options, context, witnessOf(trail))
  const facts = postmortem({
    ...{ from, to },
    incidents: incidents
      .all()
      .map((incident) => incidentView(incident, (id) => pipeline.identities.tallies.nameOf(id))),
    changes: pipeline.evidence.changes.upTo(Number.POSITIVE_INFINITY).map(nameOfChange),
    trails: trail.sources(),
  })
  const { terminal } = context
  if (output === 'json') terminal.out(`${JSON.stringify(facts, undefined, 2)}\n`)
  else terminal.out(postmortemMarkdown(facts))
  return exitCodes.ok
}
