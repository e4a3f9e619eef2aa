import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gcpAudit } from '../../src/connectors/gcp-audit/connector.ts'
import { kubernetesAudit } from '../../src/connectors/kubernetes-audit/connector.ts'
import { outcomesOf } from '../support/outcomes.ts'

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
  readonly protoPayload?: {
    readonly serviceName?: string
    readonly methodName?: string
    readonly status?: { readonly code?: number }
    readonly authorizationInfo?: readonly { readonly granted?: boolean }[]
  }
}

function rawRecords(file: string): Raw[] {
  const text = read(file)
  const documents = /\.(jsonl|log)$/.test(file)
    ? text.split('\n').filter((line) => line.trim() !== '')
    : [text]
  return documents.map((document) => JSON.parse(document) as Raw)
}

const folders = ['c7n', 'docs', 'elastic', 'panther', 'sekoia'].map((name) => `gcp-audit/${name}`)
const files = filesIn(...folders, 'k8s-audit-gke/khi', 'k8s-audit-gke/panther').filter(isRecords)

/** Where a rule's author says "denied" and we say success, and why ours is right. */
const disagreements: readonly { readonly file: string; readonly why: string }[] = [
  {
    file: 'gcp-audit/panther/gcp_iam_serviceaccounts_signjwt.jsonl',
    why: 'granted:false beside an empty status: a status of {} is OK, and permissions that are only probed are not granted either',
  },
]

describe.skipIf(isAbsent)('gcp-audit over public records (left out when ../shared/samples is absent)', () => {
  it.each(files)('says something about each record of %s', (file) => {
    const outcomes = outcomesOf([gcpAudit, kubernetesAudit], Buffer.from(read(file)))
    expect(outcomes.length).toBe(rawRecords(file).length)
    for (const outcome of outcomes)
      expect(outcome.events?.length ?? outcome.rejection?.message.length).toBeGreaterThan(0)
  })

  it.each(files)('agrees with the status codes of %s', (file) => {
    const outcomes = outcomesOf([gcpAudit], Buffer.from(read(file)))
    for (const [index, raw] of rawRecords(file).entries()) {
      const [event] = outcomes[index]?.events ?? []
      const code = raw.protoPayload?.status?.code ?? 0
      if (event === undefined) continue
      // In these files, 7 is the only code that denies; 3 and 5 are business errors.
      expect(event.outcome, `${file} ${index}`).toBe(code === 7 ? 'failure' : 'success')
    }
  })

  it('disagrees about a missing grant only where it is listed', () => {
    const found = files.filter((file) => {
      const outcomes = outcomesOf([gcpAudit], Buffer.from(read(file)))
      return rawRecords(file).some((raw, index) => {
        const isDenied = raw.protoPayload?.authorizationInfo?.some((info) => info.granted !== true) ?? false
        return isDenied && outcomes[index]?.events?.[0]?.outcome === 'success'
      })
    })
    expect(found).toEqual(disagreements.map(({ file }) => file))
  })

  it('takes no entry of the Kubernetes API, and kubernetes-audit takes no other', () => {
    for (const file of files) {
      const outcomes = outcomesOf([gcpAudit, kubernetesAudit], Buffer.from(read(file)))
      for (const [index, raw] of rawRecords(file).entries()) {
        const { serviceName, methodName } = raw.protoPayload ?? {}
        const isKubernetes = serviceName === 'k8s.io' || methodName?.startsWith('io.k8s.') === true
        if (raw.protoPayload !== undefined)
          expect(outcomes[index]?.source, `${file} ${index}`).toBe(
            isKubernetes ? 'kubernetes-audit' : 'gcp-audit',
          )
      }
    }
  })
})

interface Expected {
  readonly service: { readonly name: string }
}

/** All of the other parser's Google records are sign-ins of people or the cluster's own: none may become an event. */
describe.skipIf(isAbsent)("gcp-audit against another parser's reading (left out when absent)", () => {
  const pairs = filesIn('gcp-audit/sekoia').filter((file) => file.endsWith('.expected.json'))

  it.each(pairs)('leaves out what %s calls a sign-in', (file) => {
    const expected = JSON.parse(read(file)) as Expected
    const [outcome] = outcomesOf(
      [gcpAudit, kubernetesAudit],
      Buffer.from(read(file.replace('.expected.json', '.json'))),
    )
    expect(outcome?.rejection?.reason).toBe('not_relevant')
    expect(outcome?.source).toBe(expected.service.name === 'k8s.io' ? 'kubernetes-audit' : 'gcp-audit')
  })
})
