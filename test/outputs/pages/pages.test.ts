import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from '../../../src/outputs/pages/html.ts'
import { identitiesPage } from '../../../src/outputs/pages/identities-page.ts'
import { identityPage } from '../../../src/outputs/pages/identity-page.ts'
import type { Frame } from '../../../src/outputs/pages/layout.ts'
import { notFoundPage } from '../../../src/outputs/pages/not-found-page.ts'
import { count, duration, percent } from '../../../src/outputs/pages/numbers.ts'
import { objectivePage } from '../../../src/outputs/pages/objective-page.ts'
import { overviewPage } from '../../../src/outputs/pages/overview-page.ts'
import { sourcesPage } from '../../../src/outputs/pages/sources-page.ts'
import type {
  IdentityRow,
  IdentityView,
  ObjectiveView,
  SourceRow,
} from '../../../src/outputs/status-views.ts'

const time = '2026-01-31T00:00:00.000Z'
const frame: Frame = { version: '1.2.3', isReady: true, dataUntil: time }

/** Everything is called `name`. */
function pagesOf(name: string, at: Frame = frame): readonly string[] {
  const contributors = [{ key: name, bad: 3, error: 0 }]
  const objective: ObjectiveView = {
    ...{ id: name, name, service: name, indicator: name, state: 'page', firing: [name], target: 0.9995 },
    ...{ value: 0.999, hasData: true, window: name, errorBudgetRemaining: -1, burnRate1h: 2.345_67, bad: 3 },
    ...{
      displayName: `d ${name}`,
      description: name,
      owner: `o${name}`,
      severityClass: name,
      definedAt: name,
    },
    ...{ from: time, to: time, good: 1_234_567, excluded: 0 },
    burn: [{ window: name, rate: 1, errorRatio: 0.1, good: 1, bad: 1 }],
    alerts: [{ id: name, severity: 'page', firing: true, factor: 14.4, longWindow: name, shortWindow: name }],
    contributors: {
      identity: contributors,
      workload: contributors,
      reason: contributors,
      code: contributors,
    },
    exclusions: [{ name, reason: name, definedAt: name, active: true }],
    beforeExclusions: { good: 1, bad: 1, value: 0.5, errorBudgetRemaining: 0, leftOutSeconds: 90 },
    course: [
      { time, errorBudgetRemaining: 1 },
      { time, errorBudgetRemaining: -1 },
    ],
  }
  const identity: IdentityRow = {
    ...{ id: name, name, type: name, provider: name, tenant: name, app: name, team: name, owned: true },
    ...{ events: 9, failures: 3, lastSeen: time },
  }
  const view: IdentityView = {
    ...{ id: name, descriptions: [identity], burned: [{ objective: name, indicator: name, bad: 1 }] },
    reach: {
      ...{ granted: 2, used: 1, unused: 1, grantedResources: [`g${name}`] },
      usedResources: [{ resource: name, lastUsed: time }],
      findings: [{ kind: name, message: name }],
    },
    changes: [{ time, what: name }],
  }
  const records = { accepted: 1, duplicate: 2, late: 3, rejected: 4, irrelevant: 5 }
  const source: SourceRow = {
    id: name,
    records,
    rejections: { missing_field: 4 },
    silent: true,
    lagSeconds: 3,
  }
  const place = { total: 200, page: 2, pageSize: 50 }
  const overview = { culprits: [identity], sources: [source], q: name }
  const firstRecord = { host: name, webhook: 'token', now: time } as const
  return [
    overviewPage(at, {
      ...overview,
      list: {
        ...place,
        states: { page: 1, ticket: 0, overspent: 0, ok: 0, 'no-data': 0 },
        objectives: [objective],
      },
      firstRecord,
    }),
    objectivePage(at, objective),
    identitiesPage(at, { ...place, known: 300, identities: [identity] }, name),
    identityPage(at, view),
    sourcesPage(at, { sources: [source] }),
    notFoundPage(at, name),
  ]
}

/** Tags with the names of their attributes. */
function elements(page: string): readonly string[] {
  return (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'))
}

describe('the pages', () => {
  it('have the same elements whatever things are called', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'-->",
        '</td></tr></table>',
        '&lt;',
        '\u0000\ud800',
      ),
    )
    const expected = pagesOf('plain').map(elements)
    fc.assert(
      fc.property(hostile, (name) => {
        expect(pagesOf(name).map(elements)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('need neither scripts, nor inline styles, nor anything from elsewhere', () => {
    for (const page of pagesOf('plain')) {
      expect(page).not.toMatch(/<script|<style|<img|<iframe|\son\w+=|\sstyle=|javascript:|@import|url\(/)
      expect(page).not.toMatch(/(?:href|src|action)="(?!\/|#|data:,)/)
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    }
  })

  it('say while the logs that are there are read that numbers are of a part of them', () => {
    for (const page of pagesOf('plain')) expect(page).not.toContain('Still reading')
    for (const page of pagesOf('plain', { ...frame, isReady: false })) expect(page).toContain('Still reading')
  })

  it('never put into a command what a shell would read', () => {
    expect(pagesOf('x.test:9465')[0]).toContain('http://x.test:9465/v1/records')
    expect(pagesOf('$(reboot)')[0]).toContain('http://HOST:PORT/v1/records')
  })
})

describe('the template', () => {
  it('escapes texts so that a browser shows them as they are, and nothing twice', () => {
    const inner = html`<b>${`<a href="x">'&amp;'</a>`}</b>`
    expect(html`<p>${inner}${[1, undefined, 'x']}</p>`.text).toBe(
      '<p><b>&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;</b>1x</p>',
    )
  })
})

describe('numbers', () => {
  it('show a share exactly and never round it up', () => {
    expect([0.9999, 0.999_999_99, 0.29, 0.57, 1.1].map((ratio) => percent(ratio))).toEqual([
      '99.99 %',
      '99.9999 %',
      '29 %',
      '57 %',
      '110 %',
    ])
  })

  it('group thousands, and spell durations in the unit that fits', () => {
    expect([0, 999, 1000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567'])
    expect([0.25, 59, 90, 5400, 216_000].map(duration)).toEqual([
      '0.3 s',
      '59 s',
      '1.5 min',
      '1.5 h',
      '2.5 d',
    ])
  })
})
