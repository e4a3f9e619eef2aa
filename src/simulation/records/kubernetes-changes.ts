/** Kubernetes audit events of what people and pipelines do: look at objects, bind roles, make and delete accounts. */
import { allowed, event, type Fields, ok, type Served, type ServiceAccount, userOf } from './kubernetes.ts'

/** Somebody looks at pods. */
export function personRecord(person: string, served: Served): string {
  return event({
    uri: '/api/v1/namespaces/checkout/pods?limit=500',
    verb: 'list',
    user: { username: person, groups: ['acme:platform', 'system:authenticated'] },
    ip: '198.51.100.23',
    userAgent: 'kubectl/v1.33.4 (darwin/arm64) kubernetes/74cdb4c',
    object: { resource: 'pods', namespace: 'checkout', apiVersion: 'v1' },
    status: ok(200),
    served,
    annotations: allowed,
  })
}

/** A person's right to change things, as the audit log shows it. */
function personOf(person: string): Fields {
  return { username: person, groups: ['acme:platform', 'system:authenticated'] }
}

/** A person binds a service account to a role, or takes the binding away. */
export function bindingRecord(
  person: string,
  holder: ServiceAccount,
  verb: 'create' | 'delete',
  served: Served,
): string {
  const name = `${holder.name}-reader`
  const group = 'rbac.authorization.k8s.io'
  const body = {
    kind: 'RoleBinding',
    apiVersion: `${group}/v1`,
    metadata: { name, namespace: holder.namespace },
    subjects: [{ kind: 'ServiceAccount', name: holder.name, namespace: holder.namespace }],
    roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
  }
  return event({
    level: 'RequestResponse',
    uri: `/apis/${group}/v1/namespaces/${holder.namespace}/rolebindings${verb === 'create' ? '' : `/${name}`}`,
    verb,
    user: personOf(person),
    ip: '198.51.100.23',
    userAgent: 'kubectl/v1.33.4 (darwin/arm64) kubernetes/74cdb4c',
    object: {
      resource: 'rolebindings',
      namespace: holder.namespace,
      name,
      apiGroup: group,
      apiVersion: 'v1',
    },
    status: ok(verb === 'create' ? 201 : 200),
    bodies: { ...(verb === 'create' && { requestObject: body }), responseObject: body },
    served,
    annotations: allowed,
  })
}

/** A person makes a service account, or deletes it. */
export function serviceAccountRecord(
  person: string,
  account: ServiceAccount,
  verb: 'create' | 'delete',
  served: Served,
): string {
  const { namespace, name } = account
  return event({
    uri: `/api/v1/namespaces/${namespace}/serviceaccounts${verb === 'create' ? '' : `/${name}`}`,
    verb,
    user: personOf(person),
    ip: '198.51.100.23',
    userAgent: 'kubectl/v1.33.4 (darwin/arm64) kubernetes/74cdb4c',
    object: { resource: 'serviceaccounts', namespace, name, apiVersion: 'v1' },
    status: ok(verb === 'create' ? 201 : 200),
    served,
    annotations: allowed,
  })
}

/** The audit policy keeps the bodies of RBAC objects: who is bound to what. */
export function roleBindingRecord(
  by: ServiceAccount,
  holder: ServiceAccount,
  served: Served,
  jti: string,
): string {
  const body = {
    kind: 'RoleBinding',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    metadata: { name: `${holder.name}-reader`, namespace: holder.namespace },
    subjects: [{ kind: 'ServiceAccount', name: holder.name, namespace: holder.namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'index-reader' },
  }
  return event({
    level: 'RequestResponse',
    uri: `/apis/rbac.authorization.k8s.io/v1/namespaces/${holder.namespace}/rolebindings`,
    verb: 'create',
    user: userOf(by, jti),
    ip: '192.0.2.40',
    userAgent: `${by.name}/v2 (linux/amd64) kubernetes/client-go`,
    object: {
      resource: 'rolebindings',
      namespace: holder.namespace,
      name: body.metadata.name,
      apiGroup: 'rbac.authorization.k8s.io',
      apiVersion: 'v1',
    },
    status: ok(201),
    bodies: { requestObject: body, responseObject: body },
    served,
    annotations: allowed,
  })
}
