/** Which inventory a document is, by its shape, and its facts; what cannot be read is said, never thrown. */
import type { JsonObject, JsonValue } from '../connectors/connector.ts'
import { object, objects, text } from '../connectors/fields.ts'
import { readAccountDetails, readRoles } from './aws-accounts.ts'
import { readCredentialReport, readSecretList } from './aws-credentials.ts'
import { readAzureRows } from './azure-rows.ts'
import { merged, nothing, type ReadContext, type ReadInventory } from './facts.ts'
import { readAssetPolicies, readPolicy, readServiceAccounts } from './gcp-policies.ts'
import { readKubernetes } from './kubernetes-rbac.ts'
import { unwrap } from './recordings.ts'

function unread(at: string, message: string): ReadInventory {
  return { facts: [], problems: [{ at, message }] }
}

const awsLists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies']
const isKubernetes = (item: JsonObject): boolean =>
  text(item['apiVersion']) !== undefined && text(item['kind']) !== undefined

/** Lists have no name of their own in most providers' output: their elements tell what they are. */
function readList(list: readonly JsonValue[], context: ReadContext): ReadInventory {
  const items = objects(list)
  if (items.length < list.length && items.length === 0 && list.length > 0)
    return unread('', 'is a list of something other than objects')
  if (items.length > 0 && items.every((item) => awsLists.some((name) => Array.isArray(item[name]))))
    return merged(items.map((page) => readAccountDetails(page)))
  const [first] = items
  if (first === undefined) return nothing
  if (isKubernetes(first)) return merged(items.map((item) => readKubernetes(item, context.tenant)))
  if (object(first['policy']) !== undefined && text(first['resource']) !== undefined)
    return readAssetPolicies(items)
  const name = text(first['name']) ?? ''
  if (text(first['email']) !== undefined || /\/serviceAccounts\/[^/]+\/keys\//.test(name))
    return readServiceAccounts(items)
  if (text(first['Arn']) !== undefined && text(first['RoleName']) !== undefined) return readRoles(items)
  return readAzureRows(items)
}

function readAws(document: JsonObject): ReadInventory | undefined {
  if (awsLists.some((name) => Array.isArray(document[name]))) return readAccountDetails(document)
  if (Array.isArray(document['Roles'])) return readRoles(objects(document['Roles']))
  const role = object(document['Role'])
  if (role !== undefined) return readRoles([role])
  if (text(document['Content']) !== undefined && text(document['ReportFormat']) !== undefined)
    return readCredentialReport(document)
  if (Array.isArray(document['SecretList'])) return readSecretList(objects(document['SecretList']))
  if (Array.isArray(document['AttachedPolicies']) || Array.isArray(document['PolicyNames']))
    return unread('', 'lists the policies of a role without naming it: use get-account-authorization-details')
  if (text(document['Account']) !== undefined && text(document['UserId']) !== undefined)
    return unread('', 'is the identity of whoever asked (get-caller-identity): it says nothing of rights')
  return undefined
}

function readObject(document: JsonObject, context: ReadContext, url: string | undefined): ReadInventory {
  const aws = readAws(document)
  if (aws !== undefined) return aws
  if (text(document['kind'])?.startsWith('storage#') !== true && isKubernetes(document))
    return readKubernetes(document, context.tenant)
  if (Array.isArray(document['bindings']) || typeof document['etag'] === 'string')
    return readPolicy(document, context, url)
  for (const key of ['value', 'data', 'results', 'accounts', 'keys']) {
    const list = document[key]
    if (Array.isArray(list)) return readList(list, context)
  }
  const policies = object(document['policy'])
  if (policies !== undefined && text(document['resource']) !== undefined) return readAssetPolicies([document])
  if (text(document['id']) !== undefined || text(document['email']) !== undefined)
    return readList([document], context)
  return unread(
    '',
    'is no inventory that is known: docs/inventory.md lists the commands whose output is read',
  )
}

/** Total: any parsed JSON or YAML gives facts, problems or both. */
export function readInventory(document: JsonValue, context: ReadContext): ReadInventory {
  return merged(
    unwrap(document).map(({ at, document: inner, url }) => {
      const whole = object(inner)
      const read = Array.isArray(inner)
        ? readList(inner, context)
        : whole === undefined
          ? unread('', 'holds no object and no list')
          : readObject(whole, context, url)
      const prefix = at === '' ? '' : `${at}.`
      return at === ''
        ? read
        : {
            facts: read.facts,
            problems: read.problems.map(({ at: inside, message }) => ({
              at: inside === '' ? at : `${prefix}${inside}`,
              message,
            })),
          }
    }),
  )
}
