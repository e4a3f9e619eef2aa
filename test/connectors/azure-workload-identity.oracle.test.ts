import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { outcomesOf } from '../support/outcomes.ts'

const sample = new URL('../../../shared/samples/azure-workload-identity/issues/client-1.log', import.meta.url)
const isAbsent = !existsSync(sample)

function named(pattern: RegExp): string | undefined {
  return pattern.exec(readFileSync(sample, 'utf8'))?.[1]
}

/** As a collector of container logs hands it on. */
function collected(): Buffer {
  return Buffer.from(JSON.stringify({ log: readFileSync(sample, 'utf8'), stream: 'stderr' }))
}

describe.skipIf(isAbsent)(
  'Azure workload identity over a public line (left out when ../shared/samples is absent)',
  () => {
    it('reads the refusal that the client logged, at the time that Entra gives', () => {
      const [outcome, ...others] = outcomesOf(availableConnectors, collected())
      expect(others).toEqual([])
      expect(outcome?.source).toBe('azure-workload-identity')
      expect(outcome?.events).toMatchObject([
        {
          kind: 'token.request',
          time: Date.UTC(2022, 9, 27, 23, 39, 22),
          identity: { id: named(/Assertion Subject: '([^']+)'/), type: 'service-account' },
          reason: 'federation_mismatch',
          code: '70021',
          vantage: 'client',
          correlation: {
            operationId: named(/Correlation ID: (\S{36})/),
            requestId: named(/Trace ID: (\S{36})/),
          },
        },
      ])
    })
  },
)
