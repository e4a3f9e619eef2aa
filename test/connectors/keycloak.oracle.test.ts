import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keycloak } from '../../src/connectors/keycloak/connector.ts'
import { outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/keycloak/sekoia/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'
const files = isHere ? readdirSync(samples).filter((name) => !name.endsWith('.expected.json')) : []

interface Oracle {
  readonly event: { readonly outcome?: string; readonly code: string }
  readonly keycloak: { readonly realm: { readonly name: string } }
  readonly error?: { readonly code: string }
}

/** The other parser gives an outcome to failures only, and has no notion of a sign-in that goes on. */
const withoutEvent: Readonly<Record<string, string>> = {
  'test_login_success.json':
    'a sign-in in the browser ends in a code: its exchange is the record that counts',
}

describe.skipIf(!isHere)(`public Keycloak events${absent}`, () => {
  it.each(files)('agree in %s with an independent parser on outcome, code and realm', (file) => {
    const oracle = JSON.parse(
      readFileSync(new URL(file.replace('.json', '.expected.json'), samples), 'utf8'),
    ) as Oracle
    const [outcome, ...others] = outcomesOf([keycloak], readFileSync(new URL(file, samples)))
    expect(others).toEqual([])
    if (file in withoutEvent) {
      expect(outcome?.rejection?.reason, withoutEvent[file]).toBe('not_terminal')
      return
    }
    const [event] = outcome?.events ?? []
    expect(event).toMatchObject({
      outcome: oracle.event.outcome ?? 'success',
      kind: 'token.request',
      identity: { tenant: oracle.keycloak.realm.name },
    })
    expect(event?.code).toBe(oracle.error?.code)
  })

  it('are all there is to read', () => {
    expect(files.length).toBe(3)
  })
})
