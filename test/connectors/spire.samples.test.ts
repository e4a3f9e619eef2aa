import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { outcomesOf } from '../support/outcomes.ts'

const sample = new URL('../../../shared/samples/spire/issues/spire-agent-1.log', import.meta.url)

describe.skipIf(!existsSync(sample))(
  'the public SPIRE lines (skipped where the samples are not there)',
  () => {
    it('hold one rotation that was refused, told by one event', () => {
      const outcomes = outcomesOf(availableConnectors, readFileSync(sample))
      expect(outcomes.map(({ rejection }) => rejection?.reason ?? 'event')).toEqual([
        'not_terminal',
        'not_terminal',
        'event',
        'not_relevant',
        'not_relevant',
        'not_relevant',
      ])
      expect(outcomes[2]?.events).toMatchObject([
        {
          kind: 'token.request',
          refresh: true,
          outcome: 'failure',
          reason: 'permission_denied',
          provider: 'spiffe',
        },
      ])
    })
  },
)
