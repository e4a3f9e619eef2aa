import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kubernetesAudit } from '../../src/connectors/kubernetes-audit/connector.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { type Outcome, outcomesOf } from '../support/outcomes.ts'

const samples = new URL('../../../shared/samples/', import.meta.url)
const isAbsent = !existsSync(samples)

function filesIn(...folders: string[]): string[] {
  if (isAbsent) return []
  return folders.flatMap((folder) => readdirSync(new URL(folder, samples)).map((name) => `${folder}/${name}`))
}

function isRecords(file: string): boolean {
  return !file.endsWith('.expected.json')
}

function read(file: string): string {
  return readFileSync(new URL(file, samples), 'utf8')
}

interface Raw {
  readonly stage?: string
  readonly user?: { readonly username?: string }
  readonly impersonatedUser?: { readonly username?: string }
  readonly responseStatus?: { readonly code?: number }
}

function rawRecords(file: string): Raw[] {
  const text = read(file)
  const documents = file.endsWith('.json') ? [text] : text.split('\n').filter((line) => line.trim() !== '')
  return documents.map((document) => JSON.parse(document) as Raw)
}

function useOf(outcome: Outcome | undefined): IdentityEvent | undefined {
  return outcome?.events?.find((event) => event.kind === 'token.use')
}

const plain = filesIn('k8s-audit/audit2rbac', 'k8s-audit/elastic', 'k8s-audit/panther', 'k8s-audit/sekoia')
const gke = filesIn('k8s-audit-gke/khi', 'k8s-audit-gke/panther', 'k8s-audit-gke/sekoia', 'gcp-audit/sekoia')
const mixed = filesIn('gcp-audit/c7n', 'gcp-audit/panther')

describe.skipIf(isAbsent)(
  'kubernetes-audit over public records (left out when ../shared/samples is absent)',
  () => {
    it.each([...plain, ...gke, ...mixed].filter(isRecords))(
      'says something about each record of %s',
      (file) => {
        const outcomes = outcomesOf([kubernetesAudit], Buffer.from(read(file)))
        expect(outcomes.length).toBe(rawRecords(file).length)
        for (const outcome of outcomes)
          expect(outcome.events?.length ?? outcome.rejection?.message.length).toBeGreaterThan(0)
      },
    )

    it.each(plain.filter(isRecords))('agrees with the status codes of %s', (file) => {
      const outcomes = outcomesOf([kubernetesAudit], Buffer.from(read(file)))
      for (const [index, raw] of rawRecords(file).entries()) {
        const use = useOf(outcomes[index])
        const code = raw.responseStatus?.code
        if (use?.kind !== 'token.use' || code === undefined) continue
        expect(use.httpStatus).toBe(code)
        expect(use.outcome, `${file} ${index}`).toBe(code === 401 || code === 403 ? 'failure' : 'success')
        expect(use.identity.id).toBe(raw.impersonatedUser?.username ?? raw.user?.username)
      }
    })

    it('counts every forbidden call of the demo log', () => {
      const raw = rawRecords('k8s-audit/audit2rbac/demo.log')
      const forbidden = raw.filter((record) => record.responseStatus?.code === 403).length
      const outcomes = outcomesOf([kubernetesAudit], Buffer.from(read('k8s-audit/audit2rbac/demo.log')))
      const decisions = outcomes.flatMap((outcome) => outcome.events ?? [])
      expect(forbidden).toBeGreaterThan(0)
      expect(decisions.filter((event) => event.reason === 'permission_denied').length).toBe(forbidden)
    })
  },
)

interface Expected {
  readonly event: { readonly code: string; readonly outcome: string; readonly start: string }
  readonly http: { readonly response: { readonly status_code: number } }
  readonly user: { readonly name: string }
}

/**
 * The other parser's `event.outcome` is the authorization decision ("allow"), also for what failed afterwards: ours is
 * the status code. Everything else must agree.
 */
describe.skipIf(isAbsent)("kubernetes-audit against another parser's reading (left out when absent)", () => {
  const pairs = filesIn('k8s-audit/sekoia').filter((file) => file.endsWith('.expected.json'))

  it.each(pairs)('agrees with %s', (file) => {
    const expected = JSON.parse(read(file)) as Expected
    const [outcome] = outcomesOf(
      [kubernetesAudit],
      Buffer.from(read(file.replace('.expected.json', '.json'))),
    )
    const [event] = outcome?.events ?? []
    expect(event?.id).toBe(`kubernetes-audit:${expected.event.code}`)
    // A change is told of its actor; a use, of its caller.
    const caller = event !== undefined && 'actor' in event ? event.actor.id : event?.identity.id
    expect(caller).toBe(expected.user.name)
    expect(event?.outcome).toBe(expected.http.response.status_code < 400 ? 'success' : 'failure')
    expect(Math.abs((event?.time ?? 0) - Date.parse(expected.event.start))).toBeLessThan(1000)
  })
})
