import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { auth0 } from '../../src/connectors/auth0/connector.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/auth0/panther/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'
const files = isHere ? readdirSync(samples) : []

interface Raw {
  readonly log_id?: string
  readonly data: {
    readonly log_id?: string
    readonly type: string
    readonly user_id?: string
    readonly details?: { readonly response?: { readonly statusCode?: number } }
  }
}

function rawRecords(file: string): Raw[] {
  const lines = readFileSync(new URL(file, samples), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Raw)
}

function outcomesIn(file: string): Outcome[] {
  return outcomesOf([auth0], readFileSync(new URL(file, samples)))
}

/** No other parser's reading is there to compare with: the raw records' own type and status are. */
describe.skipIf(!isHere)(`public Auth0 logs${absent}`, () => {
  it.each(files)('are read one by one in %s, each as its type and status say', (file) => {
    const raw = rawRecords(file)
    const outcomes = outcomesIn(file)
    expect(outcomes.length).toBe(raw.length)
    for (const [index, { data }] of raw.entries()) {
      const { events, rejection } = outcomes[index] ?? {}
      if (data.type === 'sapi') {
        const status = data.details?.response?.statusCode ?? 0
        expect(events?.[0]?.outcome).toBe([401, 403, 429].includes(status) ? 'failure' : 'success')
        expect(events?.[0]?.id).toContain(data.log_id ?? raw[index]?.log_id)
      } else if (data.type.startsWith('f')) expect(events?.[0]?.outcome).toBe('failure')
      else expect(rejection?.reason).toBe('not_relevant')
    }
  })

  it('are calls of people, none of whose names stands in an event', () => {
    const events = files.flatMap(outcomesIn).flatMap(({ events }) => events ?? [])
    expect(events.length).toBeGreaterThan(15)
    expect(events.every((event) => event.identity.type === 'user')).toBe(true)
    expect(JSON.stringify(events)).not.toMatch(/@[\w-]+\.[a-z]|Homer|Simpson|denethor|Bob/i)
  })
})
