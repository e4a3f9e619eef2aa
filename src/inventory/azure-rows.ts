/** Rows of `az role assignment list`, ARM lists, Azure Resource Graph and `az ad sp|app list`: each is told by its own fields. */
import type { JsonObject } from '../connectors/connector.ts'
import { object, objects, text } from '../connectors/fields.ts'
import type { IdentityType } from '../events/event.ts'
import { documentTime } from './document-time.ts'
import type { CredentialFact, Fact, InventoryProblem, PrincipalType, ReadInventory } from './facts.ts'
import { principalKey, scopeKey } from './names.ts'

const provider = 'azure'
const key = (id: string): string => principalKey(provider, '', id)
const scope = (written: string): string => scopeKey(provider, '', written)

const principalTypes: ReadonlyMap<string, PrincipalType> = new Map<string, PrincipalType>([
  ['user', 'user'],
  ['group', 'group'],
  ['foreigngroup', 'group'],
  ['serviceprincipal', 'service-principal'],
])

function tenantOf(scopeText: string): string {
  return /^\/subscriptions\/([^/]+)/.exec(scopeText)?.[1] ?? ''
}

/** What stands before the assignment in its own id. */
function ownerOf(assignment: string): string {
  const at = assignment.lastIndexOf('/providers/microsoft.authorization/')
  return at > 0 ? assignment.slice(0, at) : '/'
}

function assignment(row: JsonObject, fields: JsonObject): readonly Fact[] | undefined {
  const [principal, definition] = [text(fields['principalId']), text(fields['roleDefinitionId'])]
  if (principal === undefined || definition === undefined) return undefined
  const id = scope(text(row['id']) ?? '')
  const at = scope(text(fields['scope']) ?? ownerOf(id))
  const condition = text(fields['condition'])
  // The CLI asks the directory for the name: an empty one is of a principal that is no longer there.
  const isGone = fields['principalName'] === '' || text(fields['principalType'])?.toLowerCase() === 'unknown'
  const who = key(principal)
  return [
    {
      fact: 'principal',
      provider,
      id: who,
      name: text(fields['principalName']),
      type: principalTypes.get(text(fields['principalType'])?.toLowerCase() ?? '') ?? 'unknown',
      tenant: tenantOf(at),
      state: isGone ? 'deleted' : undefined,
    },
    {
      fact: 'grant',
      provider,
      principal: who,
      role: definition.slice(definition.lastIndexOf('/') + 1).toLowerCase(),
      scope: at,
      via: id === '' ? undefined : id,
      conditions: condition === undefined ? [] : ['condition of the assignment'],
    },
  ]
}

/** Who can change the resource can act as the identities that it carries. */
function identitiesOf(row: JsonObject, id: string): readonly Fact[] {
  const carried = object(row['identity'])
  const own = text(carried?.['principalId'])
  const assigned = text(object(row['properties'])?.['principalId'])
  const isUserAssigned = id.includes('/providers/microsoft.managedidentity/userassignedidentities/')
  const found: readonly [string | undefined, IdentityType][] = [
    [own, 'system-assigned'],
    [isUserAssigned ? assigned : undefined, 'user-assigned'],
  ]
  return found.flatMap(([principal, type]) =>
    principal === undefined
      ? []
      : [
          {
            fact: 'principal' as const,
            provider,
            id: key(principal),
            name: text(row['name']),
            type,
            tenant: tenantOf(id),
            state: 'active' as const,
            resource: id,
          },
        ],
  )
}

const credentialLists = [
  ['passwordCredentials', 'secret'],
  ['keyCredentials', 'certificate'],
] as const

function servicePrincipal(row: JsonObject): readonly Fact[] | undefined {
  const [id, appId] = [text(row['id']) ?? text(row['objectId']), text(row['appId'])]
  if (id === undefined || appId === undefined) return undefined
  const isApplication = text(row['servicePrincipalType']) === undefined && row['signInAudience'] !== undefined
  const who = key(isApplication ? appId : id)
  const credentials = credentialLists.flatMap(([list, kind]): CredentialFact[] =>
    objects(row[list]).map((credential) => ({
      fact: 'credential',
      provider,
      principal: who,
      id: text(credential['keyId']) ?? '',
      kind,
      isActive: true,
      createdAt: documentTime(credential['startDateTime']),
      expiresAt: documentTime(credential['endDateTime']),
    })),
  )
  const isManaged = text(row['servicePrincipalType']) === 'ManagedIdentity'
  const isDisabled = row['accountEnabled'] === false || row['accountEnabled'] === 'false'
  return [
    {
      fact: 'principal',
      provider,
      id: who,
      name: text(row['displayName']),
      type: isManaged ? 'user-assigned' : 'service-principal',
      tenant: text(row['appOwnerOrganizationId']) ?? '',
      createdAt: documentTime(row['createdDateTime']),
      state: isDisabled ? 'disabled' : 'active',
    },
    ...credentials,
  ]
}

/** Groups with their members, as Microsoft Graph gives them with `$expand=members`. */
function group(row: JsonObject): readonly Fact[] | undefined {
  const id = text(row['id'])
  const members = row['members']
  if (id === undefined || !Array.isArray(members)) return undefined
  return [
    { fact: 'principal', provider, id: key(id), name: text(row['displayName']), type: 'group', tenant: '' },
    ...objects(members).flatMap((member): Fact[] => {
      const inner = text(member['id'])
      return inner === undefined ? [] : [{ fact: 'member', provider, group: key(id), member: key(inner) }]
    }),
  ]
}

function managementGroup(row: JsonObject, id: string): readonly Fact[] {
  const properties = object(row['properties'])
  const chain = objects(properties?.['managementGroupAncestorsChain'])
  const parents = [
    text(object(object(properties?.['details'])?.['parent'])?.['id']),
    text(chain[0]?.['name']) &&
      `/providers/microsoft.management/managementgroups/${text(chain[0]?.['name'])}`,
  ]
  const parent = parents.find((found) => found !== undefined)
  return parent === undefined ? [] : [{ fact: 'parent', provider, child: scope(id), parent: scope(parent) }]
}

function resource(row: JsonObject): readonly Fact[] | undefined {
  const written = text(row['id'])
  if (written === undefined || !written.startsWith('/')) return undefined
  const id = scope(written)
  const isContainer = /^\/subscriptions\/[^/]+(?:\/resourcegroups\/[^/]+)?$/.test(id)
  if (isContainer || id.startsWith('/providers/microsoft.management/')) return managementGroup(row, id)
  // Definitions and assignments of rights are listed beside resources, and are none.
  if (id.includes('/providers/microsoft.authorization/')) return []
  return [{ fact: 'resource', provider, id }, ...identitiesOf(row, id)]
}

export function readAzureRows(rows: readonly JsonObject[]): ReadInventory {
  const facts: Fact[] = []
  const problems: InventoryProblem[] = []
  for (const [i, row] of rows.entries()) {
    const fields = object(row['properties']) ?? row
    const found = assignment(row, fields) ?? group(row) ?? servicePrincipal(row) ?? resource(row)
    if (found === undefined)
      problems.push({ at: `[${i}]`, message: 'is neither an assignment nor a principal nor a resource' })
    else for (const fact of found) facts.push(fact)
  }
  return { facts, problems }
}
