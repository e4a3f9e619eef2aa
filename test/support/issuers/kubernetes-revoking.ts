/** The last part of the drive of a kube-apiserver: tokens lose their pod, their rights and their service account. */
import type { Kubernetes } from './kubernetes.ts'
import {
  admin,
  ask,
  askUntil,
  assignment,
  type Call,
  identityChange,
  inShop,
  issued,
  personsUse,
  rbacInShop,
  serviceAccount,
  subject,
  tokenIn,
  tokenPath,
  tokenRequest,
  unknownCaller,
  use,
  users,
} from './kubernetes-drive.ts'
import type { Truth } from './truth.ts'

const deployer = serviceAccount('deployer')
const adminUse = (service: string): Call['events'] => [personsUse('admin', service)]

const checkout = serviceAccount('checkout')

/** A kubelet's token for its pod, which dies with the pod. */
export async function podBound(kubernetes: Kubernetes, truth: Truth): Promise<void> {
  const pod = await kubernetes.call('GET', `${inShop}/pods/checkout-0`, admin)
  truth.note('The administrator looks at the pod.', `HTTP ${pod.status}`, adminUse('pods'))
  const metadata = pod.body['metadata']
  const uid =
    typeof metadata === 'object' && metadata !== null && 'uid' in metadata ? metadata.uid : undefined
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'checkout-0', uid }
  const asked = {
    what: 'A kubelet asks for the token of its pod.',
    method: 'POST',
    path: tokenPath('checkout'),
    token: users['system:node:node-1'].token,
    body: tokenRequest({ expirationSeconds: 3607, boundObjectRef }),
    answer: 201,
    events: [issued('checkout')],
  }
  // The node authorizer learns of pods with a delay.
  const refused = { answer: 403, events: [issued('checkout', 'permission_denied')] }
  const token = tokenIn(await askUntil(kubernetes, truth, asked, refused))
  const path = `${inShop}/pods/checkout-0`
  await ask(kubernetes, truth, {
    what: 'The pod looks at itself.',
    path,
    token,
    answer: 200,
    events: [use(checkout, 'pods')],
  })
  await ask(kubernetes, truth, {
    what: 'The administrator deletes the pod.',
    method: 'DELETE',
    path: `${path}?gracePeriodSeconds=0`,
    token: admin,
    answer: 200,
    events: adminUse('pods'),
  })
  const gone = {
    what: 'The token of a pod that is gone is presented.',
    path: `${inShop}/pods`,
    token,
    answer: 401,
    events: [use(unknownCaller, 'pods', 401)],
    difference:
      'a 401 names nobody; the server believes a token for up to ten seconds after its pod has gone',
  }
  await askUntil(kubernetes, truth, gone, { answer: 200, events: [use(checkout, 'pods')] })
}

/** Rights are taken away, then the service account itself. */
export async function revoke(kubernetes: Kubernetes, truth: Truth, token: string): Promise<void> {
  const bindingPath = `${rbacInShop}/rolebindings`
  const isGone = 'a binding that was deleted does not say whom it was about: it stands for its subjects'
  await ask(kubernetes, truth, {
    what: 'The administrator adds a subject to a binding.',
    method: 'PATCH',
    path: `${bindingPath}/reports-reads`,
    token: admin,
    body: { subjects: [subject('reports'), subject('deployer')] },
    answer: 200,
    events: [
      assignment(serviceAccount('reports'), 'changed', 'Role/reader'),
      assignment(deployer, 'changed', 'Role/reader'),
    ],
  })
  await ask(kubernetes, truth, {
    what: 'The administrator deletes a binding.',
    method: 'DELETE',
    path: `${bindingPath}/checkout-reads`,
    token: admin,
    answer: 200,
    events: [assignment('RoleBinding/shop/checkout-reads', 'removed', 'RoleBinding/shop/checkout-reads')],
    difference: isGone,
  })
  const path = `${inShop}/pods`
  const withoutRight = {
    what: 'A service account lists what it might list before.',
    path,
    token,
    answer: 403,
    events: [use(checkout, 'pods', 403)],
  }
  await askUntil(kubernetes, truth, withoutRight, { answer: 200, events: [use(checkout, 'pods')] })
  await ask(kubernetes, truth, {
    what: 'The administrator deletes a service account.',
    method: 'DELETE',
    path: `${inShop}/serviceaccounts/checkout`,
    token: admin,
    answer: 200,
    events: [identityChange('checkout', 'deleted')],
  })
  const deleted = {
    what: 'The token of a deleted service account is presented.',
    path,
    token,
    answer: 401,
    events: [use(unknownCaller, 'pods', 401)],
    difference:
      'a 401 names nobody; the server believes a token for up to ten seconds after its account has gone',
  }
  await askUntil(kubernetes, truth, deleted, { answer: 403, events: [use(checkout, 'pods', 403)] })
  await ask(kubernetes, truth, {
    what: 'A token is asked for a service account that was deleted.',
    method: 'POST',
    path: tokenPath('checkout'),
    token: admin,
    body: tokenRequest(),
    answer: 404,
    events: [issued('checkout', 'identity_not_found')],
  })
  await ask(kubernetes, truth, {
    what: 'The administrator deletes all bindings of the namespace at once.',
    method: 'DELETE',
    path: bindingPath,
    token: admin,
    answer: 200,
    events: [assignment('RoleBinding/shop/*', 'removed', 'RoleBinding/shop/*')],
    difference: 'a collection that was deleted is one change, however many bindings were in it',
  })
}
