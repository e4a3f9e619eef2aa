import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { okta } from '../../src/connectors/okta/connector.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'

function filesOf(folder: string, suffix: RegExp): string[] {
  if (!isHere) return []
  return readdirSync(new URL(folder, samples))
    .filter((name) => suffix.test(name) && !name.endsWith('.expected.json'))
    .map((name) => `${folder}${name}`)
}

const parsed = filesOf('okta/sekoia/', /\.json$/)
const mapped = filesOf('ocsf/examples/', /Okta.*\.raw$/)
const rules = filesOf('okta/panther/', /\.jsonl$/)

function outcomesIn(file: string): Outcome[] {
  return outcomesOf([okta], readFileSync(new URL(file, samples)))
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, samples), 'utf8'))
}

/** Where another parser gives an outcome and we say that the record is not the one that counts. */
const disagreements: Readonly<Record<string, string>> = {
  'okta/sekoia/test_account_lock.json':
    'the lock follows from sign-ins that failed, and those have records of their own',
  'okta/sekoia/test_auth_via_mfa.json': 'a second factor is a step of a sign-in',
  'okta/sekoia/test_target.json': 'a sign-in to an OpenID Connect app: the grant of its token counts',
  'ocsf/examples/md_Okta_v1.3.0_System_Logs_Group_Management_samples_group_management.raw':
    'a person was put into a group of people',
}

/** Statistics about events, and events that a rule test was trimmed to: no System Log event has this shape. */
const otherThings = [
  'okta_ad_agent_token_abuse_behavioral',
  'okta_skeleton_key_bypass_behavioral',
  'okta_swa_offhours_access_behavioral',
]

describe.skipIf(!isHere)(`public Okta events${absent}`, () => {
  it.each(parsed)('agree in %s with the outcome that an independent parser gives', (file) => {
    const oracle = jsonOf(file.replace('.json', '.expected.json')) as { event: { outcome: string } }
    const [outcome] = outcomesIn(file)
    if (file in disagreements) expect(outcome?.rejection?.reason, disagreements[file]).toMatch(/^not_/)
    else expect(outcome?.events?.[0]?.outcome).toBe(oracle.event.outcome)
  })

  it.each(mapped)('agree in %s with the status of its OCSF mapping', (file) => {
    const oracle = jsonOf(file.replace('.raw', '.ocsf')) as { status: string }
    const [outcome] = outcomesIn(file)
    if (file in disagreements) expect(outcome?.rejection?.reason, disagreements[file]).toMatch(/^not_/)
    else expect(outcome?.events?.[0]?.outcome).toBe(oracle.status.toLowerCase())
  })

  it.each(rules)('give events in %s, or say why not in words that quote nothing', (file) => {
    for (const { events, rejection } of outcomesIn(file)) {
      if (rejection === undefined) expect(events?.length).toBeGreaterThan(0)
      else {
        const isOther = otherThings.some((name) => file.includes(name))
        expect(rejection.reason === 'unknown_format', file).toBe(isOther)
        expect(rejection.message).not.toMatch(/@[a-z]|\d{5}/)
      }
    }
  })

  it('let no name or address of a person out of the identities that are pseudonymised', () => {
    const events = [...parsed, ...mapped, ...rules].flatMap(outcomesIn).flatMap(({ events }) => events ?? [])
    expect(events.length).toBeGreaterThan(5)
    const shown = events.map((event) => {
      const actor = 'actor' in event && event.actor.type === 'user' ? { actor: undefined } : {}
      const isPerson = event.identity.type === 'user'
      return { ...event, ...actor, ...(isPerson ? { identity: undefined, principal: undefined } : {}) }
    })
    expect(JSON.stringify(shown)).not.toMatch(/@[\w-]+\.[a-z]|Homer|Doe|Alice|Naglieri/i)
    expect(JSON.stringify(events)).not.toMatch(/@[\w-]+\.[a-z]|Homer|Doe|Alice|Naglieri/i)
  })
})
