import type { KafkaMessage } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { MessageIntake, unreadable } from '../../../src/platform/kafka/message-intake.ts'
import { PartitionProgress } from '../../../src/platform/kafka/partition-progress.ts'
import { markOf } from '../../../src/platform/kafka/stored-position.ts'
import { batchOf, messageOf } from '../../support/fake-group.ts'
import { KafkaLedger } from '../../support/kafka-ledger.ts'

const always = (): boolean => true

function json(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => messageOf(from + index, `{"id":"m${from + index}"}`))
}

/** Each look at the clock is a ms later: runs are short. */
function tickingClock(): () => number {
  let now = 0
  return () => now++
}

function reading(next: bigint): PartitionProgress {
  const progress = new PartitionProgress('signins', 0)
  progress.begin({ next, mark: undefined }, { low: 0n, high: 1000n }, 0)
  return progress
}

/** Its last record was this one, and may have been followed by records of the broker's own. */
function marked(next: bigint, message: KafkaMessage): PartitionProgress {
  const progress = new PartitionProgress('signins', 0)
  progress.begin({ next, mark: markOf(message) }, { low: 0n, high: 1000n }, 0)
  return progress
}

describe('the intake', () => {
  it('pushes every message once and sets the position behind it, in the same turn', async () => {
    const ledger = new KafkaLedger()
    const handlers = ledger.handlers()
    const mismatches: unknown[] = []
    let pushed = 0
    const intake = new MessageIntake(
      {
        ...handlers,
        beginBatch: () => {
          if (
            ledger.position('signins', 0) !== undefined &&
            Number(ledger.position('signins', 0)) !== 5 + pushed
          )
            mismatches.push(pushed)
        },
        open: () => ({ push: () => pushed++, end: () => undefined }),
      },
      tickingClock(),
    )
    const progress = reading(5n)
    expect(await intake.take(progress, batchOf('signins', 0, json(5, 2000)), always)).toBe('taken')
    expect([pushed, mismatches, ledger.position('signins', 0)]).toEqual([2000, [], '2005'])
    expect(progress.next).toBe(2005n)
  })

  it('asks for a heartbeat again and again in a long batch', async () => {
    let heartbeats = 0
    const intake = new MessageIntake(new KafkaLedger().handlers(), tickingClock())
    const heartbeat = async (): Promise<void> => {
      heartbeats++
    }
    await intake.take(reading(0n), batchOf('signins', 0, json(0, 3000), { heartbeat }), always)
    expect(heartbeats).toBeGreaterThan(5)
  })

  it('stops where it is when the partition is not ours any more', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const resolved: string[] = []
    let left = 3
    const batch = batchOf('signins', 0, json(0, 3000), { resolved: (offset) => resolved.push(offset) })
    expect(await intake.take(reading(0n), batch, () => left-- > 0)).toBe('given up')
    expect(ledger.total).toBeGreaterThan(0)
    expect(ledger.total).toBeLessThan(3000)
    expect(ledger.position('signins', 0)).toBe(String(ledger.total))
    expect(resolved.at(-1)).toBe(String(ledger.total - 1))
  })

  it('keeps what it has when a heartbeat fails', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    let left = 2
    const heartbeat = (): Promise<void> =>
      left-- > 0 ? Promise.resolve() : Promise.reject(new Error('disconnected'))
    const batch = batchOf('signins', 0, json(0, 3000), { heartbeat })
    await expect(intake.take(reading(0n), batch, always)).rejects.toThrow('disconnected')
    expect(ledger.position('signins', 0)).toBe(String(ledger.total))
    await intake.idle()
  })

  it('takes nothing of a batch that was fetched from elsewhere', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    for (const from of [0, 9])
      expect(await intake.take(reading(5n), batchOf('signins', 0, json(from, 3), { from }), always)).toBe(
        'misplaced',
      )
    expect(ledger.total).toBe(0)
  })

  it('takes nothing of a batch that begins with another record than the one it has read', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const progress = marked(12n, messageOf(9, '{"id":"other"}'))
    expect(await intake.take(progress, batchOf('signins', 0, json(9, 5), { from: 9 }), always)).toBe(
      'replaced',
    )
    expect(ledger.total).toBe(0)
  })

  it('takes nothing of a batch that only shows the record that it has read', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const progress = marked(12n, messageOf(9, '{"id":"m9"}'))
    expect(await intake.take(progress, batchOf('signins', 0, json(9, 2), { from: 9 }), always)).toBe('short')
    expect([ledger.total, progress.fetchFrom]).toEqual([0, 12n])
  })

  it('goes on in a batch that begins with records that it has read', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const progress = marked(12n, messageOf(9, '{"id":"m9"}'))
    expect(await intake.take(progress, batchOf('signins', 0, json(9, 5), { from: 9 }), always)).toBe('taken')
    expect([...ledger.live.counts.keys()]).toEqual(['m12', 'm13'])
  })

  it('never moves back to the end of a batch that it has been behind already', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const progress = marked(10n, messageOf(9, '{"id":"m9"}'))
    expect(await intake.take(progress, batchOf('signins', 0, json(9, 1), { from: 9 }), always)).toBe('taken')
    expect([ledger.total, progress.next]).toEqual([0, 10n])
  })

  it('passes over gaps, records of the broker and messages that it has counted', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const messages = [...json(3, 4), ...json(20, 2)]
    const batch = batchOf('signins', 0, messages, { from: 5, last: 30 })
    expect(await intake.take(reading(5n), batch, always)).toBe('taken')
    expect([...ledger.live.counts.keys()]).toEqual(['m5', 'm6', 'm20', 'm21'])
    expect(ledger.position('signins', 0)).toBe('31')
  })

  it('waits, with heartbeats, while the program is overloaded', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    ledger.isOverloaded = true
    let heartbeats = 0
    const heartbeat = async (): Promise<void> => {
      heartbeats++
      if (heartbeats === 2) expect([intake.isPaused, ledger.total]).toEqual([true, 0])
      if (heartbeats === 3) ledger.isOverloaded = false
    }
    await intake.take(reading(0n), batchOf('signins', 0, json(0, 5), { heartbeat }), always)
    expect([intake.isPaused, ledger.total]).toEqual([false, 5])
  })

  it('passes over a message that makes the program fail, and says nothing of what is in it', async () => {
    const ledger = new KafkaLedger()
    const intake = new MessageIntake(ledger.handlers(), tickingClock())
    const messages = [messageOf(0, '{"id":"a"}'), messageOf(1, '{secret}'), messageOf(2, '{"id":"b"}')]
    await intake.take(reading(0n), batchOf('signins', 0, messages), always)
    expect([...ledger.live.counts.keys()]).toEqual(['a', 'b'])
    expect(ledger.problems).toEqual([
      { reason: 'invalid_field', at: { topic: 'signins', partition: 0, offset: '1' } },
    ])
    expect(JSON.stringify(ledger.log)).not.toContain('secret')
    expect(ledger.log).toMatchObject([{ level: 'error', facts: { offset: '1', error: 'SyntaxError' } }])
  })
})

describe('a message', () => {
  const value = (content: string | Buffer | null) => unreadable(messageOf(0, content))?.message

  it('may begin with white space and a byte order mark', () => {
    for (const text of ['{}', '[]', ' \t\r\n{}', '\ufeff{}', '\ufeff \n[{}]', '{broken'])
      expect(value(text), text).toBeUndefined()
  })

  it.each([
    [null, 'the message has no value (a tombstone): expected JSON'],
    ['', 'the message is empty: expected { or [ at its start'],
    [' \n', 'the message is empty: expected { or [ at its start'],
    ['null', 'the message is not JSON: expected { or [ at its start'],
    [Buffer.from([0, 0, 0, 0, 7, 0x7b]), 'the message is not JSON: expected { or [ at its start'],
  ])('is one rejection as %j', (content, message) => {
    expect(value(content)).toBe(message)
  })
})
