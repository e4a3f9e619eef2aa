/** The second part of the drive of a kube-apiserver: tokens are presented, and rights handed out. */
import type { Kubernetes } from './kubernetes.ts'
import {
  admin,
  ask,
  askToken,
  assignment,
  binding,
  type Call,
  inShop,
  onTrial,
  personsUse,
  role,
  serviceAccount,
  subject,
  unknownCaller,
  use,
  users,
} from './kubernetes-drive.ts'
import type { Essence, Truth } from './truth.ts'

const ana = 'ana@acme.example'
const checkout = serviceAccount('checkout')
const deployer = serviceAccount('deployer')
const adminUse = (service: string): Call['events'] => [personsUse('admin', service)]

const secretRead: Essence = {
  kind: 'secret.read',
  identity: checkout,
  type: 'service-account',
  outcome: 'success',
}

/** Tokens presented, let in and refused. */
export async function present(kubernetes: Kubernetes, truth: Truth, token: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const expired = kubernetes.signedToken({
    sub: checkout,
    exp: now - 60,
    iat: now - 3660,
    nbf: now - 3660,
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'checkout', uid: 'none' } },
  })
  const elsewhere = await askToken(kubernetes, truth, 'checkout', { audiences: ['vault'] })
  const pods = `${inShop}/pods`
  const review = { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1' }
  const calls: readonly Call[] = [
    {
      what: 'A service account lists what it may list.',
      path: pods,
      token,
      answer: 200,
      events: [use(checkout, 'pods')],
    },
    {
      what: 'A service account asks for what is not there.',
      path: `${inShop}/configmaps/none`,
      token,
      answer: 404,
      events: [use(checkout, 'configmaps')],
    },
    {
      what: 'A service account lists what it may not list.',
      path: `${inShop}/services`,
      token,
      answer: 403,
      events: [use(checkout, 'services', 403)],
    },
    {
      what: 'A service account watches for a second.',
      path: `${pods}?watch=true&timeoutSeconds=1`,
      token,
      answer: 200,
      events: [use(checkout, 'pods')],
    },
    ...['ledger-db-password', 'backup-access-key'].map((name) => ({
      what: `A service account reads the secret ${name}.`,
      path: `${inShop}/secrets/${name}`,
      token,
      answer: 200,
      events: [secretRead, use(checkout, 'secrets')],
    })),
    {
      what: 'Somebody presents a token that has expired.',
      path: pods,
      token: expired,
      answer: 401,
      events: [use(unknownCaller, 'pods', 401)],
      difference: 'a 401 names nobody and says no cause: counted for system:anonymous as credential_invalid',
    },
    {
      what: 'Somebody presents a token that is for another audience.',
      path: pods,
      token: elsewhere,
      answer: 401,
      events: [use(unknownCaller, 'pods', 401)],
      difference: 'a 401 names nobody and says no cause: counted for system:anonymous as credential_invalid',
    },
    {
      what: 'Somebody presents what is no token.',
      path: pods,
      token: 'bogus',
      answer: 401,
      events: [use(unknownCaller, 'pods', 401)],
    },
    {
      what: 'Somebody lists pods without a token.',
      path: pods,
      answer: 403,
      events: [use(unknownCaller, 'pods', 403)],
    },
    {
      what: 'Somebody asks for the version without a token, which needs none.',
      path: '/version',
      answer: 200,
      events: [],
    },
    {
      what: 'A person lists what they may not list.',
      path: pods,
      token: users[ana].token,
      answer: 403,
      events: [personsUse(ana, 'pods', 403)],
    },
    {
      what: onTrial,
      path: `${inShop}/services`,
      token: admin,
      headers: { 'Impersonate-User': checkout },
      answer: 403,
      events: [use(checkout, 'services', 403)],
    },
    {
      what: 'A token is reviewed, and is good.',
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      token: admin,
      body: { ...review, spec: { token } },
      answer: 201,
      events: adminUse('tokenreviews'),
    },
    {
      what: 'A token is reviewed, and is none.',
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      token: admin,
      body: { ...review, spec: { token: 'bogus' } },
      answer: 201,
      events: adminUse('tokenreviews'),
      difference:
        'below level RequestResponse a review says 201 whatever the token was: it counts for the reviewer only',
    },
  ]
  for (const call of calls) await ask(kubernetes, truth, call)
}

/** A service account that hands out rights: what it has itself it may give. */
export async function escalate(kubernetes: Kubernetes, truth: Truth): Promise<void> {
  const token = await askToken(kubernetes, truth, 'deployer')
  const give = (name: string, roleName: string): Call => ({
    ...binding(name, roleName, [subject('reports')], []),
    what: `A service account binds reports to the role ${roleName}.`,
    token,
  })
  await ask(kubernetes, truth, role('admin-like', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]))
  await ask(kubernetes, truth, {
    ...give('reports-reads', 'reader'),
    events: [assignment(serviceAccount('reports'), 'granted', 'Role/reader'), use(deployer, 'rolebindings')],
  })
  const denied = { ...use(deployer, 'rolebindings', 403), reason: 'policy_denied' } as const
  await ask(kubernetes, truth, { ...give('reports-rules', 'admin-like'), answer: 403, events: [denied] })
}
