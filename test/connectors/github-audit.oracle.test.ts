import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { githubAudit } from '../../src/connectors/github-audit/connector.ts'
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

const parsed = filesOf('github-audit/sekoia/', /\.json$/)
const mapped = filesOf('ocsf/examples/', /GitHub.*\.raw$/)
const rules = filesOf('github-audit/panther/', /\.jsonl$/)

function read(file: string): string {
  return readFileSync(new URL(file, samples), 'utf8')
}

function outcomesIn(file: string): Outcome[] {
  return outcomesOf([githubAudit], Buffer.from(read(file)))
}

interface Ocsf {
  readonly time: number
  readonly actor: { readonly user: { readonly uid: string } }
}

/** What an OCSF mapping has a class for, and we give no event for. */
const withoutEvent: Readonly<Record<string, string>> = {
  Authentication: 'a person signed in to the enterprise: GitHub issued no token that the record tells of',
  Group_Management: 'a person was put into a team',
}

interface Raw {
  readonly action?: string
}

/** Webhooks have actions without a category, or none; audit events have `category.operation`. */
function isAuditEvent(line: string): boolean {
  return (JSON.parse(line) as Raw).action?.includes('.') === true
}

describe.skipIf(!isHere)(`public GitHub events${absent}`, () => {
  it.each(parsed)(
    'are settings and people in %s, which an independent parser gives no outcome either',
    (file) => {
      expect(JSON.parse(read(file.replace('.json', '.expected.json'))).event.outcome).toBeUndefined()
      expect(outcomesIn(file).map(({ rejection }) => rejection?.reason)).toEqual(['not_relevant'])
    },
  )

  it.each(mapped)('agree in %s with the time and the user of the OCSF mapping', (file) => {
    const oracle = JSON.parse(read(file.replace('.raw', '.ocsf'))) as Ocsf
    const [outcome] = outcomesIn(file)
    const known = Object.keys(withoutEvent).find((name) => file.includes(name))
    if (known !== undefined) {
      expect(outcome?.rejection?.reason, withoutEvent[known]).toBe('not_relevant')
      return
    }
    const [event] = outcome?.events ?? []
    expect(event?.time).toBe(oracle.time)
    expect(event?.identity).toMatchObject({ id: oracle.actor.user.uid, type: 'user' })
  })

  it.each(rules)('are told from webhooks in %s, and give events or say why not', (file) => {
    const lines = read(file).split('\n').filter(Boolean)
    const outcomes = outcomesIn(file)
    expect(outcomes.length).toBe(lines.length)
    for (const [index, line] of lines.entries()) {
      const { events, rejection } = outcomes[index] ?? {}
      expect(rejection?.reason !== 'unknown_format', line.slice(0, 80)).toBe(isAuditEvent(line))
      expect(events?.length ?? rejection?.message.length).toBeGreaterThan(0)
    }
  })

  it('name nobody but by what is pseudonymised', () => {
    const events = [...mapped, ...rules].flatMap(outcomesIn).flatMap(({ events }) => events ?? [])
    expect(events.length).toBeGreaterThan(2)
    const shown = events.map((event) => {
      const actor = 'actor' in event && event.actor.type === 'user' ? { actor: undefined } : {}
      return { ...event, ...actor, ...(event.identity.type === 'user' ? { identity: undefined } : {}) }
    })
    expect(JSON.stringify(shown)).not.toMatch(/user_name|leetboy|test_user|@[\w-]+\.[a-z]/)
  })
})
