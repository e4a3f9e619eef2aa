import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { Connector } from '../../src/connectors/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { faultOf } from '../../src/events/fault.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

interface Fixture {
  readonly name: string
  readonly bytes: Buffer
  readonly expected: readonly Outcome[]
}

function fixturesOf(connector: Connector): Fixture[] {
  const folder = new URL(`../../src/connectors/${connector.id}/fixtures/`, import.meta.url)
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.expected.json'))
    .map((name) => {
      const expected = readFileSync(new URL(`${name.replace(/\.[a-z]+$/, '')}.expected.json`, folder), 'utf8')
      return { name, bytes: readFileSync(new URL(name, folder)), expected: JSON.parse(expected) as Outcome[] }
    })
}

function eventsOf(outcomes: readonly Outcome[]): IdentityEvent[] {
  return outcomes.flatMap((outcome) => outcome.events ?? [])
}

/** E-mail addresses, JWTs and AWS secrets have no business in any field of a machine identity's event. */
const leaks = [/eyJ[\w-]{10,}\.[\w-]{10,}/, /FwoGZXIvYXdz/, /-----BEGIN/]
const email = /[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}/i

/** Strings that a person's event may carry: the id and name, which the events stage pseudonymises. */
function withoutPeople(event: IdentityEvent): unknown {
  const actor = 'actor' in event && event.actor.type === 'user' ? { actor: undefined } : {}
  const identity = event.identity.type === 'user' ? { identity: undefined, principal: undefined } : {}
  return { ...event, ...actor, ...identity }
}

function isServiceAccountAddress(address: string): boolean {
  return address.endsWith('.gserviceaccount.com')
}

describe.each(availableConnectors.map((connector) => [connector.id, connector] as const))(
  '%s',
  (_, connector) => {
    const fixtures = fixturesOf(connector)

    it('has fixtures and a README', () => {
      expect(fixtures.length).toBeGreaterThan(3)
      const readme = new URL(`../../src/connectors/${connector.id}/README.md`, import.meta.url)
      expect(readFileSync(readme, 'utf8').length).toBeGreaterThan(300)
    })

    it('says what it can tell, as its README does', () => {
      const { coverage } = connector
      if (coverage === undefined) throw new Error('no coverage')
      for (const fact of [coverage.switchOn, coverage.delivery, coverage.delay, coverage.permissions])
        expect(fact.length).toBeGreaterThan(5)
      const readme = new URL(`../../src/connectors/${connector.id}/README.md`, import.meta.url)
      const table = readFileSync(readme, 'utf8').split(/^\| *M1 .*\n\|[ |-]*\n/m)[1]
      const cells = table?.split('\n')[0]?.split('|').slice(1, -1) ?? []
      const said = { Y: 'yes', yes: 'yes', partly: 'partly', no: 'no' } as const
      if (table !== undefined)
        expect(cells.map((cell) => said[cell.trim() as keyof typeof said])).toEqual(
          Object.values(coverage.tells),
        )
    })

    it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))(
      'maps %s as reviewed',
      (_name, fixture) => {
        const outcomes = outcomesOf(availableConnectors, fixture.bytes)
        expect(JSON.parse(JSON.stringify(outcomes))).toEqual(fixture.expected)
      },
    )

    it('gives the same outcome however the bytes arrive', () => {
      for (const fixture of fixtures) {
        const whole = JSON.stringify(outcomesOf(availableConnectors, fixture.bytes))
        expect(JSON.stringify(outcomesOf(availableConnectors, fixture.bytes, 7)), fixture.name).toBe(whole)
        // Learned layouts must read what the strict reader reads.
        const twice = Buffer.concat([fixture.bytes, Buffer.from('\n'), fixture.bytes])
        const half = JSON.parse(whole) as unknown[]
        expect(JSON.parse(JSON.stringify(outcomesOf(availableConnectors, twice))), fixture.name).toEqual([
          ...half,
          ...half,
        ])
      }
    })

    it('keeps failures classified and successes free of blame', () => {
      for (const event of eventsOf(
        fixtures.flatMap((fixture) => outcomesOf(availableConnectors, fixture.bytes)),
      )) {
        expect(Number.isSafeInteger(event.time), event.id).toBe(true)
        expect(event.id.startsWith(`${connector.id}:`), event.id).toBe(true)
        expect(event.app, event.id).toBe('')
        if (event.outcome === 'success') {
          expect([event.reason, event.fault, event.code], event.id).toEqual([undefined, undefined, undefined])
        } else {
          expect(event.reason !== undefined && event.reason in faultOf, event.id).toBe(true)
          expect(event.fault, event.id).toBeDefined()
        }
      }
    })

    it('gives every event of one input an id of its own', () => {
      for (const fixture of fixtures) {
        if (
          fixture.name.includes('duplicate') ||
          fixture.name.includes('once') ||
          fixture.name.includes('again')
        )
          continue
        const ids = eventsOf(outcomesOf(availableConnectors, fixture.bytes)).map((event) => event.id)
        expect(new Set(ids).size, fixture.name).toBe(ids.length)
      }
    })

    it('lets no token, secret or address of a person out', () => {
      for (const fixture of fixtures) {
        const outcomes = outcomesOf(availableConnectors, fixture.bytes)
        const shown = JSON.stringify([
          eventsOf(outcomes).map(withoutPeople),
          outcomes.map((outcome) => outcome.rejection),
        ])
        for (const leak of leaks) expect(shown, fixture.name).not.toMatch(leak)
        for (const found of shown.match(new RegExp(email, 'gi')) ?? [])
          expect(isServiceAccountAddress(found), `${fixture.name}: ${found}`).toBe(true)
      }
    })

    it('rejects broken variants of its fixtures without throwing', () => {
      for (const fixture of fixtures) {
        const text = fixture.bytes.toString('utf8')
        const variants = [
          text.slice(0, text.length >> 1),
          text.replaceAll(
            /"(time|eventTime|timestamp|stageTimestamp|createdDateTime)"\s*:\s*"[^"]*"/g,
            '"$1":"yesterday"',
          ),
          text.replaceAll(/:\s*"[^"\\]*"/g, ':17'),
          text.replaceAll(/:\s*\{/g, ':[{').replaceAll('}', '}]'),
          text.replaceAll(/:\s*\d+/g, ':null'),
          text.replaceAll(/:\s*(null|true|false)/g, ':{"x":[]}'),
        ]
        for (const variant of variants) {
          for (const outcome of outcomesOf(availableConnectors, Buffer.from(variant))) {
            if (outcome.rejection) expect(outcome.rejection.message.length, fixture.name).toBeGreaterThan(10)
            for (const event of outcome.events ?? [])
              expect(Number.isFinite(event.time), fixture.name).toBe(true)
          }
        }
      }
    })
  },
)
