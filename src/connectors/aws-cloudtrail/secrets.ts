/** Reads of secrets: Secrets Manager values and decrypted Systems Manager parameters. */
import type { JsonValue } from '../connector.ts'
import { text } from '../fields.ts'
import type { Call } from './call.ts'
import { hasError } from './outcome.ts'

/** Secrets Manager appends six characters to the name in a secret's ARN. */
const arnSuffix = /-[0-9A-Za-z]{6}$/

/** The name, also where an ARN was given. */
function secretName(id: string): string {
  const secret = id.indexOf(':secret:')
  if (secret >= 0) return id.slice(secret + ':secret:'.length).replace(arnSuffix, '')
  const parameter = id.indexOf(':parameter/')
  return parameter >= 0 ? id.slice(parameter + ':parameter'.length) : id
}

function names(value: JsonValue | undefined): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.flatMap((item: JsonValue | undefined) => {
    const id = text(item)
    return id === undefined ? [] : [secretName(id)]
  })
}

/** Which field names the secrets, for the calls that give out values. */
const readers: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  // BatchGetSecretValue is followed by a GetSecretValue record for each secret that was read.
  secretsmanager: new Map([['GetSecretValue', 'secretId']]),
  ssm: new Map([
    ['GetParameter', 'name'],
    ['GetParameters', 'names'],
    ['GetParametersByPath', 'path'],
    ['GetParameterHistory', 'name'],
  ]),
}

/** Names of the secrets whose values the call gave out; a parameter that is not decrypted is no secret. */
export function secretsRead(call: Call): readonly string[] {
  const field = readers[call.service]?.get(call.name)
  if (field === undefined || hasError(call.record)) return []
  const isDecrypted = call.request['withDecryption']
  if (call.service === 'ssm' && isDecrypted !== true && isDecrypted !== 'true') return []
  return names(call.request[field])
}

/** Parts of secrets' names that tell of a cloud credential: what a workload with a role has no need of. */
const credentialNames = [
  'accesskey',
  'secretkey',
  'awscredential',
  'clientsecret',
  'serviceaccountkey',
  'serviceprincipal',
  'storagekey',
  'accountkey',
  'sastoken',
]

/** Whether the secret is, by its name, a long-lived credential of a cloud identity. */
export function looksLikeCredential(secret: string): boolean {
  const name = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return credentialNames.some((part) => name.includes(part))
}
