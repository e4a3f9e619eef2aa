import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { envelopeKeys, envelopeShape, unwrap } from '../../src/connectors/envelopes.ts'

const record = { id: 1 }

describe('unwrapping', () => {
  it('leaves a record without a wrapper as it is', () => {
    for (const plain of [{}, record, { message: 'text', detail: record, record }])
      expect(unwrap(plain)).toEqual({ record: plain, arrival: undefined, encoded: undefined })
  })

  it.each([
    ['an arrival', { arrival: '2026-03-01T10:00:00Z', record }],
    ['EventBridge', { 'detail-type': 'AWS API Call via CloudTrail', detail: record }],
    ['CloudWatch Logs', { id: '1', timestamp: 1, message: record }],
    ['a collector of container logs', { log: record, stream: 'stdout', kubernetes: { pod_name: 'web-0' } }],
    ['a collector that has parsed the line', { log: 'text', log_processed: record }],
    ['an arrival of EventBridge', { arrival: 'x', record: { 'detail-type': 'y', detail: record } }],
  ])('takes off %s', (_, outer) => {
    expect(unwrap(outer).record).toBe(record)
  })

  it('says when the record arrived, as written', () => {
    expect(unwrap({ arrival: 'x', record }).arrival).toBe('x')
    expect(unwrap({ arrival: '', record })).toMatchObject({ arrival: undefined, record: { record } })
    expect(unwrap({ arrival: 'gate 7' }).arrival).toBeUndefined()
  })

  it.each([
    ['Firehose', { data: 'AAAA' }],
    ['Pub/Sub', { message: { data: 'AAAA', messageId: '1' }, subscription: 'x' }],
    ['CloudWatch Logs', { awslogs: { data: 'AAAA' } }],
  ])('finds the payload of %s', (_, outer) => {
    expect(unwrap(outer).encoded).toBe('AAAA')
  })

  it('takes wrong types for absent', () => {
    for (const outer of [
      { arrival: 1, record },
      { arrival: 'x', record: 'y' },
      { 'detail-type': 'x', detail: [record] },
      { message: [record] },
      { log: [record], log_processed: 'text' },
    ])
      expect(unwrap(outer).record).toBe(outer)
    for (const outer of [{ data: 1 }, { data: '' }, { awslogs: 'AAAA' }, { awslogs: { data: null } }])
      expect(unwrap(outer).encoded).toBeUndefined()
  })
})

describe('keys of envelopes', () => {
  const reserved = [...envelopeKeys.arrays, ...envelopeKeys.wrappers, ...Object.keys(envelopeShape)]

  it.each(availableConnectors.map((connector) => [connector.id, connector] as const))(
    'are not read by %s for itself: its records would no longer be unwrapped',
    (_, { reads }) => {
      // `data` that is an object is a connector's to go into: a text in its place stays text.
      const isOwn = (key: string) => key !== 'data' || reads[key] === true
      const own = Object.keys(reads)
        .filter(isOwn)
        .map((key) => key.toLowerCase())
      expect(reserved.filter((key) => own.includes(key.toLowerCase()))).toEqual([])
    },
  )
})
