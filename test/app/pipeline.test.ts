import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPseudonymKey } from '../../src/app/attribution.ts'
import { Pipeline } from '../../src/app/pipeline.ts'
import type { PipelineOptions } from '../../src/app/pipeline-options.ts'
import { replayReport } from '../../src/app/replay-report.ts'
import type { RecordOutcomes } from '../../src/app/streams.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import type { Rejection } from '../../src/events/rejection.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import type { Objective, Where } from '../../src/objectives/objective.ts'
import type { RecordResult } from '../../src/outputs/conventions.ts'
import { keyedPseudonym } from '../../src/platform/pseudonym.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anObjective, aTarget } from '../support/objective.ts'
import {
  apiCall,
  hourMs,
  managedIdentitySignIn,
  minuteMs,
  morning,
  onCluster,
  roleAssumed,
  stageBefore,
  tokenRequest,
} from '../support/records.ts'
import { linesOf } from '../support/workspace.ts'

type AnyRecord = Readonly<Record<string, unknown>>

const dayMs = 24 * hourMs

function objectiveOver(where: Where, changes: Partial<Objective> = {}): Objective {
  return anObjective({ target: aTarget('99'), sli: { indicator: 'token-issuance', where }, ...changes })
}

function pipelineOf(changes: Partial<PipelineOptions> = {}): Pipeline {
  return new Pipeline({
    connectors: availableConnectors,
    indicators: availableIndicators,
    objectives: [objectiveOver({})],
    rules: [],
    policy: { people: true, machines: false },
    pseudonym: keyedPseudonym(defaultPseudonymKey),
    maxSeries: 10_000,
    dedupeBytes: 16 * 1024 * 1024,
    now: () => morning + 30 * dayMs,
    futureToleranceMs: 0,
    until: undefined,
    allowedLatenessMs: undefined,
    slicesMs: 31 * dayMs,
    ...changes,
  })
}

/** An hour passes each time that it is asked. */
function steadyClock(): () => number {
  let hours = 0
  return () => hours++ * hourMs
}

interface Outcomes {
  readonly counts: RecordOutcomes
  readonly rejections: readonly Rejection[]
}

function feed(pipeline: Pipeline, bytes: Uint8Array | string, chunkBytes = 65_536, lane = 'test'): Outcomes {
  const counts = { accepted: 0, duplicate: 0, late: 0, rejected: 0, irrelevant: 0 }
  const rejections: Rejection[] = []
  const listener = {
    counted: (result: RecordResult) => {
      counts[result]++
    },
    rejected: (rejection: Rejection) => rejections.push(rejection),
  }
  const decoder = pipeline.decoder(listener, { transport: 'files', lane })
  const all = Buffer.from(bytes)
  pipeline.beginBatch()
  for (let at = 0; at < all.length; at += chunkBytes) decoder.push(all.subarray(at, at + chunkBytes))
  decoder.end()
  return { counts, rejections }
}

/** Everything that a person or a machine is told, as text. */
function told(pipeline: Pipeline): string {
  return JSON.stringify(replayReport(pipeline))
}

describe('what becomes of a record', () => {
  it('is one of five things, told to its sender and counted for its source', () => {
    const pipeline = pipelineOf({ allowedLatenessMs: dayMs, steadyMs: steadyClock() })
    const first = feed(pipeline, linesOf([{ hello: 'world' }, tokenRequest({ id: 'a', time: morning })]))
    const second = feed(
      pipeline,
      linesOf([
        tokenRequest({ id: 'a', time: morning }),
        stageBefore('b', morning),
        tokenRequest({ id: 'c', time: morning - dayMs - 1 }),
        tokenRequest({ id: 'd', time: morning - dayMs }),
        tokenRequest({ id: 'e', time: morning + 31 * dayMs }),
      ]),
    )
    const rejections = [...first.rejections, ...second.rejections]
    const counts = { accepted: 2, duplicate: 1, late: 1, rejected: 2, irrelevant: 1 }
    expect(second.counts).toEqual({ ...counts, accepted: 1, rejected: 1 })
    expect(rejections.map(({ reason }) => reason)).toEqual(['unknown_format', 'future_time'])
    expect(pipeline.sources.totals()).toEqual({ read: 7, ...counts })
    const kubernetes = pipeline.sources.of('kubernetes-audit')
    expect(kubernetes).toMatchObject({ lateEvents: 1, duplicateEvents: 1, newest: morning })
    expect(Object.fromEntries(kubernetes.reasons)).toEqual({ not_terminal: 1, future_time: 1 })
  })

  it('does not let an event from the future move the clock of the others', () => {
    const pipeline = pipelineOf({ allowedLatenessMs: hourMs })
    feed(
      pipeline,
      linesOf([
        tokenRequest({ id: 'a', time: morning + 31 * dayMs }),
        tokenRequest({ id: 'b', time: morning }),
      ]),
    )
    expect(pipeline.newest).toBe(morning)
  })

  it('asks the clock again for each batch', () => {
    let now = morning - 11
    const pipeline = pipelineOf({ now: () => now, futureToleranceMs: 10 })
    const record = linesOf([tokenRequest({ id: 'a', time: morning })])
    expect(feed(pipeline, record).counts.rejected).toBe(1)
    now = morning - 10
    expect(feed(pipeline, record).counts.accepted).toBe(1)
  })

  it('does not call a backlog late, and holds what comes after it to the rule', () => {
    const pipeline = pipelineOf({ allowedLatenessMs: hourMs, steadyMs: steadyClock() })
    pipeline.isCatchingUp = true
    const old = (id: string): string => linesOf([tokenRequest({ id, time: morning - 20 * dayMs })])
    feed(pipeline, linesOf([tokenRequest({ id: 'new', time: morning })]) + old('a'))
    expect(pipeline.sources.totals()).toMatchObject({ accepted: 2, late: 0 })
    pipeline.isCatchingUp = false
    expect(feed(pipeline, old('b')).counts).toMatchObject({ accepted: 0, late: 1 })
  })

  it('waits for the slowest stream that is active, and not for one that has fallen silent', () => {
    let steady = 0
    const pipeline = pipelineOf({ allowedLatenessMs: hourMs, steadyMs: () => steady, idleMs: 60_000 })
    const send = (lane: string, id: string, time: number): RecordOutcomes =>
      feed(pipeline, linesOf([tokenRequest({ id, time })]), undefined, lane).counts
    send('slow', 'a', morning - 50 * minuteMs)
    send('fast', 'b', morning)
    steady += 10_000
    // Both are active: an hour before the slow one is the line.
    expect(send('fast', 'c', morning - 100 * minuteMs)).toMatchObject({ accepted: 1, late: 0 })
    expect(send('fast', 'd', morning - 111 * minuteMs)).toMatchObject({ accepted: 0, late: 1 })
    steady += 55_000
    send('fast', 'e', morning)
    // The slow one was not heard of for a minute: an hour before the fast one is the line, and stays it.
    expect(send('slow', 'f', morning - 61 * minuteMs)).toMatchObject({ accepted: 0, late: 1 })
    expect(send('slow', 'g', morning - 59 * minuteMs)).toMatchObject({ accepted: 1, late: 0 })
  })

  it('does not wait for a stream whose clock stands in 1970', () => {
    let steady = 0
    const pipeline = pipelineOf({ allowedLatenessMs: hourMs, steadyMs: () => steady })
    const send = (lane: string, id: string, time: number): RecordOutcomes =>
      feed(pipeline, linesOf([tokenRequest({ id, time })]), undefined, lane).counts
    send('lost', 'a', 1000)
    send('good', 'b', morning)
    steady += 1000
    send('lost', 'c', 2000)
    expect(send('good', 'd', morning - 2 * hourMs)).toMatchObject({ accepted: 1 })
    expect(send('good', 'e', morning - 2 * hourMs - 1)).toMatchObject({ late: 1 })
    expect(send('lost', 'f', 3000)).toMatchObject({ late: 1 })
  })

  it('forgets no line of lateness over a restart', () => {
    const before = pipelineOf({ allowedLatenessMs: hourMs, steadyMs: steadyClock() })
    const after = pipelineOf({ allowedLatenessMs: hourMs, steadyMs: steadyClock() })
    feed(before, linesOf([tokenRequest({ id: 'a', time: morning })]))
    feed(before, linesOf([tokenRequest({ id: 'b', time: morning })]))
    for (const [prefix, part] of before.parts()) {
      const store = new ChunkStore()
      store.save(part)
      const heir = after.parts().get(prefix)
      if (heir !== undefined) store.restore(heir)
    }
    expect(feed(after, linesOf([tokenRequest({ id: 'c', time: morning - hourMs - 1 })])).counts.late).toBe(1)
    expect(after.sources.of('kubernetes-audit')).toMatchObject({
      newest: morning,
      lastReadAt: expect.any(Number),
    })
  })

  it('counts a broken archive as one rejected record', () => {
    const pipeline = pipelineOf()
    pipeline.rejectInput({ reason: 'decompression_failed', message: 'broken' })
    expect(pipeline.sources.totals()).toMatchObject({ read: 1, rejected: 1 })
  })
})

/** Records of all kinds, by how many records each stands for. */
const anyText: fc.Arbitrary<{ readonly text: string; readonly records: number }> = fc.oneof(
  fc
    .record({
      id: fc.nat(30).map(String),
      time: fc.integer({ min: -40 * dayMs, max: 40 * dayMs }).map((offset) => morning + offset),
      code: fc.constantFrom(200, 201, 401, 403, 429, 500, 999),
      namespace: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
    })
    .chain((base) =>
      fc.constantFrom<AnyRecord>(
        tokenRequest(base),
        apiCall(base),
        onCluster('east', apiCall(base)),
        roleAssumed({ id: base.id, time: base.time, errorCode: 'AccessDenied' }),
        managedIdentitySignIn({ id: base.id, time: base.time, errorCode: 500_011 }),
        stageBefore(base.id, base.time),
        { ...tokenRequest(base), stageTimestamp: 'never' },
        { ...tokenRequest(base), objectRef: null },
        { data: gzipSync('not JSON').toString('base64') },
        { data: Buffer.from(linesOf([apiCall(base)])).toString('base64') },
      ),
    )
    .map((record) => ({ text: JSON.stringify(record), records: 1 })),
  fc
    .constantFrom(
      '{"a":1}',
      '{}',
      '{"a":"\\ud800"}',
      '{"__proto__":{"kind":"Event"}}',
      '{"kind":"Event","kind":"Event"}',
      'null',
      '"text"',
      '1e999',
      '{"open": "and never closed\n{"a":1}',
      '{"a":1}}',
      `{"deep":${'['.repeat(200)}${']'.repeat(200)}}`,
    )
    .map((text) => ({ text, records: text === '{"a":1}}' || text.includes('\n') ? 2 : 1 })),
)

describe('conservation', () => {
  it('holds for any mixture of good, bad and hostile records, in any chunks', () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { maxLength: 40 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.option(fc.integer({ min: 0, max: 10 * dayMs }), { nil: undefined }),
        fc.option(fc.integer({ min: -dayMs, max: dayMs }), { nil: undefined }),
        (texts, chunkBytes, allowedLatenessMs, until) => {
          const pipeline = pipelineOf({
            allowedLatenessMs,
            until: until === undefined ? undefined : morning + until,
          })
          const { counts } = feed(pipeline, texts.map(({ text }) => `${text}\n`).join(''), chunkBytes)
          const read = texts.reduce((sum, { records }) => sum + records, 0)
          const { accepted, duplicate, late, rejected, irrelevant } = counts
          expect(accepted + duplicate + late + rejected + irrelevant).toBe(read)
          expect(pipeline.sources.totals()).toEqual({ read, ...counts })
          // What was accepted is in the tallies: each of these records gives one event.
          const judged = pipeline.engine.totals.reduce(
            (sum, { id, good, bad, excluded }) =>
              id === 'token-issuance' || id === 'service-auth' ? sum + good + bad + excluded : sum,
            0,
          )
          expect(judged).toBe(accepted)
        },
      ),
      { numRuns: 150 },
    )
  })
})

const mixed: readonly AnyRecord[] = [
  ...Array.from({ length: 40 }, (_, i) =>
    tokenRequest({ id: `t${i}`, time: morning + i * 3 * minuteMs, code: i % 7 === 0 ? 500 : 201 }),
  ),
  ...Array.from({ length: 30 }, (_, i) =>
    onCluster(
      i % 2 === 0 ? 'east' : 'west',
      apiCall({ id: `c${i}`, time: morning + i * 5 * minuteMs, code: i % 5 === 0 ? 403 : 200 }),
    ),
  ),
  ...Array.from({ length: 10 }, (_, i) =>
    roleAssumed({
      id: `r${i}`,
      time: morning + i * 11 * minuteMs,
      ...(i < 3 ? { errorCode: 'AccessDenied' } : {}),
    }),
  ),
  apiCall({ id: 'j1', time: morning, username: 'jane.doe@example.com' }),
  apiCall({ id: 'j2', time: morning + minuteMs, username: 'jane.doe@example.com', code: 403 }),
]

const objectives = [
  objectiveOver({}),
  objectiveOver(
    { tenant: ['east'] },
    { name: 'east', sli: { indicator: 'service-auth', where: { tenant: ['east'] } } },
  ),
  objectiveOver(
    { identityType: ['service-account'] },
    { name: 'accounts', budgeting: { method: 'Timeslices', sliceMs: 5 * minuteMs, sliceTarget: '0.9' } },
  ),
]

describe('the result', () => {
  const reference = pipelineOf({ objectives })
  feed(reference, linesOf(mixed))

  it('is the same in any order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...mixed], { minLength: mixed.length }), (records) => {
        const pipeline = pipelineOf({ objectives })
        feed(pipeline, linesOf(records))
        expect(told(pipeline)).toBe(told(reference))
      }),
      { numRuns: 25 },
    )
  })

  it('is the same when records are delivered again, in part or all of them', () => {
    fc.assert(
      fc.property(fc.subarray([...mixed]), (again) => {
        const pipeline = pipelineOf({ objectives })
        feed(pipeline, linesOf(mixed))
        feed(pipeline, linesOf(again))
        const { records, ...result } = replayReport(pipeline)
        const { records: _, ...expected } = replayReport(reference)
        expect(JSON.stringify(result)).toBe(JSON.stringify(expected))
        expect(records).toMatchObject({ accepted: mixed.length, duplicates: again.length })
      }),
      { numRuns: 15 },
    )
  })

  it('is the same from several streams at a time', () => {
    const pipeline = pipelineOf({ objectives })
    const decoders = [0, 1, 2].map(() => pipeline.decoder())
    pipeline.beginBatch()
    const bytes = [0, 1, 2].map((lane) => Buffer.from(linesOf(mixed.filter((_, i) => i % 3 === lane))))
    for (let at = 0; bytes.some((lane) => at < lane.length); at += 700)
      decoders.forEach((decoder, lane) => {
        decoder.push(bytes[lane]?.subarray(at, at + 700) ?? Buffer.alloc(0))
      })
    for (const decoder of decoders) decoder.end()
    expect(told(pipeline)).toBe(told(reference))
  })
})

describe('identities that share an id', () => {
  const calls = (cluster: string, count: number): readonly AnyRecord[] =>
    Array.from({ length: count }, (_, i) =>
      onCluster(cluster, tokenRequest({ id: `${cluster}-${i}`, time: morning + i, code: 500 })),
    )

  it('are told apart by their tenant, whichever came first', () => {
    const east = objectiveOver({ tenant: ['east'] }, { name: 'east' })
    const west = objectiveOver({ tenant: ['west'] }, { name: 'west' })
    for (const records of [
      [...calls('east', 3), ...calls('west', 5)],
      [...calls('west', 5), ...calls('east', 3)],
    ]) {
      const pipeline = pipelineOf({ objectives: [east, west] })
      feed(pipeline, linesOf(records))
      expect(pipeline.statuses().map(({ counts }) => counts.bad)).toEqual([3, 5])
      expect(pipeline.identities.top(5).map(({ identity, failures }) => [identity.tenant, failures])).toEqual(
        [
          ['west', 5],
          ['east', 3],
        ],
      )
    }
  })
})

describe('until an instant', () => {
  const timed = mixed.map((record) => {
    const pipeline = pipelineOf()
    feed(pipeline, linesOf([record]))
    return { record, time: pipeline.newest }
  })

  it('counts as if later events had not been there, wherever it lies', () => {
    fc.assert(
      fc.property(fc.integer({ min: -minuteMs, max: 3 * hourMs }), (offset) => {
        const until = morning + offset
        const whole = pipelineOf({ objectives, until })
        feed(whole, linesOf(mixed))
        const earlier = timed.filter(({ time }) => time < until).map(({ record }) => record)
        const part = pipelineOf({ objectives, until })
        feed(part, linesOf(earlier))
        const { records, ...rest } = replayReport(whole)
        const { records: _, ...expected } = replayReport(part)
        expect(JSON.stringify(rest)).toBe(JSON.stringify(expected))
        expect(records).toMatchObject({
          accepted: earlier.length,
          irrelevant: mixed.length - earlier.length,
        })
      }),
      { numRuns: 20 },
    )
  })
})
