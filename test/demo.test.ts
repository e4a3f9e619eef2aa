import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { PlainCount } from './support/demo-count.ts'
import { at, decoded, filesIn, type Json, textAt } from './support/demo-logs.ts'

const demo = new URL('../demo/', import.meta.url)
const logs = new URL('logs/', demo)
const truthText = readFileSync(new URL('truth.json', demo), 'utf8')
const truth = JSON.parse(truthText) as Json

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

/** truth.json names a count of zero, a plain count does not. */
function withoutZeros(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, part]) => part !== 0)
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutZeros(part)]))
}

function counted() {
  const count = new PlainCount(logs)
  const deliveries = { azure: count.azure(), aws: count.aws(), kubernetes: count.kubernetes() }
  const { issuance, use, latency, askers } = count
  return { deliveries, issuance, use, latency, askers }
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
    const { deliveries, issuance, use, latency, askers } = counted()
    expect(deliveries).toEqual(at(truth, 'deliveries'))
    expect(askers.size).toBe(at(truth, 'identitiesThatAskForTokens'))
    expect(withoutZeros(plain(issuance.provider))).toEqual(
      withoutZeros(at(truth, 'tokenIssuance', 'byProvider')),
    )
    expect(withoutZeros(plain(issuance.app))).toEqual(withoutZeros(at(truth, 'tokenIssuance', 'byApp')))
    expect(withoutZeros(plain(issuance.both))).toEqual(
      withoutZeros(at(truth, 'tokenIssuance', 'byProviderAndApp')),
    )
    expect(Object.fromEntries(issuance.failures)).toEqual(at(truth, 'tokenIssuance', 'failuresByCode'))
    expect(plain(latency)).toEqual(at(truth, 'tokenFetchLatency'))
    expect(withoutZeros(plain(use.log))).toEqual(withoutZeros(at(truth, 'serviceAuth', 'byLog')))
    expect(withoutZeros(plain(use.both))).toEqual(withoutZeros(at(truth, 'serviceAuth', 'byLogAndApp')))
  })

  it('is described in its README with the numbers of truth.json', () => {
    const readme = readFileSync(new URL('README.md', demo), 'utf8').replaceAll(',', '')
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
