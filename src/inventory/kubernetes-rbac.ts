/** Kubernetes RBAC objects and service accounts, as `kubectl get -o json|yaml` prints them, one by one or in lists. */
import type { JsonObject, JsonValue } from '../connectors/connector.ts'
import { object, objects, text, texts } from '../connectors/fields.ts'
import { documentTime } from './document-time.ts'
import { type Fact, merged, nothing, type PrincipalType, type Reach, type ReadInventory } from './facts.ts'
import { clusterScope, principalKey } from './names.ts'

const provider = 'kubernetes'

/** Kinds whose creator chooses the service account that they run as. */
const workloadKinds = ['pods', 'deployments', 'daemonsets', 'statefulsets', 'replicasets', 'jobs', 'cronjobs']

const has = (list: readonly string[], ...wanted: readonly string[]): boolean =>
  list.includes('*') || wanted.some((word) => list.includes(word))

/** Relative to where the role is bound: `secrets`, `secrets/name`, or `*` for all kinds. */
function ruleReach(rule: JsonObject): { reaches: readonly Reach[]; assumes: readonly Reach[] } {
  const resources = texts(rule['resources'])
  const verbs = texts(rule['verbs'])
  const names = texts(rule['resourceNames'])
  const reaches = resources.flatMap((written): Reach[] => {
    const kind = written.split('/')[0] ?? written
    if (names.length === 0 || kind === '*') return [{ scope: kind, conditions: [] }]
    return names.map((name) => ({ scope: `${kind}/${name}`, conditions: [] }))
  })
  const accounts = names.length === 0 ? ['serviceaccounts'] : names.map((name) => `serviceaccounts/${name}`)
  const takes =
    (has(resources, 'serviceaccounts/token') && has(verbs, 'create')) ||
    (has(resources, 'serviceaccounts') && has(verbs, 'impersonate'))
  const runs = has(resources, ...workloadKinds) && has(verbs, 'create')
  return {
    reaches,
    assumes: [
      ...(takes ? accounts.map((scope) => ({ scope, conditions: [] })) : []),
      ...(runs && !takes ? [{ scope: 'serviceaccounts', conditions: ['by running a workload'] }] : []),
    ],
  }
}

function role(item: JsonObject, id: string): readonly Fact[] {
  const found = objects(item['rules']).map(ruleReach)
  const reaches = found.flatMap((rule) => rule.reaches)
  return [{ fact: 'role', provider, id, reaches, assumes: found.flatMap((rule) => rule.assumes), denies: [] }]
}

const publicGroups = ['system:unauthenticated', 'system:authenticated']

function subject(written: JsonObject, namespace: string, tenant: string): Fact | undefined {
  const name = text(written['name'])
  if (name === undefined) return undefined
  const own = (id: string, type: PrincipalType): Fact => ({
    fact: 'principal',
    provider,
    id: principalKey(provider, tenant, id),
    type,
    tenant,
  })
  const kind = text(written['kind'])
  if (kind === 'ServiceAccount')
    return own(`system:serviceaccount:${text(written['namespace']) ?? namespace}:${name}`, 'service-account')
  if (kind === 'Group') return own(`group:${name}`, publicGroups.includes(name) ? 'everyone' : 'group')
  if (name.startsWith('system:serviceaccount:')) return own(name, 'service-account')
  if (name === 'system:anonymous') return own(name, 'everyone')
  return own(name, name.startsWith('system:') ? 'service' : 'user')
}

function binding(item: JsonObject, kind: string, namespace: string, tenant: string): ReadInventory {
  const reference = object(item['roleRef'])
  const name = text(object(item['metadata'])?.['name']) ?? ''
  const [roleKind, roleName] = [text(reference?.['kind']), text(reference?.['name'])]
  if (roleKind === undefined || roleName === undefined)
    return { facts: [], problems: [{ at: `${kind}/${name}`, message: 'roleRef is missing' }] }
  const isClusterWide = kind === 'ClusterRoleBinding'
  const root = clusterScope(tenant)
  const facts = objects(item['subjects']).flatMap((written): Fact[] => {
    const found = subject(written, namespace, tenant)
    if (found?.fact !== 'principal') return []
    return [
      found,
      {
        fact: 'grant',
        provider,
        principal: found.id,
        role: `${roleKind}/${roleName}`,
        scope: isClusterWide ? root : `${root}/namespaces/${namespace}`,
        via: principalKey(
          provider,
          tenant,
          isClusterWide ? `${kind}/${name}` : `${kind}/${namespace}/${name}`,
        ),
        conditions: [],
      },
    ]
  })
  return { facts, problems: [] }
}

/** The items of a list carry no kind of their own; the list's name is theirs and `List`. */
export function readKubernetes(document: JsonObject, tenant: string, listKind?: string): ReadInventory {
  const kind = text(document['kind']) ?? listKind ?? ''
  const items: JsonValue | undefined = document['items']
  if (Array.isArray(items))
    return merged(objects(items).map((item) => readKubernetes(item, tenant, kind.replace(/List$/, ''))))
  const metadata = object(document['metadata'])
  const [name, namespace] = [text(metadata?.['name']) ?? '', text(metadata?.['namespace']) ?? '']
  const root = clusterScope(tenant)
  switch (kind) {
    case 'Role':
      return { facts: role(document, `${root}/namespaces/${namespace}#Role/${name}`), problems: [] }
    case 'ClusterRole':
      return { facts: role(document, `${root}#ClusterRole/${name}`), problems: [] }
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return binding(document, kind, namespace, tenant)
    case 'ServiceAccount': {
      const id = principalKey(provider, tenant, `system:serviceaccount:${namespace}:${name}`)
      const resource = `${root}/namespaces/${namespace}/serviceaccounts/${name}`
      const createdAt = documentTime(metadata?.['creationTimestamp'])
      return {
        facts: [
          {
            fact: 'principal',
            provider,
            id,
            type: 'service-account',
            tenant,
            createdAt,
            state: 'active',
            resource,
          },
        ],
        problems: [],
      }
    }
    case '':
      return { facts: [], problems: [{ at: name, message: 'an object has no kind' }] }
    default:
      return otherObject(root, kind, namespace, name)
  }
}

/** `kubectl get secrets,configmaps -A` lists resources: their kind in the API is its plural in lower case. */
function otherObject(root: string, kind: string, namespace: string, name: string): ReadInventory {
  if (name === '') return nothing
  const lower = kind.toLowerCase()
  const plural = /(?:s|x|ch|sh)$/.test(lower)
    ? `${lower}es`
    : /[^aeiou]y$/.test(lower)
      ? `${lower.slice(0, -1)}ies`
      : `${lower}s`
  const id =
    namespace === '' ? `${root}/${plural}/${name}` : `${root}/namespaces/${namespace}/${plural}/${name}`
  return { facts: [{ fact: 'resource', provider, id }], problems: [] }
}
