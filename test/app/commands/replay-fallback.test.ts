/** Records of real shape, from the connectors' fixtures, to what `replay` says of fallbacks to static secrets. */
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { Workspace } from '../../support/workspace.ts'

const definitions = new URL('../../../slo-definitions', import.meta.url).pathname

function fixture(path: string): string {
  const [connector = '', file = ''] = path.split('/')
  return new URL(`../../../src/connectors/${connector}/fixtures/${file}`, import.meta.url).pathname
}

/** Good, bad and excluded authentications. */
async function fallbacks(...args: readonly string[]): Promise<readonly number[]> {
  const { code, out, err } = await captured(['replay', ...args, '--slo', definitions, '-o', 'json'])
  expect([code, err]).toEqual([0, ''])
  const { indicators } = JSON.parse(out) as {
    indicators: readonly { id: string; good: number; bad: number; excluded: number }[]
  }
  const { good = 0, bad = 0, excluded = 0 } = indicators.find(({ id }) => id === 'secret-fallback') ?? {}
  return [good, bad, excluded]
}

const legacyToken = fixture('kubernetes-audit/a-legacy-token-is-a-static-secret.json')
const boundToken = fixture('kubernetes-audit/forbidden-by-rbac.json')
const staticJob = fixture('github-audit/a-job-is-handed-static-credentials.json')
const federatedJob = fixture('aws-cloudtrail/web-identity-of-repositories-and-pods.ndjson')
const nodeRole = fixture('aws-cloudtrail/pod-falls-back-to-the-node-role.json')

describe('secret-fallback', () => {
  it('takes a token in a secret for a fallback of the service account that has bound tokens', async () => {
    expect(await fallbacks(boundToken, legacyToken)).toEqual([1, 1, 0])
  })

  it('finds it in the other order, and over a restart', async () => {
    using workspace = new Workspace()
    expect(await fallbacks(legacyToken, boundToken)).toEqual([1, 1, 0])
    const state = workspace.at('state')
    expect(await fallbacks(legacyToken, '--state', state)).toEqual([0, 0, 0])
    expect(await fallbacks(legacyToken, boundToken, '--state', state)).toEqual([1, 1, 0])
  })

  it('accuses nobody that is not known to have anything else', async () => {
    expect(await fallbacks(legacyToken)).toEqual([0, 0, 0])
    expect(await fallbacks(staticJob)).toEqual([0, 0, 0])
    expect(
      await fallbacks(fixture('gcp-audit/a-service-account-key-is-a-long-lived-credential.json')),
    ).toEqual([0, 0, 0])
    expect(await fallbacks(fixture('vault-audit/secrets-that-were-read.ndjson'))).toEqual([0, 0, 0])
  })

  it('knows a repository in the logs of all providers', async () => {
    const [federated = 0, ,] = await fallbacks(federatedJob)
    expect(federated).toBeGreaterThan(0)
    expect(await fallbacks(staticJob, federatedJob)).toEqual([federated, 2, 0])
  })

  it('takes the read of a credential by a managed identity for one, and not that of another secret', async () => {
    expect(await fallbacks(fixture('gcp-audit/a-secret-that-is-a-credential-is-a-fallback.json'))).toEqual([
      1, 1, 0,
    ])
    expect(await fallbacks(fixture('gcp-audit/a-secret-read-by-a-workload.ndjson'))).toEqual([2, 0, 0])
    expect(await fallbacks(fixture('aws-cloudtrail/secrets-read-by-workloads.ndjson'))).toEqual([7, 2, 0])
  })

  it('takes other uses of the role of a node than its own for one, where the role is named', async () => {
    expect(await fallbacks(nodeRole)).toEqual([1, 0, 0])
    expect(await fallbacks(nodeRole, '--eks-node-role', '*-eks-node')).toEqual([0, 1, 0])
  })

  it('asks the application where ownership says which one it is, and not where that is suggested', async () => {
    using workspace = new Workspace()
    const owners = workspace.write(
      'owners.yaml',
      `owners:
  - match: { provider: gcp, name: legacy }
    app: shop
  - match: { provider: kubernetes, namespace: shop }
    app: shop
`,
    )
    const key = fixture('gcp-audit/a-service-account-key-is-a-long-lived-credential.json')
    expect(await fallbacks(key, boundToken)).toEqual([1, 0, 0])
    expect(await fallbacks(key, boundToken, '--ownership', owners)).toEqual([1, 1, 0])
  })
})
