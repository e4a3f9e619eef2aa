/** `aws iam get-credential-report` (CSV in JSON, plain or base64) and `aws secretsmanager list-secrets`. */
import type { JsonObject } from '../connectors/connector.ts'
import { text } from '../connectors/fields.ts'
import { documentTime } from './document-time.ts'
import type { CredentialFact, Fact, InventoryProblem, ReadInventory } from './facts.ts'
import { accountOf, principalKey } from './names.ts'

const csvHeader = 'user,arn,'

/** The CLI prints it in base64; libraries give the text. */
function csvOf(content: string): string | undefined {
  if (content.startsWith(csvHeader)) return content
  try {
    const decoded = atob(content)
    return decoded.startsWith(csvHeader) ? decoded : undefined
  } catch {
    return undefined
  }
}

type Row = ReadonlyMap<string, string>

function accessKeys(row: Row, principal: string): readonly CredentialFact[] {
  return ['1', '2'].flatMap((n): CredentialFact[] => {
    const createdAt = documentTime(row.get(`access_key_${n}_last_rotated`))
    if (createdAt === undefined) return []
    return [
      {
        fact: 'credential',
        provider: 'aws',
        principal,
        id: `access_key_${n}`,
        kind: 'access-key',
        isActive: row.get(`access_key_${n}_active`) === 'true',
        createdAt,
        lastUsedAt: documentTime(row.get(`access_key_${n}_last_used_date`)),
      },
    ]
  })
}

function factsOf(row: Row): readonly Fact[] | undefined {
  const arn = row.get('arn')
  if (arn === undefined || !arn.startsWith('arn:')) return undefined
  const id = principalKey('aws', '', arn)
  const keys = accessKeys(row, id)
  const used = [documentTime(row.get('password_last_used')), ...keys.map(({ lastUsedAt }) => lastUsedAt)]
  const lastUsedAt = Math.max(...used.map((at) => at ?? -Infinity))
  return [
    {
      fact: 'principal',
      provider: 'aws',
      id,
      name: row.get('user'),
      type: 'user',
      tenant: accountOf(arn),
      createdAt: documentTime(row.get('user_creation_time')),
      lastUsedAt: Number.isFinite(lastUsedAt) ? lastUsedAt : undefined,
      tellsUse: true,
      state: 'active',
    },
    ...keys,
  ]
}

export function readCredentialReport(document: JsonObject): ReadInventory {
  const csv = csvOf(text(document['Content']) ?? '')
  if (csv === undefined)
    return {
      facts: [],
      problems: [{ at: 'Content', message: 'is no credential report: expected CSV, plain or base64' }],
    }
  const [header = '', ...lines] = csv.split('\n').filter((line) => line !== '')
  const columns = header.split(',')
  const facts: Fact[] = []
  const problems: InventoryProblem[] = []
  for (const [i, line] of lines.entries()) {
    const cells = line.split(',')
    const found = factsOf(new Map(columns.map((column, at) => [column, cells[at] ?? ''])))
    if (found === undefined) problems.push({ at: `Content line ${i + 2}`, message: 'has no ARN' })
    else facts.push(...found)
  }
  return { facts, problems }
}

export function readSecretList(rows: readonly JsonObject[]): ReadInventory {
  return {
    facts: rows.flatMap((row): Fact[] => {
      const id = text(row['ARN'])
      return id === undefined ? [] : [{ fact: 'resource', provider: 'aws', id }]
    }),
    problems: [],
  }
}
