import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { EmbeddedService } from '../../support/embedded-service.ts'
import { hourMs, minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

const now = (): number => morning + 2 * hourMs
/** Half an hour before the end of the records. */
const change = new Date(morning + 90 * minuteMs).toISOString()

/** A request of each account in each minute; `fails`: from which minute on the issuer answers 500. */
function traffic(fails: Readonly<Record<string, number>>): string {
  return linesOf(
    Object.entries(fails).flatMap(([account, from]) =>
      Array.from({ length: 120 }, (_, i) =>
        tokenRequest({
          ...{ id: `${account}-${i}`, time: morning + i * minuteMs, account },
          code: i < from ? 201 : 500,
        }),
      ),
    ),
  )
}

const owners = `owners:
  - { match: { id: "system:serviceaccount:*:checkout" }, app: checkout }
  - { match: { id: "system:serviceaccount:*:cart" }, app: cart }
  - { match: { id: "system:serviceaccount:*:orders" }, app: orders }
`

async function withTraffic(workspace: Workspace): Promise<EmbeddedService> {
  workspace.write('owners.yaml', owners)
  const running = await EmbeddedService.start(workspace, { ownership: 'owners.yaml' }, now)
  await running.ready()
  await running.send(traffic({ checkout: 91, cart: 1000, orders: 10 }))
  return running
}

describe('gate', () => {
  it('stops a change that broke an objective for its application, and lets others pass', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const asked = (app: string, ...more: readonly string[]) =>
      captured(['gate', '--url', running.url, '--app', app, '--since', change, ...more])
    const checkout = await asked('checkout')
    expect([checkout.code, checkout.err]).toEqual([1, ''])
    expect(checkout.out).toMatch(/^breach: checkout since /)
    expect(checkout.out).toMatch(/shop-issuance: \d+ of \d+ failed/)
    expect(await asked('cart')).toMatchObject({ code: 0, out: expect.stringMatching(/^pass: cart/) })
    // It burned before the change just as much: the change is not to blame.
    const orders = JSON.parse((await asked('orders', '-o', 'json')).out)
    expect(orders).toMatchObject({ verdict: 'pass', objectives: [{ verdict: 'burned-before' }] })
  })

  it('says that it knows nothing of an application, and stops only where data is required', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const args = ['gate', '--url', running.url, '--app', 'nobody', '--since', '10m']
    expect(await captured(args)).toMatchObject({ code: 0, out: expect.stringMatching(/^no-data: nobody/) })
    expect((await captured([...args, '--require-data'])).code).toBe(1)
  })

  it('says what is wrong with the question', async () => {
    using workspace = new Workspace()
    await using running = await withTraffic(workspace)
    const { status, text } = await running.get('/api/v1/gate?app=cart&since=yesterday')
    expect([status, JSON.parse(text).error]).toEqual([400, expect.stringContaining('yesterday')])
    const unknown = await running.get('/api/v1/gate?app=cart&since=10m&objective=none')
    expect([unknown.status, JSON.parse(unknown.text).error]).toEqual([
      400,
      expect.stringContaining('shop-issuance'),
    ])
    expect((await captured(['gate', '--app', 'cart', '--since', 'yesterday'])).code).toBe(2)
    expect((await captured(['gate', '--app', 'cart'])).code).toBe(2)
  })
})
