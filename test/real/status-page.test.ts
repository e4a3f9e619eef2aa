/** The status page in Chromium: the way to a culprit without scripts, and what axe finds. */
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/chromium.ts'
import { EmbeddedService } from '../support/embedded-service.ts'
import { hourMs, minuteMs, morning, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const schemes = ['light', 'dark'] as const
const widths = [390, 1440]

async function withTraffic(workspace: Workspace): Promise<EmbeddedService> {
  const running = await EmbeddedService.start(workspace, {}, () => morning + 2 * hourMs)
  await running.ready()
  const records = Array.from({ length: 100 }, (_, i) => {
    const account = i % 2 === 0 ? 'checkout' : 'cart'
    return tokenRequest({
      id: `r${i}`,
      time: morning + i * minuteMs,
      account,
      code: i % 20 === 0 ? 500 : 201,
    })
  })
  await running.send(linesOf(records))
  await running.send('{"kind":"Event"')
  return running
}

/** Every page once, by links from the first. */
async function pathsOf(running: EmbeddedService): Promise<readonly string[]> {
  const culprit = JSON.parse((await running.get('/api/v1/identities')).text).identities[0].id
  return [
    '/',
    '/objectives/shop-issuance',
    '/identities?q=check',
    '/identities?q=nobody',
    `/identities/${encodeURIComponent(culprit)}`,
    '/sources',
    '/objectives/none',
  ]
}

/** What axe objects to, each with the first element. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: axePath })
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  )
}

describe.skipIf(chromiumPath === undefined)('the status page (skipped without Chromium on the PATH)', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())

  it('leads from an objective to who burned its budget, by keyboard and without scripts', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    await using context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(running.url)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    await page.getByRole('link', { name: 'shop / issuance' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'Budget left from' }).waitFor()
    await page.getByRole('region', { name: 'By identity' }).getByRole('link').first().click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('checkout')
    await page.getByRole('link', { name: 'Identities' }).click()
    await page.getByRole('searchbox').fill('cart')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=cart/)
    expect(await page.getByRole('rowheader').allTextContents()).toEqual([expect.stringContaining('cart')])
    expect(complaints).toEqual([])
  })

  it.each(schemes)(
    'has nothing that axe objects to, in %s, on a phone and on a desk',
    async (colorScheme) => {
      using workspace = new Workspace()
      await using running = await withTraffic(workspace)
      using emptyFolder = new Workspace()
      await using empty = await EmbeddedService.start(emptyFolder)
      await empty.ready()
      const urls = [`${empty.url}/`, ...(await pathsOf(running)).map((path) => `${running.url}${path}`)]
      for (const width of widths) {
        await using context = await browser.newContext({
          ...{ colorScheme, viewport: { width, height: 900 }, bypassCSP: true },
        })
        const page = await context.newPage()
        for (const url of urls) {
          await page.goto(url)
          const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
          expect([url, width, isWide, await violations(page)]).toEqual([url, width, false, []])
        }
      }
    },
  )

  it('asks for nothing but itself, its stylesheet and its script', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    await using context = await browser.newContext()
    const page = await context.newPage()
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).pathname))
    await page.goto(running.url)
    expect([...asked]).toEqual(['/', '/assets/style.css', '/assets/live.js'])
  })
})
