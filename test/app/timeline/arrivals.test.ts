import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributionOf, defaultPseudonymKey } from '../../../src/app/attribution.ts'
import { replayPipeline } from '../../../src/app/commands/replay.ts'
import type { Pipeline } from '../../../src/app/pipeline.ts'
import { ArrivalLane } from '../../../src/app/timeline/arrival-lane.ts'
import { inOrderOfArrival } from '../../../src/app/timeline/arrivals.ts'
import { listLogFiles } from '../../../src/platform/log-paths.ts'
import { minuteMs, morning, tokenRequest } from '../../support/records.ts'
import { linesOf, Workspace } from '../../support/workspace.ts'

function enveloped(arrival: number, record: object): object {
  return { arrival: new Date(arrival).toISOString(), record }
}

function aPipeline(): Pipeline {
  const options = {
    output: 'json',
    objectives: [],
    attribution: attributionOf([], defaultPseudonymKey),
    at: undefined,
    dedupeBytes: 1024 * 1024,
    futureToleranceMs: 0,
  } as const
  return replayPipeline(options, () => Number.POSITIVE_INFINITY)
}

/** Order of arrival over the files, as `<arrival minute>:<event id or reason>`. */
async function arrivalsOf(workspace: Workspace): Promise<readonly string[]> {
  const pipeline = aPipeline()
  const lanes = listLogFiles(workspace.path).map(
    (file) => new ArrivalLane(file, (sink) => pipeline.decoderInto(sink)),
  )
  const seen: string[] = []
  await inOrderOfArrival(lanes, ({ at, deliver }) => {
    const minute = (at - morning) / minuteMs
    deliver({
      events: ([event]) => seen.push(`${minute}:${event?.id.replace('kubernetes-audit:', '')}`),
      rejection: ({ reason }) => seen.push(`${minute}:${reason}`),
    })
  })
  return seen
}

describe('the order of arrival', () => {
  it('is that of the envelopes, over all files', async () => {
    using workspace = new Workspace()
    const at = (minute: number, id: string, event = 0): object =>
      enveloped(morning + minute * minuteMs, tokenRequest({ id, time: morning + event * minuteMs }))
    workspace.writeRecords('a.ndjson', [at(1, 'a1', 1), at(9, 'a9'), at(10, 'a10', 2)])
    workspace.write('b.ndjson.gz', gzipSync(linesOf([at(2, 'b2'), at(8, 'b8', 7), at(11, 'b11')])))
    expect(await arrivalsOf(workspace)).toEqual(['1:a1', '2:b2', '8:b8', '9:a9', '10:a10', '11:b11'])
  })

  it('is that of the file where there is no envelope: a late record arrives with what stands before it', async () => {
    using workspace = new Workspace()
    const record = (minute: number): object =>
      tokenRequest({ id: `r${minute}`, time: morning + minute * minuteMs })
    workspace.writeRecords('a.ndjson', [record(0), record(30), record(3), record(40)])
    expect(await arrivalsOf(workspace)).toEqual(['0:r0', '30:r30', '30:r3', '40:r40'])
  })

  it('has rejections where they stand', async () => {
    using workspace = new Workspace()
    const good = enveloped(morning + 5 * minuteMs, tokenRequest({ id: 'g', time: morning }))
    workspace.writeRecords('a.ndjson', [{ hello: 'before' }, good, { hello: 'world' }])
    expect(await arrivalsOf(workspace)).toEqual(['-Infinity:unknown_format', '5:g', '5:unknown_format'])
  })

  it('gives every record of every file once, in time, whatever is in which file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(500), { maxLength: 60 }), { maxLength: 5 }),
        async (files) => {
          using workspace = new Workspace()
          let count = 0
          for (const [index, minutes] of files.entries()) {
            const records = minutes
              .toSorted((a, b) => a - b)
              .map((minute) =>
                enveloped(morning + minute * minuteMs, tokenRequest({ id: `r${count++}`, time: morning })),
              )
            workspace.writeRecords(`${index}.ndjson`, records)
          }
          const seen = await arrivalsOf(workspace)
          const minutes = seen.map((line) => Number(line.split(':')[0]))
          expect(minutes).toEqual(minutes.toSorted((a, b) => a - b))
          expect(new Set(seen.map((line) => line.split(':')[1])).size).toBe(count)
          expect(seen).toHaveLength(count)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('reads files that are longer than a chunk no further than their records are asked for', async () => {
    using workspace = new Workspace()
    const record = (i: number): object =>
      enveloped(morning + i * 1000, tokenRequest({ id: `r${i}`, time: morning }))
    const path = workspace.writeRecords(
      'a.ndjson',
      Array.from({ length: 3000 }, (_, i) => record(i)),
    )
    expect(readFileSync(path).length).toBeGreaterThan(500_000)
    workspace.writeRecords('b.ndjson', [
      enveloped(morning - 1000, tokenRequest({ id: 'first', time: morning })),
    ])
    const seen = await arrivalsOf(workspace)
    expect(seen[0]).toContain('first')
    expect(seen).toHaveLength(3001)
  })

  it('ends with the error of a file that cannot be read', async () => {
    using workspace = new Workspace()
    const pipeline = aPipeline()
    const lane = new ArrivalLane({ path: workspace.at('gone.ndjson'), size: 1 }, (sink) =>
      pipeline.decoderInto(sink),
    )
    await expect(lane.filled()).rejects.toThrow('does not exist')
  })
})
