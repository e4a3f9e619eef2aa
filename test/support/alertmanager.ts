/** Real Alertmanagers for tests, and a receiver that keeps what they deliver. */
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { z } from 'zod'
import { freePort, ready, stopped } from './server-process.ts'

export const hasAlertmanager = spawnSync('prometheus-alertmanager', ['--version']).status === 0
export const hasAmtool = spawnSync('amtool', ['--version']).status === 0

/** Exit status, and all that it printed. */
export function amtool(...args: readonly string[]): { readonly status: number; readonly output: string } {
  const run = spawnSync('amtool', args, { encoding: 'utf8' })
  return { status: run.status ?? -1, output: `${run.stdout}${run.stderr}` }
}

export interface AlertmanagerServer extends AsyncDisposable {
  /** Base address, without a trailing slash. */
  readonly url: string
}

export interface AlertmanagerOptions {
  /** That of one that ran before, to come back in its place. */
  readonly port?: number
  /** Makes it a member of a cluster on loopback: where it listens, and where the others do. */
  readonly cluster?: { readonly port: number; readonly peers: readonly number[] }
}

/** Members of a cluster look for each other often, so that a test need not wait for it. */
function clusterArguments(cluster: AlertmanagerOptions['cluster']): readonly string[] {
  if (cluster === undefined) return ['--cluster.listen-address=']
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.port}`,
    `--cluster.advertise-address=127.0.0.1:${cluster.port}`,
    ...cluster.peers.map((port) => `--cluster.peer=127.0.0.1:${port}`),
    '--cluster.gossip-interval=50ms',
    '--cluster.pushpull-interval=1s',
    '--cluster.peer-timeout=1s',
  ]
}

export async function startAlertmanager(
  configFile: string,
  dataFolder: string,
  { port, cluster }: AlertmanagerOptions = {},
): Promise<AlertmanagerServer & { readonly port: number }> {
  const own = port ?? (await freePort())
  const url = `http://127.0.0.1:${own}`
  const args = [
    `--config.file=${configFile}`,
    `--storage.path=${dataFolder}`,
    `--web.listen-address=127.0.0.1:${own}`,
    ...clusterArguments(cluster),
  ]
  const child = spawn('prometheus-alertmanager', args, { stdio: 'ignore' })
  const answers = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  try {
    await ready('Alertmanager', child, answers, 20_000)
  } catch (error) {
    await stopped(child, 'SIGTERM')
    throw error
  }
  // A member would take its time to say farewell to the others.
  const end = cluster === undefined ? 'SIGTERM' : 'SIGKILL'
  return { url, port: own, [Symbol.asyncDispose]: () => stopped(child, end) }
}

/** One notification, as a webhook of Alertmanager gets it. */
export interface Notification {
  readonly receiver: string
  /** What PagerDuty and its like know an incident by: those with the same key are one, from its first firing to its end. */
  readonly groupKey: string
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved'
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

const knownAlert = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  /** RFC 3339. */
  startsAt: z.string(),
  endsAt: z.string(),
  updatedAt: z.string(),
  status: z.object({ state: z.string(), inhibitedBy: z.array(z.string()) }),
})

/** An alert as Alertmanager has it. */
export type KnownAlert = z.infer<typeof knownAlert>

/** What an Alertmanager knows and has not ended, told or not. */
export async function knownAlerts({ url }: AlertmanagerServer): Promise<readonly KnownAlert[]> {
  return z.array(knownAlert).parse(await (await fetch(`${url}/api/v2/alerts`)).json())
}

export interface NotificationSink extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Notification[]
}

export async function startNotificationSink(): Promise<NotificationSink> {
  const received: Notification[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.end()
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}/`,
    received,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
