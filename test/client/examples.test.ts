import { spawn } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
import { PodIdentityAgent } from '../support/stand-ins/aws.ts'
import { Imds } from '../support/stand-ins/azure.ts'
import { GoogleMetadata } from '../support/stand-ins/google.ts'
import { type Endpoint, StandIn } from '../support/stand-ins/stand-in.ts'
import { canary, jwt, opaque } from '../support/stand-ins/tokens.ts'
import { Workspace } from '../support/workspace.ts'

const servers: StandIn[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
})

async function serve(endpoint: Endpoint): Promise<StandIn> {
  const server = await StandIn.start(endpoint)
  servers.push(server)
  return server
}

/** A service that refuses: the answers say how the example went on. */
const refusing: Endpoint = { isToken: () => false, answer: () => ({ status: 403, body: {} }) }

async function run(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=identity-slo-source', `examples/${name}.ts`], {
    cwd: new URL('../../', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  })
  let out = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) out += chunk
  expect(out).not.toContain(canary)
  return out
}

it('the example for Azure', async () => {
  const [imds, vault] = [await serve(new Imds()), await serve(refusing)]
  const out = await run('azure', { AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url, VAULT_URL: vault.url })
  expect(out).toContain('The vault answered 403.')
  expect(out).toContain(
    'token_request_total{provider="azure",identity_type="user-assigned",audience="vault.azure.net"} 1',
  )
  expect(out).toContain(
    'token_uses_refused{provider="azure",identity_type="user-assigned",target_service="key-vault",status="403"} 1',
  )
})

it('the example for AWS', async () => {
  using workspace = new Workspace()
  const agent = await serve(new PodIdentityAgent())
  const bucket = await serve({
    isToken: () => false,
    answer: () => ({ status: 200, body: '<ListBucketResult><KeyCount>3</KeyCount></ListBucketResult>' }),
  })
  const out = await run('aws', {
    AWS_REGION: 'eu-central-1',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: workspace.write('token', jwt({ sub: 's' })),
    AWS_CONFIG_FILE: workspace.at('none'),
    AWS_SHARED_CREDENTIALS_FILE: workspace.at('none'),
    AWS_ENDPOINT_URL_S3: bucket.url,
  })
  expect(out).toContain('The bucket has 3 objects.')
  expect(out).toContain('token_request_total{provider="aws",identity_type="unknown",audience=""} 1')
  expect(out).toContain('token_uses_total{provider="aws",identity_type="unknown",target_service="S3"} 1')
})

it('the example for Google Cloud', async () => {
  const [metadata, storage] = [await serve(new GoogleMetadata()), await serve(refusing)]
  const out = await run('google', {
    GCE_METADATA_HOST: metadata.host,
    METADATA_SERVER_DETECTION: 'assume-present',
    STORAGE_URL: storage.url,
  })
  expect(out).toContain('The bucket answered 403.')
  expect(out).toContain('token_request_total{provider="gcp"')
})

it('the example for Kubernetes', async () => {
  using workspace = new Workspace()
  const vault = await serve({
    isToken: ({ path }) => path.endsWith('/login'),
    answer: ({ path }) =>
      path.endsWith('/login')
        ? { status: 200, body: { auth: { client_token: opaque('hvs.'), lease_duration: 3600 } } }
        : { status: 200, body: {} },
  })
  const now = Math.floor(Date.now() / 1000)
  const token = jwt({ sub: 'system:serviceaccount:shop:checkout', iat: now, exp: now + 3600 })
  const out = await run('kubernetes', { VAULT_ADDR: vault.url, TOKEN_FILE: workspace.write('token', token) })
  expect(out).toContain('Vault answered 200.')
  expect(out).toContain(
    'token_request_total{provider="kubernetes",identity_type="service-account",audience="vault"} 1',
  )
  expect(out).toContain('token_request_total{provider="vault",identity_type="unknown",audience="vault"} 1')
  expect(vault.tokens).toHaveLength(1)
})
