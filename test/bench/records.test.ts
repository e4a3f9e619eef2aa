import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeBenchRecords } from '../../bench/records.ts'
import { at, type Json, textAt } from '../support/demo-logs.ts'

const count = 20_000

interface Seen {
  readonly provider: 'azure' | 'aws' | 'kubernetes'
  readonly id: string
  readonly identity: string
  readonly failed: boolean
  readonly time: number
}

function seen(record: Json): Seen {
  if (at(record, 'category') !== null)
    return {
      provider: 'azure',
      id: textAt(record, 'properties', 'id'),
      identity: textAt(record, 'properties', 'servicePrincipalId'),
      failed: at(record, 'properties', 'status', 'errorCode') !== 0,
      time: Date.parse(textAt(record, 'properties', 'createdDateTime')),
    }
  if (at(record, 'eventID') !== null)
    return {
      provider: 'aws',
      id: textAt(record, 'eventID'),
      identity:
        textAt(record, 'requestParameters', 'roleArn') ||
        textAt(record, 'errorMessage').replace(/.* resource: /, ''),
      failed: at(record, 'errorCode') !== null,
      time: Date.parse(textAt(record, 'eventTime')),
    }
  return {
    provider: 'kubernetes',
    id: textAt(record, 'auditID'),
    identity: textAt(record, 'requestURI'),
    failed: at(record, 'responseStatus', 'code') !== 201,
    time: Date.parse(textAt(record, 'requestReceivedTimestamp')),
  }
}

describe('the records to measure with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
  const path = join(folder, 'records.ndjson')
  const truth = writeBenchRecords(path, count)
  const text = readFileSync(path, 'utf8')
  const lines = text.trimEnd().split('\n')
  const records = lines.map((line) => seen(JSON.parse(line) as Json))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are the same at each run', () => {
    const again = join(folder, 'again.ndjson')
    expect(writeBenchRecords(again, count)).toEqual(truth)
    expect(readFileSync(again, 'utf8') === text).toBe(true)
  })

  it('are counted exactly', () => {
    const counted = { azure: { good: 0, bad: 0 }, aws: { good: 0, bad: 0 }, kubernetes: { good: 0, bad: 0 } }
    for (const { provider, failed } of records) counted[provider][failed ? 'bad' : 'good']++
    expect(counted).toEqual(truth.issuance)
    expect(truth.records).toBe(lines.length)
    expect(truth.bytes).toBe(statSync(path).size)
    expect(truth.averageBytes).toBe(truth.bytes / count)
  })

  it('have ids of their own, about two thousand identities and 0.3 % failures', () => {
    expect(new Set(records.map(({ id }) => id)).size).toBe(count)
    const identities = new Set(records.map(({ identity }) => identity)).size
    expect(identities).toBeGreaterThan(1_950)
    expect(identities).toBeLessThanOrEqual(2_000)
    const failures = records.filter(({ failed }) => failed).length
    expect(failures / count).toBeCloseTo(0.003, 3)
  })

  it('are of 600 to 900 bytes', () => {
    const lengths = lines.map((line) => line.length)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(600)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(900)
  })

  it('go through a day, each at most 91 s behind the newest', () => {
    let newest = 0
    for (const { time } of records) {
      expect(time).toBeGreaterThan(newest - 91_000)
      newest = Math.max(newest, time)
    }
    const first = Math.min(...records.map(({ time }) => time))
    expect(first).toBe(Date.parse('2026-11-12T00:00:00Z'))
    expect(newest - first).toBeGreaterThan(86_200_000)
    expect(newest - first).toBeLessThan(86_400_000)
  })
})
