/** Secrets that were handed to a workflow's job: static credentials where the job could federate. */
import type { SecretRead } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { number, text, texts } from '../fields.ts'
import { repositoryIdentity, repositoryWorkload } from './callers.ts'
import type { Entry } from './entry.ts'

const noRepository = reject('missing_field', 'repo is missing: expected the repository of the workflow')
const noSecrets = reject('not_relevant', 'a job that was given no secrets')

/** The token of the run, under the names that GitHub gives it: no secret of anybody's. */
const runTokens: ReadonlySet<string> = new Set(['github_token', 'system.github.token'])

/** Where the job runs in an environment, its secrets may be the environment's. */
function vaultOf(entry: Entry, repository: string): string {
  const environment = text(entry.record['environment_name'])
  return environment === undefined ? repository : `${repository}/${environment}`
}

export function mapPreparedJob(entry: Entry): Mapped {
  const { repository, record } = entry
  if (repository === undefined) return noRepository
  const secrets = texts(record['secrets_passed']).filter((secret) => !runTokens.has(secret.toLowerCase()))
  if (secrets.length === 0) return noSecrets
  const run = number(record['workflow_run_id'])
  const base = {
    time: entry.time,
    provider: 'github',
    source: 'github-audit',
    layer: 'cicd',
    identity: repositoryIdentity(repository, entry.tenant),
    workload: repositoryWorkload(repository),
    app: '',
    outcome: 'success',
    correlation: { operationId: run === undefined ? undefined : String(run) },
    kind: 'secret.read',
    vault: vaultOf(entry, repository),
  } as const
  return secrets.map((secret, index): SecretRead => {
    const id = index === 0 ? entry.id : `${entry.id}#${index}`
    return { ...base, id, secret, likelyFallback: namesCredential(secret) }
  })
}
