/** What an IAM policy document reaches, lets assume, and denies: the text is read, not judged by an IAM simulator. */
import type { JsonObject, JsonValue } from '../connectors/connector.ts'
import { object, objects, text, texts } from '../connectors/fields.ts'
import type { Reach } from './facts.ts'
import { byText, scopeKey } from './names.ts'

export interface PolicyReach {
  readonly reaches: readonly Reach[]
  readonly assumes: readonly Reach[]
  readonly denies: readonly Reach[]
}

/** A document is an object, a JSON text, or a JSON text that is URL-encoded; anything else has no statements. */
export function policyDocument(value: JsonValue | undefined): JsonObject | undefined {
  const written = text(value)
  if (written === undefined) return object(value)
  try {
    const plain = written.trimStart().startsWith('{') ? written : decodeURIComponent(written)
    return object(JSON.parse(plain) as JsonValue)
  } catch {
    return undefined
  }
}

export function statementsOf(document: JsonObject | undefined): readonly JsonObject[] {
  const written = document?.['Statement']
  const one = object(written)
  return one === undefined ? objects(written) : [one]
}

/** A text, or a list of texts. */
export function oneOrMore(value: JsonValue | undefined): readonly string[] {
  const one = text(value)
  return one === undefined ? texts(value) : [one]
}

export function conditionsOf(statement: JsonObject): readonly string[] {
  const operators = Object.values(object(statement['Condition']) ?? {})
  const keys = operators.flatMap((operator) => Object.keys(object(operator) ?? {}))
  return keys.length === 0 ? [] : [`condition on ${[...new Set(keys)].join(', ')}`]
}

const isEverything = (resource: string): boolean => /^\*+$/.test(resource)

/** Services of the actions: `*` for all of them. STS only lends identities, it holds no resources. */
function servicesOf(actions: readonly string[]): readonly string[] {
  const services = actions.map((action) =>
    isEverything(action) ? '*' : (action.split(':')[0] ?? '').toLowerCase(),
  )
  return services.includes('*') ? ['*'] : [...new Set(services)].sort(byText)
}

/** Actions that let their holder act as a role: by its trust policy, or by handing the role to a service. */
function assumesRoles(action: string): boolean {
  const [service = '', verb = '*'] = action.toLowerCase().split(':')
  if (isEverything(action)) return true
  return (
    service === 'sts' &&
    (verb.includes('*') ? 'assumerole'.startsWith(verb.replace(/\*.*$/, '')) : verb.startsWith('assumerole'))
  )
}

interface Scopes {
  readonly texts: readonly string[]
  readonly conditions: readonly string[]
}

/** `${aws:username}` is somebody's own: one of what the pattern matches. */
function scopesOf(statement: JsonObject, services: readonly string[], account: string): Scopes {
  const all = services.map((service) => `arn:*:${service}:*:${account || '*'}:*`)
  const excepted = oneOrMore(statement['NotResource'])
  if (excepted.length > 0) return { texts: all, conditions: ['NotResource'] }
  const found = new Set<string>()
  const conditions = new Set<string>()
  for (const resource of oneOrMore(statement['Resource'])) {
    const plain = resource.replaceAll(/\$\{[^}]*\}/g, '*')
    if (plain !== resource) conditions.add('policy variable')
    const key = scopeKey('aws', '', plain)
    if (key !== plain && key.includes('*')) conditions.add('path of the name')
    for (const scope of isEverything(plain) ? all : [key]) found.add(scope)
  }
  return { texts: [...found], conditions: [...conditions] }
}

export function reachOfPolicy(document: JsonObject | undefined, account: string): PolicyReach {
  const reaches: Reach[] = []
  const assumes: Reach[] = []
  const denies: Reach[] = []
  for (const statement of statementsOf(document)) {
    const excepted = oneOrMore(statement['NotAction'])
    const actions = excepted.length > 0 ? ['*'] : oneOrMore(statement['Action'])
    const holding = actions.filter((action) => !action.toLowerCase().startsWith('sts:'))
    const common = [...conditionsOf(statement), ...(excepted.length > 0 ? ['NotAction'] : [])]
    const listed = (services: readonly string[]): Reach[] => {
      const { texts: scopes, conditions } = scopesOf(statement, services, account)
      return scopes.map((scope) => ({ scope, conditions: [...common, ...conditions] }))
    }
    const isDeny = text(statement['Effect']) === 'Deny'
    if (holding.length > 0) (isDeny ? denies : reaches).push(...listed(servicesOf(holding)))
    if (actions.some(assumesRoles)) (isDeny ? denies : assumes).push(...listed(['iam']))
  }
  return { reaches, assumes, denies }
}

/** AWS's own policies that are attached without their text: these reach everything, by their published purpose. */
export const broadManagedPolicies: ReadonlySet<string> = new Set([
  'AdministratorAccess',
  'PowerUserAccess',
  'ReadOnlyAccess',
  'ViewOnlyAccess',
])
