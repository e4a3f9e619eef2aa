import { describe, expect, it } from 'vitest'
import type { Review } from '../../../src/outputs/reports/review.ts'
import { reviewHtml } from '../../../src/outputs/reports/review-html.ts'
import { reviewMarkdown } from '../../../src/outputs/reports/review-markdown.ts'

const hostile = 'a|b<script>alert(1)</script>[x](y)`"'

/** Two days with an incident, drift and a fallback in the second; `name` is what all that is named is called. */
function review(name: string): Review {
  return {
    from: '2026-03-02T00:00:00.000Z',
    to: '2026-03-04T00:00:00.000Z',
    step: '1d',
    starts: ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'],
    objectives: [
      {
        ...{ id: name, service: name, indicator: 'token-issuance', target: 0.999, window: '30d' },
        ...{ hasData: true, good: 1990, bad: 10, value: 0.995, budgetSpent: 0.4, budgetRemaining: 0.55 },
        badByStep: [undefined, 10],
        course: [
          { time: '2026-02-02T00:00:00.000Z', errorBudgetRemaining: 1 },
          { time: '2026-03-04T00:00:00.000Z', errorBudgetRemaining: 0.55 },
        ],
        culprits: [`${name} (10)`],
      },
    ],
    incidents: [
      {
        ...{ id: name, state: 'resolved', severity: 'page', title: name, owner: name, bad: 10 },
        ...{ detectedAt: '2026-03-03T09:00:00.000Z', services: [name], objectives: [name] },
        timeToDetectSeconds: 90,
      },
    ],
    drift: {
      ...{ hasBaseline: true, total: 3 },
      byStep: [
        { expected: 2, unexpected: 0 },
        { expected: 0, unexpected: 1 },
      ],
      shown: [{ time: '2026-03-03T08:59:00.000Z', what: name, actor: name }],
      actors: [{ actor: name, changes: 3 }],
    },
    inventory: {
      ...{ known: 4, withRights: 3, wide: 1 },
      ranking: [{ identity: name, granted: 8, used: 2, unused: 6, compromise: 9, wholeScopes: 1 }],
      findings: [{ kind: 'never-used', count: 2 }],
      unused: [{ identity: name, message: name }],
    },
    quiet: { total: 1, shown: [{ identity: name, app: name, lastSeen: '2026-03-01T00:00:00.000Z' }] },
    fallback: { isCounted: true, byStep: [undefined, { fallbacks: 3, all: 12 }], culprits: [name] },
    sources: [
      { id: name, accepted: 2000, duplicate: 1, rejected: 2, newestEvent: '2026-03-03T23:59:59.000Z' },
    ],
    oldest: '2026-02-02T00:00:00.000Z',
  }
}

describe('a review as Markdown', () => {
  const text = reviewMarkdown(review('orders'))

  it('has each subject with its numbers', () => {
    expect(text).toContain('# Review from 2026-03-02 00:00:00Z to 2026-03-04 00:00:00Z')
    expect(text).toContain(
      '| orders | 99.9 % over 30d | 99.5 % | 10 | 40 % | ██████░░░░ 55 % | orders (10) |',
    )
    expect(text).toContain(
      '| 2026-03-03 09:00:00Z | orders | page | resolved | 1.5 min | not known | orders | 10 |',
    )
    expect(text).toContain('| orders | ██████████ 9 | 1 | 8 | 2 | 6 |')
    expect(text).toContain('| never-used | 2 |')
    expect(text).toContain('3 of 12 authentications')
  })

  it('puts what happened on its day, and does not take what is not known for nothing', () => {
    expect(text).toContain('| 03-02 | not known | 0 | 0 | 2 | 0 | – |')
    expect(text).toContain('| 03-03 | ██████████ 10 | 1 | 0 | 1 | 1 | 3 of 12 |')
  })

  it('takes no markup from names', () => {
    const written = reviewMarkdown(review(hostile))
    expect(written).not.toContain('<script>')
    expect(written).toContain('a\\|b\\<script\\>alert(1)\\</script\\>\\[x\\](y)\\`"')
  })

  it('says when the records do not reach back to its begin', () => {
    expect(text).not.toContain('The records begin')
    expect(reviewMarkdown({ ...review('orders'), oldest: '2026-03-02T12:00:00.000Z' })).toContain(
      'The records begin at 2026-03-02 12:00:00Z: of the time before it nothing is known.',
    )
  })
})

describe('a review as HTML', () => {
  it('draws budgets, incidents, changes and fallbacks, and reads each column out', () => {
    const page = reviewHtml(review('orders'))
    for (const name of [
      'Bad events of all objectives',
      'Incidents',
      'Changes of rights and identities',
      'Fallbacks to static secrets',
    ])
      expect(page).toContain(`role="img" aria-label="${name}"`)
    expect(page).toContain('aria-label="Budget left from 2026-02-02 00:00:00Z')
    expect(page).toContain('<title>03-03: 3 with a static secret, 9 with the identity</title>')
    expect(page).toContain('<title>03-02: not known</title>')
  })

  it('loads nothing from elsewhere and links to no page of a running instance', () => {
    expect(reviewHtml(review('orders'))).not.toMatch(/<script|src=|url\(|@import|href="(?!data:,)/)
  })

  it('takes no markup from names', () => {
    expect(reviewHtml(review(hostile))).not.toContain('<script')
    expect(reviewHtml(review(hostile))).toContain('&lt;script&gt;')
  })
})
