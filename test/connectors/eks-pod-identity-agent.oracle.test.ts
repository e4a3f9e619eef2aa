import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const sample = new URL('../../../shared/samples/eks-pod-identity-agent/issues/agent-1.jsonl', import.meta.url)
const isAbsent = !existsSync(sample)

function outcomes(): Outcome[] {
  return outcomesOf(availableConnectors, readFileSync(sample))
}

describe.skipIf(isAbsent)(
  'EKS Pod Identity Agent over public lines (left out when ../shared/samples is absent)',
  () => {
    it('takes every line for its own', () => {
      expect(outcomes().map(({ source }) => source)).toEqual(Array(4).fill('eks-pod-identity-agent'))
    })

    it('counts the request that was given up, and no line of its steps', () => {
      const told = outcomes().map(({ events, rejection }) => rejection?.reason ?? events)
      expect(told).toMatchObject([
        'not_terminal',
        'not_terminal',
        [
          { kind: 'token.request', reason: 'metadata_unreachable', code: 'context canceled' },
          { kind: 'metadata.call', outcome: 'failure' },
        ],
        'not_terminal',
      ])
    })
  },
)
