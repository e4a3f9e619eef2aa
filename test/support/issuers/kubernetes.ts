/** A real kube-apiserver over a real etcd, with its audit log as a file and as a webhook. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../server-process.ts'
import type { Workspace } from '../workspace.ts'
import { goCommands } from './build.ts'
import { Server, statusOf } from './server.ts'

/** As the README of the connector says. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [
    { level: 'Request', resources: [{ group: '', resources: ['serviceaccounts/token'] }] },
    { level: 'RequestResponse', resources: [{ group: 'rbac.authorization.k8s.io' }] },
    { level: 'Metadata' },
  ],
}

/** Whoever watches over the cluster itself; calls under such names are no workload's. */
const probe = 'system:probe'
const issuer = 'https://cluster.acme.example'

/** The folder of etcd and kube-apiserver; builds them the first time. */
export function kubernetesBinaries(): string {
  return goCommands('kubernetes', {
    etcd: './etcd',
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  })
}

export interface ApiAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Without a token: over plain HTTP the API server would not send it (client-go does so over TLS only). */
function webhookConfig(url: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'identity-slo', cluster: { server: `${url}/v1/records` } }],
    contexts: [{ name: 'default', context: { cluster: 'identity-slo' } }],
    'current-context': 'default',
  })
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

async function startEtcd(binary: string, folder: Workspace, client: number): Promise<Server> {
  const peer = `http://127.0.0.1:${await freePort()}`
  const own = `http://127.0.0.1:${client}`
  const options = {
    'data-dir': folder.at('etcd'),
    'listen-client-urls': own,
    'advertise-client-urls': own,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'log-level': 'error',
    'unsafe-no-fsync': 'true',
  }
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const isReady = async (): Promise<boolean> => (await statusOf(`${own}/health`)) === 200
  return Server.start([binary, ...args], { outputFile: folder.at('etcd.txt') }, isReady)
}

export class Kubernetes implements AsyncDisposable {
  /** The audit log as a file: what the webhook sends as well. */
  readonly log: string
  readonly #folder: Workspace
  readonly #port: number
  readonly #key: KeyObject
  #etcd: Server | undefined
  #server: Server | undefined

  private constructor(folder: Workspace, port: number, key: KeyObject) {
    this.log = folder.at('audit.ndjson')
    this.#folder = folder
    this.#port = port
    this.#key = key
  }

  /** @param webhook base URL of the instance that gets the audit events; @param tokens by user, each with one group */
  static async start(
    folder: Workspace,
    webhook: string,
    tokens: Readonly<Record<string, { readonly token: string; readonly group: string }>>,
  ): Promise<Kubernetes> {
    const binaries = kubernetesBinaries()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = folder.write('sa.key', privateKey.export({ type: 'pkcs1', format: 'pem' }))
    const users = { ...tokens, [probe]: { token: 'probe', group: 'system:masters' } }
    const etcd = await freePort()
    const kubernetes = new Kubernetes(folder, await freePort(), privateKey)
    const options = {
      'etcd-servers': `http://127.0.0.1:${etcd}`,
      'bind-address': '127.0.0.1',
      'secure-port': String(kubernetes.#port),
      'cert-dir': folder.at('certificates'),
      'service-account-issuer': issuer,
      'service-account-key-file': key,
      'service-account-signing-key-file': key,
      'service-account-max-token-expiration': '2h',
      'service-cluster-ip-range': '10.0.0.0/24',
      'token-auth-file': folder.write(
        'tokens.csv',
        Object.entries(users)
          .map(([user, { token, group }]) => `${token},${user},${user},"${group}"\n`)
          .join(''),
      ),
      'authorization-mode': 'Node,RBAC',
      'endpoint-reconciler-type': 'none',
      'audit-policy-file': folder.write('policy.yaml', stringify(auditPolicy)),
      'audit-log-path': kubernetes.log,
      'audit-webhook-config-file': folder.write('webhook.yaml', webhookConfig(webhook)),
      'audit-webhook-batch-max-wait': '1s',
      'audit-webhook-initial-backoff': '2s',
    }
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    try {
      kubernetes.#etcd = await startEtcd(join(binaries, 'etcd'), folder, etcd)
      kubernetes.#server = await Server.start(
        [join(binaries, 'kube-apiserver'), ...args],
        { outputFile: folder.at('kube-apiserver.txt') },
        () => kubernetes.#isReady(),
      )
      return kubernetes
    } catch (error) {
      await kubernetes[Symbol.asyncDispose]()
      throw error
    }
  }

  async #isReady(): Promise<boolean> {
    if (!existsSync(this.#folder.at('certificates/apiserver.crt'))) return false
    try {
      return (await this.call('GET', '/readyz', 'probe')).status === 200
    } catch {
      return false
    }
  }

  /** One request; a `body` is JSON. */
  call(
    method: string,
    path: string,
    token: string | undefined,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const all = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': type }),
      ...headers,
    }
    const ca = readFileSync(this.#folder.at('certificates/apiserver.crt'))
    const options = { method, headers: all, host: '127.0.0.1', port: this.#port, path, ca, agent: false }
    return new Promise((resolve, fail) => {
      const asking = request(options, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.once('end', () => {
          const text = Buffer.concat(pieces).toString()
          const isObject = text.startsWith('{') && !path.includes('watch=')
          resolve({ status: response.statusCode ?? 0, body: isObject ? JSON.parse(text) : {} })
        })
      })
      asking.once('error', fail)
      asking.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  /** A token of this cluster with claims of our choice: its own shortest lifetime is ten minutes. */
  signedToken(claims: Readonly<Record<string, unknown>>): string {
    const content = `${base64url({ alg: 'RS256' })}.${base64url({ iss: issuer, aud: [issuer], ...claims })}`
    return `${content}.${sign('sha256', Buffer.from(content), this.#key).toString('base64url')}`
  }

  /** Ends when the log is written and the webhook has sent everything. */
  async stop(): Promise<void> {
    await this.#server?.stop('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
    await this.#etcd?.[Symbol.asyncDispose]()
  }
}
