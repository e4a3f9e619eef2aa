import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/events/event.ts'
import { metadataEndpoint } from '../../src/indicators/metadata-endpoint.ts'
import { aFailedMetadataCall, aMetadataCall, aTokenRequest } from '../support/event.ts'

const person = { id: 'alice', type: 'user', tenant: 'tenant-1' } as const
const notAssigned = { reason: 'identity_not_found', fault: 'caller' } as const

describe('metadata-endpoint', () => {
  it.each([
    ['a call that was answered', aMetadataCall(), 'good'],
    ['a call that was not', aFailedMetadataCall(), 'bad'],
    [
      'an endpoint that nothing came from',
      aFailedMetadataCall({ reason: 'network', fault: 'network' }),
      'bad',
    ],
    ['an identity that is not assigned', aFailedMetadataCall(notAssigned), 'bad'],
    [
      'the request for a token that the same line tells of',
      aTokenRequest({ vantage: 'metadata' }),
      undefined,
    ],
    ['a call by a person', aFailedMetadataCall({ identity: person }), 'excluded'],
  ])('judges %s', (_, event, verdict) => {
    expect(metadataEndpoint.judge(event, {})).toBe(verdict)
  })

  it.each<[readonly Fault[], Fault | undefined, string]>([
    [['platform', 'network'], 'platform', 'bad'],
    [['platform', 'network'], 'network', 'bad'],
    [['platform', 'network'], 'policy', 'excluded'],
    [['platform', 'network'], undefined, 'excluded'],
  ])('narrowed to faults %j, makes a failure by fault %s %s', (faults, fault, verdict) => {
    expect(metadataEndpoint.judge(aFailedMetadataCall({ fault }), { faults })).toBe(verdict)
    expect(metadataEndpoint.judge(aMetadataCall(), { faults })).toBe('good')
  })

  it('lets the endpoint off where an identity is not assigned, as the shipped objective does', () => {
    const options = { faults: ['platform', 'network'] } as const
    expect(metadataEndpoint.judge(aFailedMetadataCall(notAssigned), options)).toBe('excluded')
  })

  it('judges people where an objective asks for them', () => {
    expect(metadataEndpoint.judge(aFailedMetadataCall({ identity: person }), { includesPeople: true })).toBe(
      'bad',
    )
  })
})
