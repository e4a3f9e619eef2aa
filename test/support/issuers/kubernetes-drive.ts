/** What is asked of a kube-apiserver: tokens for service accounts, their uses, and the changes that end them. */
import type { ApiAnswer, Kubernetes } from './kubernetes.ts'
import type { Asked, Essence, Truth } from './truth.ts'

export const users = {
  admin: { token: 'admin', group: 'system:masters' },
  'ana@acme.example': { token: 'ana', group: 'developers' },
  'system:node:node-1': { token: 'node-1', group: 'system:nodes' },
} as const

export const admin = users.admin.token

/** What a call has to become. */
export interface Call {
  readonly what: string
  readonly method?: string
  readonly path: string
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly answer: number
  readonly events: readonly Essence[]
  readonly difference?: string
}

export function serviceAccount(name: string): string {
  return `system:serviceaccount:shop:${name}`
}

export const inShop = '/api/v1/namespaces/shop'
const rbac = '/apis/rbac.authorization.k8s.io/v1'
export const rbacInShop = `${rbac}/namespaces/shop`

export function tokenPath(name: string): string {
  return `${inShop}/serviceaccounts/${name}/token`
}

const reasons: Readonly<Record<number, Essence['reason']>> = {
  401: 'credential_invalid',
  403: 'permission_denied',
}

/** A use by a service account, or by whom the log calls anonymous. */
export function use(identity: string, service: string, status = 200): Essence {
  const type = identity.startsWith('system:serviceaccount:') ? 'service-account' : 'unknown'
  const base = { kind: 'token.use', identity, type, service } as const
  const reason = reasons[status]
  if (reason === undefined) return { ...base, outcome: 'success', decision: 'allowed' }
  return { ...base, outcome: 'failure', reason, decision: status === 401 ? 'unauthenticated' : 'forbidden' }
}

export function personsUse(identity: string, service: string, status = 200): Essence {
  return { ...use(identity, service, status), type: 'user' }
}

export const unknownCaller = 'system:anonymous'

export function issued(name: string, reason?: Essence['reason']): Essence {
  const base = { kind: 'token.request', identity: serviceAccount(name), type: 'service-account' } as const
  return reason === undefined ? { ...base, outcome: 'success' } : { ...base, outcome: 'failure', reason }
}

export function identityChange(name: string, op: string): Essence {
  return {
    kind: 'identity.change',
    identity: serviceAccount(name),
    type: 'service-account',
    outcome: 'success',
    op,
  }
}

export function assignment(identity: string, op: string, role: string): Essence {
  const type = identity.startsWith('system:serviceaccount:')
    ? 'service-account'
    : identity.includes('@')
      ? 'user'
      : 'unknown'
  return { kind: 'assignment.change', identity, type, outcome: 'success', op, role }
}

export function tokenRequest(spec: Readonly<Record<string, unknown>> = { expirationSeconds: 3600 }): object {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }
}

export function role(name: string, rules: readonly object[]): Call {
  return {
    what: `The administrator writes the role ${name}.`,
    method: 'POST',
    path: `${rbacInShop}/roles`,
    token: admin,
    body: { kind: 'Role', metadata: { name }, rules },
    answer: 201,
    events: [assignment(`Role/shop/${name}`, 'changed', `Role/shop/${name}`)],
  }
}

export function binding(
  name: string,
  roleName: string,
  subjects: readonly object[],
  events: readonly Essence[],
): Call {
  return {
    what: `The administrator binds ${name} to the role ${roleName}.`,
    method: 'POST',
    path: `${rbacInShop}/rolebindings`,
    token: admin,
    body: {
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName },
      subjects,
    },
    answer: 201,
    events,
  }
}

export function subject(name: string): object {
  return { kind: 'ServiceAccount', name, namespace: 'shop' }
}

export async function ask(kubernetes: Kubernetes, truth: Truth, call: Call): Promise<ApiAnswer['body']> {
  const { what, method = 'GET', path, token, body, headers, answer, events, difference } = call
  const got = await kubernetes.call(method, path, token, body, headers)
  if (got.status !== answer)
    throw new Error(`${what} Answered ${got.status}, not ${answer}: ${JSON.stringify(got.body)}`)
  truth.note(what, `HTTP ${answer}`, events, difference)
  return got.body
}

const triesMs = 500
const maxTries = 60

/** The same again until the server has noticed: what it answers meanwhile counts as well. */
export async function askUntil(
  kubernetes: Kubernetes,
  truth: Truth,
  call: Call,
  meanwhile: Pick<Call, 'answer' | 'events'>,
): Promise<ApiAnswer['body']> {
  for (let tries = 0; tries < maxTries; tries++) {
    const got = await kubernetes.call(call.method ?? 'GET', call.path, call.token, call.body)
    if (got.status === call.answer) {
      truth.note(call.what, `HTTP ${call.answer}`, call.events, call.difference)
      return got.body
    }
    if (got.status !== meanwhile.answer) throw new Error(`${call.what} Answered ${got.status} meanwhile`)
    truth.note(`${call.what} (Not noticed yet.)`, `HTTP ${got.status}`, meanwhile.events)
    await new Promise((resolve) => setTimeout(resolve, triesMs))
  }
  throw new Error(`${call.what} Never answered ${call.answer}`)
}

/** The token in the answer to a TokenRequest. */
export async function askToken(
  kubernetes: Kubernetes,
  truth: Truth,
  name: string,
  spec?: object,
): Promise<string> {
  const body = await ask(kubernetes, truth, {
    what: `The administrator asks for a token of ${name}.`,
    method: 'POST',
    path: tokenPath(name),
    token: admin,
    body: tokenRequest({ expirationSeconds: 3600, ...spec }),
    answer: 201,
    events: [issued(name)],
  })
  return tokenIn(body)
}

export function tokenIn(body: ApiAnswer['body']): string {
  const status = body['status']
  const token = typeof status === 'object' && status !== null && 'token' in status ? status.token : undefined
  if (typeof token !== 'string') throw new Error('the answer holds no token')
  return token
}

export const onTrial = 'The administrator tries what a service account may do.'

/** Each of them has an age: the log has when its token was issued. What was refused with a 401 names no token. */
export function usesOfIssuedTokens(asked: readonly Asked[]): number {
  const presented = asked.filter(({ what }) => what !== onTrial).flatMap(({ events }) => events)
  return presented.filter(({ kind, type }) => kind === 'token.use' && type === 'service-account').length
}
