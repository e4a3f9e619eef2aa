import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from '../../../src/outputs/pages/html.ts'
import { liveScript } from '../../../src/outputs/pages/live-script.ts'
import { count, duration, percent } from '../../../src/outputs/pages/numbers.ts'
import { stylesheet } from '../../../src/outputs/pages/stylesheet.ts'
import { frame, pagesOf } from '../../support/pages.ts'

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
    const expected = Object.values(pagesOf('plain')).map(elements)
    fc.assert(
      fc.property(hostile, (name) => {
        expect(Object.values(pagesOf(name)).map(elements)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('have one script and one style of ours, nothing inline and nothing from elsewhere', () => {
    for (const page of Object.values(pagesOf('plain'))) {
      expect(page.match(/<script[^>]*>[^<]*<\/script>/g)).toEqual([
        '<script src="/assets/live.js" defer></script>',
      ])
      expect(page).not.toMatch(/<style|<img|<iframe|\son\w+=|\sstyle=|javascript:|@import|url\(/)
      expect(page).not.toMatch(/(?:href|src|action)="(?!\/|#|data:,)/)
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    }
  })

  it('say while the logs that are there are read that numbers are of a part of them', () => {
    for (const page of Object.values(pagesOf('plain'))) expect(page).not.toContain('Still reading')
    for (const page of Object.values(pagesOf('plain', { ...frame, isReady: false })))
      expect(page).toContain('Still reading')
  })

  it('say what keeps the run from doing its work', () => {
    const problems = ['State cannot be written.']
    for (const page of Object.values(pagesOf('plain', { ...frame, problems })))
      expect(page).toContain('State cannot be written.')
  })

  it('weigh at most 300 KB each with script and style, with as much on them as there may be under long names', () => {
    const name = 'arn:aws:iam::111122223333:role/'.padEnd(160, 'service-of-a-long-name/')
    const assets = Buffer.byteLength(liveScript) + Buffer.byteLength(stylesheet)
    for (const [page, text] of Object.entries(pagesOf(name, frame, true)))
      expect([page, Buffer.byteLength(text) + assets <= 300 * 1024]).toEqual([page, true])
  })

  it('never put into a command what a shell would read', () => {
    expect(pagesOf('x.test:9465')['overview']).toContain('http://x.test:9465/v1/records')
    expect(pagesOf('$(reboot)')['overview']).toContain('http://HOST:PORT/v1/records')
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
