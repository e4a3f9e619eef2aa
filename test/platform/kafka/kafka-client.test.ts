import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { mendIdleTimers, onlyWhenWaiting } from '../../../src/platform/kafka/idle-timers.ts'
import { kafkaClient } from '../../../src/platform/kafka/kafka-client.ts'
import { KafkaLedger } from '../../support/kafka-ledger.ts'
import { memberOptions } from '../../support/kafka-members.ts'

it('passes the errors of the client on as warnings, without what may be secret', () => {
  const ledger = new KafkaLedger()
  const sasl = { mechanism: 'plain', username: 'reader', password: 'hunter2' } as const
  const client = kafkaClient(
    memberOptions('localhost:1', 'group', 'signins', { sasl }),
    ledger.handlers().log,
  )
  const logger = client.logger().namespace('Test')
  logger.error('it failed', { topic: 'signins', retryCount: 2, sasl, stack: 'hunter2', payload: 'hunter2' })
  logger.warn('not passed on')
  expect(ledger.log).toEqual([
    {
      level: 'warn',
      facts: { client: 'Test', detail: 'it failed', topic: 'signins', retryCount: 2 },
      message: 'kafka: the client reports a problem',
    },
  ])
})

it('sets a timer for throttled requests only while there is something to wait for', () => {
  const set: string[] = []
  const schedule = onlyWhenWaiting(
    () => set.push('timer'),
    () => 1000,
  )
  schedule.call({ pending: [], throttledUntil: -1 })
  schedule.call({ pending: [], throttledUntil: 1000 })
  expect(set).toEqual([])
  schedule.call({ pending: ['request'], throttledUntil: -1 })
  schedule.call({ pending: [], throttledUntil: 1001 })
  expect(set).toEqual(['timer', 'timer'])
})

it('mends the kafkajs that is installed, once', () => {
  const require = createRequire(import.meta.url)
  const { prototype } = require('kafkajs/src/network/requestQueue')
  mendIdleTimers()
  const mended: unknown = prototype.scheduleCheckPendingRequests
  mendIdleTimers()
  expect(mended).toHaveProperty('name', 'scheduleWhenWaiting')
  expect(prototype.scheduleCheckPendingRequests).toBe(mended)
})
