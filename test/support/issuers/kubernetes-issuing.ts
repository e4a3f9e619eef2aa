/** The first part of the drive of a kube-apiserver: service accounts are made, and tokens asked for. */
import type { Kubernetes } from './kubernetes.ts'
import {
  admin,
  ask,
  assignment,
  binding,
  type Call,
  identityChange,
  inShop,
  issued,
  personsUse,
  role,
  serviceAccount,
  subject,
  tokenPath,
  tokenRequest,
  users,
} from './kubernetes-drive.ts'
import type { Truth } from './truth.ts'

const ana = 'ana@acme.example'
const checkout = serviceAccount('checkout')
const deployer = serviceAccount('deployer')
const adminUse = (service: string): Call['events'] => [personsUse('admin', service)]

function created(name: string): Call {
  return {
    what: `The administrator makes the service account ${name}.`,
    method: 'POST',
    path: `${inShop}/serviceaccounts`,
    token: admin,
    body: { kind: 'ServiceAccount', metadata: { name } },
    answer: 201,
    events: [identityChange(name, 'created')],
  }
}

function writtenSecret(name: string): Call {
  return {
    what: `The administrator writes the secret ${name}.`,
    method: 'POST',
    path: `${inShop}/secrets`,
    token: admin,
    body: { kind: 'Secret', metadata: { name }, stringData: { value: 'p' } },
    answer: 201,
    events: adminUse('secrets'),
  }
}

/** Namespace, service accounts, roles and bindings. */
export async function setUp(kubernetes: Kubernetes, truth: Truth): Promise<void> {
  const calls: readonly Call[] = [
    {
      what: 'The administrator makes a namespace.',
      method: 'POST',
      path: '/api/v1/namespaces',
      token: admin,
      body: { kind: 'Namespace', metadata: { name: 'shop' } },
      answer: 201,
      events: adminUse('namespaces'),
    },
    ...['checkout', 'reports', 'deployer'].map(created),
    role('reader', [
      { apiGroups: [''], resources: ['pods', 'configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] },
    ]),
    role('binder', [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods', 'configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] },
    ]),
    binding(
      'checkout-reads',
      'reader',
      [subject('checkout')],
      [assignment(checkout, 'granted', 'Role/reader')],
    ),
    binding(
      'deployer-binds',
      'binder',
      [subject('deployer')],
      [assignment(deployer, 'granted', 'Role/binder')],
    ),
    binding(
      'people-read',
      'reader',
      [
        { kind: 'Group', name: 'auditors', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'User', name: 'ben@acme.example', apiGroup: 'rbac.authorization.k8s.io' },
      ],
      [
        assignment('group:auditors', 'granted', 'Role/reader'),
        assignment('ben@acme.example', 'granted', 'Role/reader'),
      ],
    ),
    ...['ledger-db-password', 'backup-access-key'].map(writtenSecret),
    {
      what: 'The administrator starts a pod.',
      method: 'POST',
      path: `${inShop}/pods`,
      token: admin,
      body: {
        kind: 'Pod',
        metadata: { name: 'checkout-0' },
        spec: {
          serviceAccountName: 'checkout',
          automountServiceAccountToken: false,
          nodeName: 'node-1',
          containers: [{ name: 'app', image: 'acme.example/checkout' }],
        },
      },
      answer: 201,
      events: adminUse('pods'),
    },
  ]
  for (const call of calls) await ask(kubernetes, truth, call)
}

/** Tokens asked for, and refused. */
export async function issue(kubernetes: Kubernetes, truth: Truth, checkoutToken: string): Promise<void> {
  const post = { method: 'POST', path: tokenPath('checkout'), body: tokenRequest() }
  const calls: readonly Call[] = [
    {
      ...post,
      what: 'A token is asked for with a lifetime beyond the maximum.',
      token: admin,
      body: tokenRequest({ expirationSeconds: 36_000 }),
      answer: 201,
      events: [issued('checkout')],
    },
    {
      ...post,
      what: 'A token is asked for with a lifetime below the minimum.',
      token: admin,
      body: tokenRequest({ expirationSeconds: 60 }),
      answer: 422,
      events: [issued('checkout', 'misconfigured_caller')],
    },
    {
      ...post,
      what: 'A token is asked for a service account that does not exist.',
      path: tokenPath('ghost'),
      token: admin,
      answer: 404,
      events: [issued('ghost', 'identity_not_found')],
    },
    {
      ...post,
      what: 'A person asks for a token and may not.',
      token: users[ana].token,
      answer: 403,
      events: [issued('checkout', 'permission_denied')],
    },
    {
      ...post,
      what: 'A service account asks for its own token and may not.',
      token: checkoutToken,
      answer: 403,
      events: [issued('checkout', 'permission_denied')],
    },
    {
      ...post,
      what: 'Somebody asks for a token with a credential that is none.',
      token: 'bogus',
      answer: 401,
      events: [issued('checkout', 'credential_invalid')],
    },
    {
      ...post,
      what: 'A token is asked for on trial.',
      path: `${tokenPath('checkout')}?dryRun=All`,
      token: admin,
      answer: 201,
      events: [],
    },
    {
      ...post,
      what: 'A token is asked for, bound to a pod that does not exist.',
      token: admin,
      body: tokenRequest({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'ghost-0' } }),
      answer: 404,
      events: [issued('checkout', 'identity_not_found')],
    },
  ]
  for (const call of calls) await ask(kubernetes, truth, call)
}
