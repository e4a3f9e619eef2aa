/** Credential providers of the AWS SDK for JavaScript v3: functions that give keys with an end. */
import { field, textField } from './fields.ts'
import { type Identity, joinIdentity } from './identity.ts'
import { around } from './methods.ts'
import type { Recorder } from './recorder.ts'
import { TokenMemory } from './token-memory.ts'
import { noToken, type TokenSource } from './token-source.ts'

export type AwsProvider = (...values: never[]) => Promise<object>

const asked = { key: 'aws', audience: '' }

/** What the SDK's features are called where an application chooses them. */
const providersByFeature: Readonly<Record<string, string>> = {
  CREDENTIALS_ENV_VARS: 'fromEnv',
  CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN: 'fromTokenFile',
  CREDENTIALS_HTTP: 'fromHttp',
  CREDENTIALS_IMDS: 'fromInstanceMetadata',
  CREDENTIALS_LOGIN: 'fromLoginCredentials',
  CREDENTIALS_PROCESS: 'fromProcess',
  CREDENTIALS_SSO: 'fromSSO',
  CREDENTIALS_SSO_LEGACY: 'fromSSO',
  CREDENTIALS_STS_ASSUME_ROLE: 'fromTemporaryCredentials',
}

/** `$source` lists the features that were used, the one that decided last; those of profiles begin alike. */
function memberIn(credentials: unknown): string | undefined {
  const features = field(credentials, '$source')
  if (typeof features !== 'object' || features === null) return undefined
  for (const feature of Object.keys(features).toReversed()) {
    const provider = providersByFeature[feature]
    if (provider !== undefined) return provider
    if (feature.startsWith('CREDENTIALS_PROFILE')) return 'fromIni'
  }
  return undefined
}

/** Keys of a session are told apart by the session token, fixed keys by their id. Neither is emitted. */
export function readCredentials(credentials: unknown) {
  const token = textField(credentials, 'sessionToken') ?? textField(credentials, 'accessKeyId')
  if (token === undefined) return noToken
  const expiration = field(credentials, 'expiration')
  const member = memberIn(credentials)
  return {
    token,
    expiresAtMs: expiration instanceof Date ? expiration.getTime() : undefined,
    identity: joinIdentity(byWebIdentity(member), { tenant: textField(credentials, 'accountId') }),
    member,
  }
}

const arnPattern = /^arn:[\w-]+:(?:iam|sts):[\w-]*:(?<account>\d*):(?<resource>[\w+=,.@/-]{1,200})$/

/** The identity that an ARN of a role names; `undefined` for another text. */
export function roleIdentity(arn: string | undefined): Identity | undefined {
  const parts = arn === undefined ? undefined : arnPattern.exec(arn)?.groups
  if (parts === undefined) return undefined
  const isRole = parts['resource']?.startsWith('role/') === true
  return { id: arn, type: isRole ? 'role' : 'unknown', tenant: parts['account'] }
}

/** Keys of another origin are not of the environment's role. */
function byWebIdentity(member: string | undefined): Identity | undefined {
  return member === 'fromTokenFile' ? environmentRole() : { type: 'unknown' }
}

/** The role that pods and pipelines are given by web identity. */
function environmentRole(): Identity | undefined {
  const isWebIdentity = process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined
  return isWebIdentity ? roleIdentity(process.env['AWS_ROLE_ARN']) : undefined
}

export interface AwsSettings {
  /** Name of the provider, where the function has none. */
  readonly name: string
  readonly isChain: boolean
  readonly identity: Identity
}

export function instrumentProvider<Provider extends AwsProvider>(
  recorder: Recorder,
  provider: Provider,
  settings: AwsSettings,
): Provider {
  const source: TokenSource = {
    provider: 'aws',
    credentialType: settings.name,
    isChain: settings.isChain,
    isStep: false,
    identity: settings.identity,
    memory: new TokenMemory(environmentRole()),
    read: readCredentials,
  }
  return around(provider, (_, call) => recorder.run(source, asked, call))
}
