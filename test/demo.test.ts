import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { PlainCount } from './support/demo-count.ts'
import { at, decoded, documentsIn, filesIn, type Json, listAt, textAt } from './support/demo-logs.ts'

const demo = new URL('../demo/', import.meta.url)
const logs = new URL('logs/', demo)
const truthText = readFileSync(new URL('truth.json', demo), 'utf8')
const truth = JSON.parse(truthText) as Json

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

describe('the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-slo-demo-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  // Compressed bytes belong to the zlib build that wrote them; what is in them does not.
  it('is what its generator writes, byte for byte once unpacked', () => {
    execFileSync(process.execPath, [new URL('generate.ts', demo).pathname, folder])
    const again = pathToFileURL(`${folder}/logs/`)
    expect(filesIn(again)).toEqual(filesIn(logs))
    for (const path of filesIn(logs)) expect(decoded(again, path) === decoded(logs, path), path).toBe(true)
    expect(readFileSync(join(folder, 'truth.json'), 'utf8')).toBe(truthText)
  })

  it('is compressed without time or operating system, and small', () => {
    let total = 0
    for (const path of filesIn(logs)) {
      const bytes = readFileSync(new URL(path, logs))
      total += bytes.length
      expect([bytes.readUInt32LE(4), bytes[9]], path).toEqual([0, 255])
    }
    expect(total).toBeLessThan(3_000_000)
  })

  it('holds what truth.json says', () => {
    const count = new PlainCount(logs)
    const deliveries = { azure: count.azure(), aws: count.aws(), kubernetes: count.kubernetes() }
    expect(deliveries).toEqual(at(truth, 'deliveries'))
    expect(count.askers.size).toBe(at(truth, 'identitiesThatAskForTokens'))
    expect(plain(count.issuance.provider)).toEqual(at(truth, 'tokenIssuance', 'byProvider'))
    expect(plain(count.issuance.app)).toEqual(at(truth, 'tokenIssuance', 'byApp'))
    expect(plain(count.issuance.both)).toEqual(at(truth, 'tokenIssuance', 'byProviderAndApp'))
    expect(Object.fromEntries(count.issuance.failures)).toEqual(at(truth, 'tokenIssuance', 'failuresByCode'))
    expect(plain(count.latency)).toEqual(at(truth, 'tokenFetchLatency'))
    expect(plain(count.use.log)).toEqual(at(truth, 'serviceAuth', 'byLog'))
    expect(plain(count.use.both)).toEqual(at(truth, 'serviceAuth', 'byLogAndApp'))
  })

  it('has the incident between the change that causes it and the change that ends it', () => {
    const window = at(truth, 'episodes', 'access review')
    const records = documentsIn(new URL('azure/', logs)).documents.flatMap((message) =>
      listAt(message, 'records'),
    )
    const timesOf = (isOne: (record: Json) => boolean): readonly string[] => {
      const ones = new Map(
        records.filter(isOne).map((record) => [textAt(record, 'properties', 'id'), record]),
      )
      return [...ones.values()]
        .map((record) => textAt(record, 'properties', 'createdDateTime') || textAt(record, 'time'))
        .map((time) => `${time.slice(0, 19)}Z`)
        .sort((a, b) => a.localeCompare(b))
    }
    const removed = timesOf((record) => textAt(record, 'operationName').startsWith('Remove app role'))
    const failed = timesOf((record) => at(record, 'properties', 'status', 'errorCode') === 501051)
    const [change] = listAt(truth, 'changes').filter((one) => textAt(one, 'what').endsWith('removed'))
    expect(textAt(change ?? null, 'time')).toBe(textAt(window, 'from'))
    expect(removed).toHaveLength(1)
    expect(failed).toHaveLength(Number(textAt(window, 'tokenIssuance')))
    expect((failed[0] ?? '') > textAt(window, 'from')).toBe(true)
    expect(Date.parse(failed.at(-1) ?? '')).toBeLessThan(Date.parse(textAt(window, 'to')) + 60_000)
  })

  it('is described in its README with the numbers of truth.json', () => {
    const readme = readFileSync(new URL('README.md', demo), 'utf8').replaceAll(',', '').replaceAll(/ +/g, ' ')
    for (const [app, counts] of Object.entries(at(truth, 'tokenIssuance', 'byApp') ?? {}))
      expect(readme).toContain(`| ${app} | ${textAt(counts, 'good')} | ${textAt(counts, 'bad')} |`)
    for (const [log, counts] of Object.entries(at(truth, 'serviceAuth', 'byLog') ?? {}))
      expect(readme).toContain(
        `| ${log} | ${textAt(counts, 'good')} | ${textAt(counts, 'bad')} | ${textAt(counts, 'excluded') || 0} |`,
      )
    for (const [provider, counts] of Object.entries(at(truth, 'deliveries') ?? {}))
      expect(readme).toContain(
        `| ${provider} | ${Object.values(counts ?? {})
          .map(String)
          .join(' | ')} |`,
      )
  })

  it('names only reserved addresses and domains', () => {
    for (const path of filesIn(logs)) {
      const text = decoded(logs, path)
      for (const [ip] of text.matchAll(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g))
        expect(ip, path).toMatch(/^(192\.0\.2|198\.51\.100)\./)
      for (const [mail] of text.matchAll(/[\w.]+@[\w.]+/g)) expect(mail, path).toMatch(/@acme\.example$/)
    }
  })
})
