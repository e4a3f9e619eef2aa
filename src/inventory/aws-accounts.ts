/** `aws iam get-account-authorization-details` (one page or several) and `list-roles` / `get-role`. */
import type { JsonObject } from '../connectors/connector.ts'
import { object, objects, text, texts } from '../connectors/fields.ts'
import { broadManagedPolicies, policyDocument, reachOfPolicy } from './aws-policies.ts'
import { trustFacts } from './aws-trust.ts'
import { documentTime } from './document-time.ts'
import type { Fact, InventoryProblem, PrincipalType, ReadInventory } from './facts.ts'
import { accountOf, principalKey } from './names.ts'

const provider = 'aws'

/** Facts, and what could not be read, of one list at a time. */
interface Collected {
  readonly facts: Fact[]
  readonly problems: InventoryProblem[]
}

function granted(holder: string, role: string, scope: string): Fact {
  return { fact: 'grant', provider, principal: holder, role, scope, conditions: [] }
}

/** AWS's own policies come without their text where nobody asked for it. */
function managedWithoutText(arn: string, account: string): Fact {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  const owner = account || '*'
  const scope = broadManagedPolicies.has(name) ? `arn:*:*:*:${owner}:*` : `policy:${arn}`
  const assumes = name === 'AdministratorAccess' ? [{ scope: `arn:*:iam:*:${owner}:*`, conditions: [] }] : []
  return {
    fact: 'role',
    provider,
    id: `${account}~${arn}`,
    reaches: [{ scope, conditions: [] }],
    assumes,
    denies: [],
  }
}

function rightsOf(holder: JsonObject, id: string, inlineList: string, into: Collected, at: string): void {
  const account = accountOf(id)
  for (const policy of objects(holder[inlineList])) {
    const name = text(policy['PolicyName']) ?? 'unnamed'
    const document = policyDocument(policy['PolicyDocument'])
    if (document === undefined)
      into.problems.push({ at, message: `the inline policy ${name} has no document that can be read` })
    const reach = document === undefined ? unreadable(name) : reachOfPolicy(document, account)
    into.facts.push({ fact: 'role', provider, id: `${id}#${name}`, ...reach }, granted(id, name, account))
  }
  for (const policy of objects(holder['AttachedManagedPolicies'])) {
    const arn = text(policy['PolicyArn'])
    if (arn === undefined) into.problems.push({ at, message: 'an attached policy has no PolicyArn' })
    else into.facts.push(granted(id, arn, account), managedWithoutText(arn, account))
  }
}

function unreadable(name: string) {
  return { reaches: [{ scope: `policy:${name}`, conditions: [] }], assumes: [], denies: [] }
}

function principal(row: JsonObject, id: string, type: PrincipalType): Fact {
  const boundary = object(row['PermissionsBoundary'])
  return {
    fact: 'principal',
    provider,
    id,
    name: text(row['RoleName']) ?? text(row['UserName']) ?? text(row['GroupName']),
    type,
    tenant: accountOf(id),
    createdAt: documentTime(row['CreateDate']),
    lastUsedAt: documentTime(object(row['RoleLastUsed'])?.['LastUsedDate']),
    tellsUse: object(row['RoleLastUsed']) !== undefined,
    state: type === 'group' ? undefined : 'active',
    resource: type === 'role' ? id : undefined,
    limitedBy: boundary === undefined ? undefined : 'permissions boundary',
  }
}

interface ListKind {
  readonly list: string
  readonly inline: string
  readonly type: PrincipalType
}

/** An IAM user is a person or a program: the record does not say; access keys tell more (see credentials). */
const kinds: readonly ListKind[] = [
  { list: 'UserDetailList', inline: 'UserPolicyList', type: 'user' },
  { list: 'GroupDetailList', inline: 'GroupPolicyList', type: 'group' },
  { list: 'RoleDetailList', inline: 'RolePolicyList', type: 'role' },
]

function readHolders(rows: readonly JsonObject[], kind: ListKind, into: Collected): void {
  for (const [i, row] of rows.entries()) {
    const at = `${kind.list}[${i}]`
    const arn = text(row['Arn'])
    if (arn === undefined) {
      into.problems.push({ at, message: 'Arn is missing' })
      continue
    }
    const id = principalKey(provider, '', arn)
    into.facts.push(principal(row, id, kind.type))
    rightsOf(row, id, kind.inline, into, at)
    for (const fact of trustFacts(row, id)) into.facts.push(fact)
    const groupOf = (name: string): string => `${arn.split(':').slice(0, 5).join(':')}:group/${name}`
    for (const name of texts(row['GroupList']))
      into.facts.push({ fact: 'member', provider, group: groupOf(name), member: id })
  }
}

function readPolicies(rows: readonly JsonObject[], into: Collected): void {
  for (const [i, row] of rows.entries()) {
    const arn = text(row['Arn'])
    const versions = objects(row['PolicyVersionList'])
    const current = versions.find((version) => version['IsDefaultVersion'] === true)
    const document = policyDocument(current?.['Document'])
    if (arn === undefined || document === undefined) {
      const message = arn === undefined ? 'Arn is missing' : 'the default version has no document'
      into.problems.push({ at: `Policies[${i}]`, message })
      continue
    }
    into.facts.push({ fact: 'role', provider, id: arn, ...reachOfPolicy(document, accountOf(arn)) })
  }
}

export function readAccountDetails(document: JsonObject): ReadInventory {
  const into: Collected = { facts: [], problems: [] }
  for (const kind of kinds) readHolders(objects(document[kind.list]), kind, into)
  readPolicies(objects(document['Policies']), into)
  // A page that says that more follow is not the whole account.
  const isWhole = document['IsTruncated'] !== true && kinds.every(({ list }) => Array.isArray(document[list]))
  const accounts = new Set(into.facts.map((fact) => (fact.fact === 'principal' ? fact.tenant : '')))
  for (const account of accounts)
    if (isWhole && account !== '') into.facts.push({ fact: 'complete', provider, scope: account })
  return into
}

/** Roles without their policies: whom they trust, and when they were last used. */
export function readRoles(roles: readonly JsonObject[]): ReadInventory {
  const into: Collected = { facts: [], problems: [] }
  readHolders(roles, { list: 'Roles', inline: 'RolePolicyList', type: 'role' }, into)
  return into
}
