import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { teleport } from '../../src/connectors/teleport/connector.ts'
import { outcomesOf } from '../support/outcomes.ts'

const folder = new URL('../../../shared/samples/teleport/panther/', import.meta.url)
const isAbsent = !existsSync(folder)
const files = isAbsent ? [] : readdirSync(folder)

interface Raw {
  readonly event: string
  readonly uid: string
  readonly success?: boolean
}

function rawRecords(file: string): Raw[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Raw)
}

describe.skipIf(isAbsent)('teleport over public records (left out when ../shared/samples is absent)', () => {
  it.each(files)('says something about each record of %s, under its own id and outcome', (file) => {
    const raw = rawRecords(file)
    const outcomes = outcomesOf([teleport], readFileSync(new URL(file, folder)))
    expect(outcomes.length).toBe(raw.length)
    for (const [index, { event: type, uid, success }] of raw.entries()) {
      const outcome = outcomes[index]
      if (type.startsWith('session.') && type !== 'session.start') {
        expect(outcome?.rejection?.reason).toBe('not_relevant')
        continue
      }
      const [event] = outcome?.events ?? []
      expect(event?.id).toBe(`teleport:${uid}`)
      expect(event?.outcome).toBe(success === false ? 'failure' : 'success')
    }
  })
})
