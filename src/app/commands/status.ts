/** `status`: how a running instance sees the world. */
import { findingList } from '../../outputs/finding-report.ts'
import { incidentList } from '../../outputs/incident-views.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { InstanceClient, notReady } from '../instance-client.ts'
import { seenStatus } from '../instance-status.ts'
import { renderStatus } from '../status-table.ts'
import type { CommandContext } from './command.ts'
import type { InstanceArguments } from './instance-options.ts'

/**
 * Exits 1 while a page fires. Throws AppError where nothing answers, and after printing what there is where the
 * instance is not ready: it is then asked most, and what it says may be incomplete.
 */
export async function status(
  { url, output }: InstanceArguments,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const client = new InstanceClient(url)
  const isReady = await client.isReady()
  const { sent, answer } = await client.read('api/v1/status', seenStatus)
  const { answer: incidents } = await client.read('api/v1/incidents', incidentList)
  const { answer: findings } = await client.read('api/v1/findings', findingList)
  terminal.out(
    output === 'json'
      ? `${JSON.stringify({ ready: isReady, status: sent, incidents, findings }, undefined, 2)}\n`
      : renderStatus({ ...answer, incidents, findings }, terminal),
  )
  if (!isReady) throw notReady(client)
  const isPaging = answer.activeAlerts.some(({ severity }) => severity === 'page')
  return isPaging ? exitCodes.findings : exitCodes.ok
}
