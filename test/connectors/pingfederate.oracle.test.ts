import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pingfederate } from '../../src/connectors/pingfederate/connector.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/pingfederate/sekoia/', import.meta.url)
const isHere = existsSync(samples)
const absent = isHere ? '' : ' (left out: ../shared/samples is absent)'
const files = isHere ? readdirSync(samples).filter((name) => name.endsWith('.log')) : []

interface Oracle {
  readonly '@timestamp': string
  readonly event: { readonly outcome?: string; readonly duration?: number }
}

function oracleOf(file: string): Oracle {
  return JSON.parse(readFileSync(new URL(file.replace('.log', '.expected.json'), samples), 'utf8')) as Oracle
}

/** The samples are lines of text: a shipper puts them into JSON. */
function outcomeOf(file: string): Outcome | undefined {
  const message = readFileSync(new URL(file, samples), 'utf8').trimEnd()
  return outcomesOf([pingfederate], Buffer.from(JSON.stringify({ message })))[0]
}

/** Where another parser gives an outcome, or at least an event, and we say why the line is not one that counts. */
const disagreements: Readonly<Record<string, readonly [reason: string, why: string]>> = {
  'AUTHN_ATTEMPT.log': ['not_terminal', 'an attempt is a step: the SSO event at its end counts'],
  'AUTHN_SESSIONS_DELETED.log': ['not_relevant', 'the end of a session is no token'],
  'AUTHN_SESSION_USED.log': ['not_relevant', 'a session that goes on is no token'],
  'SLO.log': ['not_relevant', 'a logout is no token'],
  'heartbeat.log': ['unknown_format', 'a line of the server log, not of the audit log'],
  'locale.log': ['unknown_format', 'a line of the server log, not of the audit log'],
}

describe.skipIf(!isHere)(`public PingFederate lines${absent}`, () => {
  it.each(files)('agree in %s with an independent parser on outcome, time and duration', (file) => {
    const outcome = outcomeOf(file)
    const disagreement = disagreements[file]
    if (disagreement !== undefined) {
      expect(outcome?.rejection?.reason, disagreement[1]).toBe(disagreement[0])
      return
    }
    const oracle = oracleOf(file)
    const [event] = outcome?.events ?? []
    expect(event?.outcome).toBe(oracle.event.outcome)
    expect(event?.time).toBe(Date.parse(oracle['@timestamp']))
    expect(event?.kind === 'token.request' && event.latencyMs).toBe((oracle.event.duration ?? 0) / 1_000_000)
  })

  it('are all there is to read', () => {
    expect(files.length).toBe(7)
  })
})
