import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import {
  hasAlertmanager,
  knownAlerts,
  type NotificationSink,
  startAlertmanager,
  startNotificationSink,
} from '../support/alertmanager.ts'
import { EmbeddedService, everything, until } from '../support/embedded-service.ts'
import { Instance } from '../support/instance.ts'
import { incidents } from '../support/paging/incidents.ts'
import { managedIdentitySignIn } from '../support/records.ts'
import { Workspace } from '../support/workspace.ts'

const generated = 'alertmanager/alertmanager.yaml'

interface RouteConfig {
  group_wait?: string
  group_interval?: string
  active_time_intervals?: readonly string[]
  routes?: RouteConfig[]
}

/** The generated configuration with times that a test can wait for, and one webhook in place of all receivers. */
function quickened(sink: NotificationSink): string {
  const config: { route: RouteConfig; receivers: { name: string }[] } = parse(readFileSync(generated, 'utf8'))
  for (const route of [config.route, ...(config.route.routes ?? [])]) {
    route.group_wait = '1s'
    route.group_interval = '1s'
    delete route.active_time_intervals
  }
  const receivers = config.receivers.map(({ name }) =>
    name === 'watchdog' ? { name } : { name, webhook_configs: [{ url: sink.url, send_resolved: true }] },
  )
  return stringify({ ...config, receivers })
}

/** Failed sign-ins, over five minutes and up to now: what lasts less is taken for a blip. */
function failures(count: number, prefix: string): string {
  const now = Date.now()
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify(managedIdentitySignIn({ id: `${prefix}${i}`, time: now - i * 15_000, errorCode: 700016 })),
  ).join('\n')
}

function pages(sink: NotificationSink) {
  return sink.received.filter(({ receiver }) => receiver.startsWith('page-'))
}

describe.skipIf(!hasAlertmanager)('paging through real Alertmanagers', () => {
  it('is one page of one incident, survives the loss of a replica and a restart, and resolves', async () => {
    await using sink = await startNotificationSink()
    using workspace = new Workspace()
    const config = workspace.write('am.yaml', quickened(sink))
    const folder = (name: string): string => {
      const path = join(workspace.path, name)
      mkdirSync(path, { recursive: true })
      return path
    }
    const first = await startAlertmanager(config, folder('am1'))
    const settings = {
      state: { folder: folder('state') },
      limits: { evaluationSeconds: 1 },
      alertmanager: { replicas: [{ url: first.url }], resendSeconds: 5 },
    }
    {
      await using run = await EmbeddedService.start(workspace, settings)
      await run.ready()
      await run.send(failures(20, 'a'))
      await until('the page arrives', () => pages(sink).length > 0)
      const [page] = pages(sink)
      expect(page?.receiver).toBe('page-platform')
      expect(page?.alerts.map(({ labels }) => labels['tier'])).toEqual(['page-quick'])
      expect(page?.alerts[0]?.annotations['culprits']).toMatch(/^identities: acme-checkout \S+ \(20\)/)
      await first[Symbol.asyncDispose]()
      await until('it is known to be gone', async () => {
        const text = (await run.get('/metrics')).text
        return /^identity_slo_alertmanager_up\{.*\} 0$/m.test(text)
      })
    }
    // Alertmanager keeps what it has told, and no alerts: it must learn them again from us, and tell nobody twice.
    await using again = await startAlertmanager(config, folder('am1'), { port: first.port })
    await using run = await EmbeddedService.start(workspace, settings)
    await run.ready()
    await until('it knows the alerts again', async () => {
      const alerts = await (await fetch(`${again.url}/api/v2/alerts`)).json()
      return Array.isArray(alerts) && alerts.length > 3
    })
    expect(pages(sink).map(({ status }) => status)).toEqual(['firing'])
    // An objective that is gone has no alert any more, and the labels of its page are still known.
    workspace.write('slo/all.yaml', everything.replaceAll('name: issuance', 'name: other'))
    await run.reload()
    await until('the page is resolved', () => pages(sink).some(({ status }) => status === 'resolved'))
    expect(pages(sink).map(({ status }) => status)).toEqual(['firing', 'resolved'])
    const [page, end] = pages(sink)
    expect(end?.alerts).toContainEqual(
      expect.objectContaining({ status: 'resolved', labels: page?.alerts[0]?.labels }),
    )
  })

  it('is one incident through a kill of either side, and another one when we are away for longer than an alert lasts', async () => {
    await using sink = await startNotificationSink()
    using workspace = new Workspace()
    const config = workspace.write('am.yaml', quickened(sink))
    const folder = (name: string): string => {
      const path = join(workspace.path, name)
      mkdirSync(path, { recursive: true })
      return path
    }
    const resendSeconds = 5
    const start = (port?: number): ReturnType<typeof startAlertmanager> =>
      startAlertmanager(config, folder(`am-${port}`), port === undefined ? {} : { port })
    const first = await start()
    const settings = {
      state: { folder: folder('state') },
      limits: { evaluationSeconds: 1 },
      alertmanager: { replicas: [{ url: first.url }], resendSeconds },
    }
    const run = await Instance.start(workspace, settings)
    await run.send(failures(20, 'a'))
    await until('the page arrives', () => incidents(sink).length === 1)
    await run.kill('SIGKILL')
    const second = await Instance.start(workspace, settings)
    await first[Symbol.asyncDispose]()
    // It comes back to an empty disk.
    await using wiped = await start(first.port)
    await until('it knows the alerts again', async () => (await knownAlerts(wiped)).length > 3)
    for (const { startsAt, endsAt } of await knownAlerts(wiped)) {
      const left = Date.parse(endsAt) - Date.now()
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(4 * resendSeconds * 1000)
      expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.now())
    }
    expect(incidents(sink).length).toBe(1)
    expect(incidents(sink)[0]?.some(({ status }) => status === 'resolved')).toBe(false)
    await second.kill('SIGKILL')
    await until('the page ends by itself', () => incidents(sink)[0]?.at(-1)?.status === 'resolved')
    await using third = await Instance.start(workspace, settings)
    await until('the page is told once more', () => incidents(sink).length === 2)
    expect(third.err).not.toContain('"level":"error"')
  })
})
