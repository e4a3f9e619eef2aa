/** Reads of secrets: Secrets Manager values and decrypted Systems Manager parameters. */
import { text, texts } from '../fields.ts'
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

interface Reader {
  readonly service: string
  /** The field of `requestParameters` that names the secrets. */
  readonly field: string
}

/** The calls that give out values; a BatchGetSecretValue is followed by a GetSecretValue record for each secret. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['GetSecretValue', { service: 'secretsmanager', field: 'secretId' }],
  ['GetParameter', { service: 'ssm', field: 'name' }],
  ['GetParameters', { service: 'ssm', field: 'names' }],
  ['GetParametersByPath', { service: 'ssm', field: 'path' }],
  ['GetParameterHistory', { service: 'ssm', field: 'name' }],
])

/** Names of the secrets whose values the call gave out; a parameter that is not decrypted is no secret. */
export function secretsRead(call: Call): readonly string[] {
  const reader = readers.get(call.name)
  if (reader === undefined || reader.service !== call.service || hasError(call.record)) return []
  const isDecrypted = call.request['withDecryption']
  if (call.service === 'ssm' && isDecrypted !== true && isDecrypted !== 'true') return []
  const named = call.request[reader.field]
  const single = text(named)
  return single === undefined ? texts(named).map(secretName) : [secretName(single)]
}
