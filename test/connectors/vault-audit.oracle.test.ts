import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { vaultAudit } from '../../src/connectors/vault-audit/connector.ts'
import { outcomesOf } from '../support/outcomes.ts'

const folder = new URL('../../../shared/samples/vault-audit/elastic/', import.meta.url)
const isAbsent = !existsSync(folder)
const files = isAbsent ? [] : readdirSync(folder)

interface Raw {
  readonly type: string
  readonly error?: string
  readonly request: { readonly id?: string }
}

function rawRecords(file: string): Raw[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n')
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Raw)
}

describe.skipIf(isAbsent)(
  'vault-audit over public records (left out when ../shared/samples is absent)',
  () => {
    it.each(files)('counts the responses of %s, each under the id of its request', (file) => {
      const raw = rawRecords(file)
      const outcomes = outcomesOf([vaultAudit], readFileSync(new URL(file, folder)))
      expect(outcomes.length).toBe(raw.length)
      for (const [index, { type, error, request }] of raw.entries()) {
        const outcome = outcomes[index]
        if (type === 'request') {
          expect(outcome?.rejection?.reason).toBe('not_terminal')
          continue
        }
        const [event] = outcome?.events ?? []
        expect(event?.id).toBe(`vault-audit:${request.id}`)
        expect(event?.outcome).toBe(error === undefined ? 'success' : 'failure')
      }
    })
  },
)
