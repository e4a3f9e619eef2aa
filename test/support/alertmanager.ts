/** Real Alertmanagers for tests, and a receiver that keeps what they deliver. */
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
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

/** `port`: that of one that ran before, to come back in its place. */
export async function startAlertmanager(
  configFile: string,
  dataFolder: string,
  port?: number,
): Promise<AlertmanagerServer & { readonly port: number }> {
  const own = port ?? (await freePort())
  const url = `http://127.0.0.1:${own}`
  const args = [
    `--config.file=${configFile}`,
    `--storage.path=${dataFolder}`,
    `--web.listen-address=127.0.0.1:${own}`,
    '--cluster.listen-address=',
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
  return { url, port: own, [Symbol.asyncDispose]: () => stopped(child, 'SIGTERM') }
}

/** One notification, as a webhook of Alertmanager gets it. */
export interface Notification {
  readonly receiver: string
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved'
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
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
