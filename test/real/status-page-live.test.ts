/** The status page in Chromium during an incident: every page under axe, from the incident to its cause, and news without a reload. */
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/chromium.ts'
import type { EmbeddedService } from '../support/embedded-service.ts'
import { startPageLab } from '../support/page-lab.ts'
import { Workspace } from '../support/workspace.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const schemes = ['light', 'dark'] as const
const widths = [390, 1440]

/** Of each kind of page the fullest. */
async function pathsOf(running: EmbeddedService): Promise<Readonly<Record<string, string>>> {
  const of = async (path: string) => JSON.parse((await running.get(`/api/v1/${path}`)).text)
  const incident = (await of('incidents')).incidents[0].id
  const objective = (await of('objectives')).objectives[0].id
  const culprit = (await of('identities')).identities[0].id
  return {
    overview: '/',
    objective: `/objectives/${encodeURIComponent(objective)}`,
    incidents: '/incidents',
    incident: `/incidents/${encodeURIComponent(incident)}`,
    identities: '/identities',
    identity: `/identities/${encodeURIComponent(culprit)}`,
    sources: '/sources',
    drift: '/drift',
    orphans: '/orphans',
  }
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: axePath })
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  )
}

describe.skipIf(chromiumPath === undefined)(
  'the status page during an incident (skipped without Chromium on the PATH)',
  () => {
    const workspace = new Workspace()
    let browser: Browser
    let running: EmbeddedService

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] })
      running = await startPageLab(workspace, 480)
    }, 120_000)
    afterAll(async () => {
      await browser.close()
      await running[Symbol.asyncDispose]()
      workspace[Symbol.dispose]()
    })

    it.each(schemes)(
      'has nothing that axe objects to on any page, in %s',
      async (colorScheme) => {
        const paths = await pathsOf(running)
        for (const width of widths) {
          await using context = await browser.newContext({
            ...{ colorScheme, viewport: { width, height: 900 }, bypassCSP: true },
          })
          const page = await context.newPage()
          for (const [name, path] of Object.entries(paths)) {
            const answer = await page.goto(`${running.url}${path}`)
            const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
            const found = await violations(page)
            expect([name, width, answer?.status(), isWide, found]).toEqual([name, width, 200, false, []])
            const folder = process.env['SCREENSHOTS']
            if (folder !== undefined)
              await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true })
          }
        }
      },
      120_000,
    )

    it('leads from the first page to the cause of an incident without scripts', async () => {
      await using context = await browser.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.goto(running.url)
      await page.getByRole('navigation').getByRole('link', { name: 'Incidents' }).click()
      await page.getByRole('rowheader').getByRole('link').first().click()
      await page.waitForURL(/\/incidents\/./)
      await page.getByRole('region', { name: 'Evidence of' }).first().waitFor()
      await page.getByRole('main').locator('a[href^="/identities/"]').first().click()
      await page.waitForURL(/\/identities\/./)
    })

    it('shows news without a reload, and stops when it is told to', async () => {
      await using context = await browser.newContext()
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await page.clock.install()
      await page.goto(`${running.url}/sources`)
      await page.evaluate('document.body.dataset.isFirst = "yes"')
      const rejected = async () => (await page.getByRole('main').textContent()) ?? ''
      const before = await rejected()
      await running.send('{"kind":"Event"')
      await page.clock.runFor(6_000)
      await expect.poll(rejected).not.toBe(before)
      expect(await page.evaluate('document.body.dataset.isFirst')).toBe('yes')
      await page.getByRole('button', { name: 'Pause updates' }).click()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.clock.runFor(20_000)
      expect([asked, complaints]).toEqual([[], []])
    })
  },
)
