/** IAM policies of Google Cloud, alone or as Cloud Asset Inventory exports them, and lists of service accounts and keys. */
import type { JsonObject } from '../connectors/connector.ts'
import { object, objects, text, texts } from '../connectors/fields.ts'
import { documentTime } from './document-time.ts'
import { type Fact, merged, type PrincipalType, type ReadContext, type ReadInventory } from './facts.ts'
import { principalKey, projectOfAccount, scopeKey, serviceAccountResource } from './names.ts'

const provider = 'gcp'

interface Member {
  readonly id: string
  readonly type: PrincipalType
  readonly isDeleted: boolean
}

const memberTypes: ReadonlyMap<string, PrincipalType> = new Map<string, PrincipalType>([
  ['user', 'user'],
  ['group', 'group'],
  ['domain', 'group'],
  ['projectOwner', 'group'],
  ['projectEditor', 'group'],
  ['projectViewer', 'group'],
  ['serviceAccount', 'service-account'],
  ['principal', 'federated'],
  ['principalSet', 'group'],
])

function memberOf(written: string): Member | undefined {
  if (written === 'allUsers' || written === 'allAuthenticatedUsers')
    return { id: written, type: 'everyone', isDeleted: false }
  const isDeleted = written.startsWith('deleted:')
  const plain = isDeleted ? written.slice('deleted:'.length).replace(/\?uid=.*$/, '') : written
  const colon = plain.indexOf(':')
  const type = memberTypes.get(plain.slice(0, Math.max(colon, 0)))
  if (type === undefined) return undefined
  const name = plain.slice(colon + 1)
  // Groups keep their word: `projectOwner:acme` and the group `acme` are two things.
  return { id: type === 'group' || plain.startsWith('principal') ? plain : name, type, isDeleted }
}

function bindingFacts(binding: JsonObject, scope: string): ReadInventory {
  const role = text(binding['role'])
  if (role === undefined) return { facts: [], problems: [{ at: scope, message: 'a binding has no role' }] }
  const condition = object(binding['condition'])
  const conditions = condition === undefined ? [] : [`condition ${text(condition['title']) ?? ''}`.trim()]
  return merged(
    texts(binding['members']).map((written) => {
      const member = memberOf(written)
      if (member === undefined)
        return {
          facts: [],
          problems: [{ at: scope, message: `a member of ${role} has no type that is known` }],
        }
      const id = principalKey(provider, '', member.id)
      const state = member.isDeleted ? 'deleted' : undefined
      const isAccount = member.type === 'service-account' && id.includes('@')
      const facts: readonly Fact[] = [
        {
          fact: 'principal',
          provider,
          id,
          type: member.type,
          tenant: isAccount ? projectOfAccount(id) : '',
          state,
          resource: isAccount ? serviceAccountResource(id) : undefined,
        },
        { fact: 'grant', provider, principal: id, role, scope, conditions },
      ]
      return { facts, problems: [] }
    }),
  )
}

/** `projects/p/topics/t` of `https://pubsub.googleapis.com/v1/projects/p/topics/t:getIamPolicy?alt=json`. */
function resourceOfUrl(url: string): string | undefined {
  const bucket = /\/storage\/v\d+\/b\/([^/]+)\/iam/.exec(url)?.[1]
  if (bucket !== undefined) return `projects/_/buckets/${bucket}`
  return /^https:\/\/[^/]+\/v\d[^/]*\/([^?]+):getIamPolicy/.exec(url)?.[1]
}

/** What a bucket's own name leaves out. */
function bucketParent(resourceId: string | undefined): readonly Fact[] {
  const found = /^projects\/([^/_]+)\/buckets\/([^/]+)/.exec(resourceId ?? '')
  if (found === null) return []
  return [
    { fact: 'parent', provider, child: `projects/_/buckets/${found[2]}`, parent: `projects/${found[1]}` },
  ]
}

export function readPolicy(
  document: JsonObject,
  context: ReadContext,
  url: string | undefined,
): ReadInventory {
  const named = text(document['resourceId']) ?? context.resource ?? resourceOfUrl(url ?? '')
  const scope = named === undefined ? `unnamed:${context.source}` : scopeKey(provider, '', named)
  const problem = {
    at: '',
    message: 'the policy does not say of which resource it is: its content counts as unknown',
  }
  const facts: readonly Fact[] = [
    ...bucketParent(text(document['resourceId'])),
    ...(named === undefined ? [] : [{ fact: 'complete' as const, provider, scope } satisfies Fact]),
  ]
  return merged([
    { facts, problems: named === undefined ? [problem] : [] },
    ...objects(document['bindings']).map((binding) => bindingFacts(binding, scope)),
  ])
}

/** One row a resource, as `gcloud asset search-all-iam-policies` prints them. */
export function readAssetPolicies(rows: readonly JsonObject[]): ReadInventory {
  return merged(
    rows.map((row) => {
      const written = text(row['resource'])
      if (written === undefined)
        return { facts: [], problems: [{ at: '', message: 'a policy has no resource' }] }
      const scope = scopeKey(provider, '', written)
      const parents = [text(row['project']), ...texts(row['folders']), text(row['organization'])]
      const chain = [scope, ...parents.filter((parent) => parent !== undefined && parent !== scope)]
      const links = chain
        .slice(1)
        .map((parent, i): Fact => ({ fact: 'parent', provider, child: chain[i] ?? '', parent: parent ?? '' }))
      const bindings = objects(object(row['policy'])?.['bindings'])
      return merged([
        { facts: links, problems: [] },
        ...bindings.map((binding) => bindingFacts(binding, scope)),
      ])
    }),
  )
}

function keyFact(row: JsonObject, name: string): readonly Fact[] {
  const [email = '', , id = ''] = name.split('/serviceAccounts/')[1]?.split('/') ?? []
  if (text(row['keyType']) === 'SYSTEM_MANAGED') return []
  return [
    {
      fact: 'credential',
      provider,
      principal: email,
      id,
      kind: 'access-key',
      isActive: row['disabled'] !== true,
      createdAt: documentTime(row['validAfterTime']),
      expiresAt: documentTime(row['validBeforeTime']),
    },
  ]
}

/** `gcloud iam service-accounts list` and `… keys list`. */
export function readServiceAccounts(rows: readonly JsonObject[]): ReadInventory {
  const facts = rows.flatMap((row): readonly Fact[] => {
    const name = text(row['name']) ?? ''
    if (name.includes('/keys/')) return keyFact(row, name)
    const email = text(row['email'])
    if (email === undefined) return []
    return [
      {
        fact: 'principal',
        provider,
        id: email,
        name: text(row['displayName']),
        type: 'service-account',
        tenant: text(row['projectId']) ?? projectOfAccount(email),
        state: row['disabled'] === true ? 'disabled' : 'active',
        resource: serviceAccountResource(email),
      },
    ]
  })
  return { facts, problems: [] }
}
