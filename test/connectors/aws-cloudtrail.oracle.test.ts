import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { awsCloudtrail } from '../../src/connectors/aws-cloudtrail/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/aws-cloudtrail/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'

function filesOf(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, samples))
    .filter((name) => !name.endsWith('.expected.json'))
    .map((name) => `${folder}/${name}`)
}

function outcomesIn(file: string): Outcome[] {
  return outcomesOf([awsCloudtrail], readFileSync(new URL(file, samples)))
}

function allOutcomes(): { readonly file: string; readonly outcome: Outcome }[] {
  const folders = readdirSync(samples)
  return folders.flatMap(filesOf).flatMap((file) => outcomesIn(file).map((outcome) => ({ file, outcome })))
}

function eventsOf(outcomes: readonly Outcome[]): IdentityEvent[] {
  return outcomes.flatMap((outcome) => outcome.events ?? [])
}

/** How often a text stands in the raw files of a folder: a count that no JSON reader of ours is part of. */
function occurrences(folder: string, pattern: RegExp): number {
  return filesOf(folder)
    .map((file) => readFileSync(new URL(file, samples), 'utf8').match(pattern)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0)
}

/** Sekoia's parser says "success" of whatever it does not know better; only these readings differ from ours. */
const disagreements: Readonly<Record<string, string>> = {
  'sekoia/event_cluster_name.json':
    'the record was trimmed of its eventID: nothing tells it from a repetition',
  'sekoia/test_insight.json': 'an Insights event is a statistic over calls that have records of their own',
}

describe.skipIf(!isHere)(`public CloudTrail records${absent}`, () => {
  it('agree with the outcome that an independent parser gives', () => {
    for (const file of filesOf('sekoia')) {
      const expected: unknown = JSON.parse(
        readFileSync(new URL(file.replace('.json', '.expected.json'), samples), 'utf8'),
      )
      const ours = outcomesIn(file).map(
        (outcome) => outcome.events?.[0]?.outcome ?? outcome.rejection?.reason,
      )
      if (file in disagreements) expect(ours, disagreements[file]).not.toEqual(['success'])
      else
        expect({ event: { outcome: ours[0] } }, file).toMatchObject({
          event: { outcome: outcomeOf(expected) },
        })
    }
  })

  it('count every AssumeRole of the S3 files as an issuance, refused or not', () => {
    const events = filesOf('invictus').flatMap((file) => eventsOf(outcomesIn(file)))
    const issuances = events.filter(
      (event) => event.kind === 'token.request' && event.identity.type === 'role',
    )
    expect(issuances).toHaveLength(occurrences('invictus', /"eventName":\s*"AssumeRole"/g))
    const refused = issuances.filter((event) => event.outcome === 'failure')
    expect(refused).toHaveLength(occurrences('invictus', /perform: sts:AssumeRole on resource/g))
    expect(refused.every((event) => event.identity.id.includes(':role/stratus-red-team-'))).toBe(true)
  })

  it('count every denial of EC2 as forbidden, and no other answer of EC2 as a failure', () => {
    const events = filesOf('invictus').flatMap((file) => eventsOf(outcomesIn(file)))
    const failed = events.filter((event) => event.kind === 'token.use' && event.code?.startsWith('Client.'))
    expect(failed).toHaveLength(occurrences('invictus', /"errorCode":\s*"Client\.UnauthorizedOperation"/g))
    expect(failed.every((event) => event.kind === 'token.use' && event.decision === 'forbidden')).toBe(true)
  })

  it('count a cross-account AssumeRole once: both copies are one and the same event', () => {
    const [first, second, ...others] = eventsOf(outcomesIn('docs/assumerole-cross-account.json'))
    expect(first).toBeDefined()
    expect(second).toEqual(first)
    expect(others).toEqual([])
  })

  it('give events or say why not, in words that quote nothing', () => {
    const outcomes = allOutcomes()
    expect(outcomes.length).toBeGreaterThan(3200)
    const odd = outcomes.filter(
      ({ outcome }) => outcome.events?.length === 0 || outcome.rejection?.reason === 'unknown_format',
    )
    expect(odd.map(({ file }) => file)).toEqual([])
    const untold = outcomes
      .flatMap(({ outcome }) => outcome.rejection ?? [])
      .filter((told) => /\d{4}/.test(told.message))
    expect(untold.filter((told) => !told.message.includes('RFC 3339'))).toEqual([])
  })

  it('join issued keys to their uses, whose age starts at the issuance', () => {
    const events = filesOf('invictus').flatMap((file) => eventsOf(outcomesIn(file)))
    const issued = new Map(
      events.flatMap((event) =>
        event.kind === 'token.request' && event.correlation?.tokenId !== undefined
          ? [[event.correlation.tokenId, event] as const]
          : [],
      ),
    )
    const joined = events.flatMap((event) => {
      const issuance = issued.get(event.correlation?.tokenId ?? '')
      return event.kind === 'token.use' && issuance !== undefined ? [{ event, issuance }] : []
    })
    expect(joined.length).toBeGreaterThan(50)
    for (const { event, issuance } of joined) {
      expect(event.identity.id).toBe(issuance.identity.id)
      expect(
        Math.abs((event.tokenAgeSeconds ?? -9) - (event.time - issuance.time) / 1000),
        event.id,
      ).toBeLessThan(2)
    }
  })

  it('let no name of a person and no session token out of the fields that are pseudonymised', () => {
    const shown = eventsOf(allOutcomes().map(({ outcome }) => outcome)).map((event) => {
      const actor = 'actor' in event && event.actor.type === 'user' ? { actor: undefined } : {}
      const isPerson = event.identity.type === 'user'
      return { ...event, ...actor, ...(isPerson ? { identity: undefined, principal: undefined } : {}) }
    })
    const text = JSON.stringify(shown)
    for (const person of [
      'bert-jan',
      'christophe',
      'nicholas.hakmiller',
      'dr.evil',
      'bobson',
      'HarishAchappa',
      'JohnDoe',
    ])
      expect(text).not.toContain(person)
    expect(text).not.toMatch(/@[\w-]+\.[a-z]|FwoG|IQoJ|BEGIN/)
  })
})

function outcomeOf(expected: unknown): unknown {
  if (typeof expected !== 'object' || expected === null || !('event' in expected)) return undefined
  const { event } = expected
  return typeof event === 'object' && event !== null && 'outcome' in event ? event.outcome : undefined
}
