import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHtml, type LandingFacts, renderLandingPage } from '../../src/outputs/landing-page.ts'
import type { ObjectiveReport } from '../../src/outputs/replay-report.ts'

const objective: ObjectiveReport = {
  name: 'issuance',
  service: 'shop',
  indicator: 'token-issuance',
  target: 0.9995,
  window: '30d',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-31T00:00:00.000Z',
  good: 1_234_567,
  bad: 3,
  excluded: 0,
  value: 0.999_997,
  errorBudgetRemaining: 0.9951,
  hasData: true,
  burnRates: { '1h': 2.345_67 },
  alerts: [
    { id: 'page-quick', severity: 'page', firing: false, factor: 14.4, longWindow: '1h', shortWindow: '5m' },
  ],
  topContributors: {},
}

const facts: LandingFacts = {
  version: '1.2.3',
  isReady: true,
  dataUntil: '2026-01-31T00:00:00.000Z',
  objectives: [objective],
  sources: [
    {
      id: 'kubernetes-audit',
      accepted: 10,
      duplicate: 1,
      late: 2,
      rejected: 3,
      irrelevant: 4,
      newest: '2026-01-31T00:00:00.000Z',
    },
  ],
  identities: [{ name: 'checkout', app: 'shop', provider: 'kubernetes', failures: 3, events: 9 }],
}

const page = (changes: Partial<LandingFacts>): string => renderLandingPage({ ...facts, ...changes })
/** The cells of a row, as text. */
const cellsOf = (html: string): readonly string[] =>
  [...html.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text = '']) => text)

describe('the landing page', () => {
  it('shows objectives, sources and identities', () => {
    expect(cellsOf(page({}))).toEqual([
      'shop / issuance',
      '99.95 %',
      '99.9997 %',
      '1,234,567',
      '3',
      '99.51 %',
      '2.35',
      '30d',
      'ok',
      'kubernetes-audit',
      '10',
      '1',
      '2',
      '3',
      '4',
      '2026-01-31T00:00:00.000Z',
      'checkout',
      'shop',
      'kubernetes',
      '3',
      '9',
    ])
  })

  it('says what fires, what is overspent and what has no data yet', () => {
    const alerts = objective.alerts.map((alert) => ({ ...alert, firing: true }))
    expect(page({ objectives: [{ ...objective, alerts }] })).toContain('<td class="bad">page-quick</td>')
    expect(page({ objectives: [{ ...objective, errorBudgetRemaining: -0.2 }] })).toContain(
      '<td class="n bad">-20 %</td>',
    )
    const silent = cellsOf(page({ objectives: [{ ...objective, hasData: false, value: 1 }] }))
    expect([silent[2], silent[8]]).toEqual(['–', 'no data yet'])
  })

  it('says what to do where there is nothing yet', () => {
    const empty = page({ objectives: [], sources: [], identities: [], dataUntil: undefined, isReady: false })
    expect(empty).toContain('add OpenSLO files')
    expect(empty).toContain('curl --data-binary')
    expect(empty).toContain('No event yet')
    expect(empty).toContain('still reading the logs')
    expect(page({})).not.toContain('still reading')
  })

  it('links to every endpoint, and needs neither scripts nor anything from elsewhere', () => {
    const html = page({})
    for (const path of ['/metrics', '/api/v1/status', '/-/healthy', '/-/ready'])
      expect(html).toContain(`href="${path}"`)
    expect(html).not.toMatch(
      /<script|<link|<img|<iframe|\bon\w+=|javascript:|https?:(?!\/\/HOST)|@import|url\(/,
    )
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
  })

  it('shows a target exactly and never rounds a share up', () => {
    const shares = [0.9999, 0.999_999_99, 0.29, 0.57, 1.1].map(
      (target) => cellsOf(page({ objectives: [{ ...objective, target }] }))[1],
    )
    expect(shares).toEqual(['99.99 %', '99.9999 %', '29 %', '57 %', '110 %'])
  })

  it('has the same elements whatever things are called', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'-->",
        '</td></tr></table>',
        '&lt;',
        '\u0000\ud800',
      ),
    )
    const elements = (html: string): readonly string[] => html.match(/<[^>]*>/g) ?? []
    const expected = elements(page({}))
    fc.assert(
      fc.property(hostile, (name) => {
        const html = page({
          version: name,
          objectives: [{ ...objective, name, service: name, window: name }],
          sources: facts.sources.map((source) => ({ ...source, id: name })),
          identities: [{ name, app: name, provider: name, failures: 3, events: 9 }],
        })
        expect(elements(html)).toEqual(expected)
        expect(html).toContain(`<td>${escapeHtml(name)}</td>`)
      }),
      { numRuns: 60 },
    )
  })

  it('escapes so that a browser shows the text as it is', () => {
    expect(escapeHtml(`<a href="x">'&amp;'</a>`)).toBe(
      '&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;',
    )
  })
})
