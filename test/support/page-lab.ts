/** A `run` under simulated traffic in which much breaks, in this process: what the status page is tried on. */
import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { captured } from './captured.ts'
import { EmbeddedService, until } from './embedded-service.ts'
import type { Workspace } from './workspace.ts'

const root = new URL('../../', import.meta.url).pathname
const scenario = new URL('dashboards/scenario.yaml', import.meta.url).pathname
const inventory = new URL('dashboards/inventory.json', import.meta.url)
const scenarioMs = 24 * 60_000

/** Gives it when the traffic is over and an incident stands. `speed`: scenario time in so much real time. */
export async function startPageLab(workspace: Workspace, speed = 60): Promise<EmbeddedService> {
  workspace.write('inventory/aws.json', readFileSync(inventory))
  workspace.write('baseline.yaml', stringify({ approvedActors: ['ci@acme.example'], grants: [] }))
  const running = await EmbeddedService.start(workspace, {
    definitions: [`${root}slo-definitions`],
    baseline: 'baseline.yaml',
    inventory: [{ path: 'inventory' }],
    limits: { evaluationSeconds: 1 },
  })
  await running.ready()
  const start = new Date(Date.now() - scenarioMs - 60_000).toISOString()
  const to = ['--to', 'http', '--url', running.url, '--speed', `${speed}`, '--start', start]
  const { code, err } = await captured(['simulate', scenario, '-o', workspace.at('simulation'), ...to])
  if (code !== 0) throw new Error(`simulate ended with ${code}: ${err}`)
  // A record cut short, and one whose clock is wrong: both are sampled.
  await running.send('{"kind":"Event"')
  await until('an incident stands', async () => {
    const { text } = await running.get('/api/v1/incidents')
    return JSON.parse(text).open > 0
  })
  return running
}
