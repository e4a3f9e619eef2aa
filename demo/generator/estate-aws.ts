/** ACME's roles on AWS: who they belong to, who may assume them, and what their sessions do. */

import { guidOf } from '../../src/simulation/random.ts'
import type { ApiUse, Role, Trust } from '../../src/simulation/records/cloudtrail.ts'
import { nightly, type Shape, shopping, steady, working } from '../../src/simulation/shapes.ts'
import type { App } from './estate-azure.ts'
import { hour } from './week.ts'

export const accountId = '111122223333'
export const region = 'us-east-1'
const cluster = 'oidc.eks.us-east-1.amazonaws.com/id/4C1D0A7E52B94F6388E1A2D7C3F05B96'
export const github = 'token.actions.githubusercontent.com'

interface PlannedUse extends ApiUse {
  readonly perHour: number
}

export interface PlannedRole extends Role {
  readonly app: App
  readonly shape: Shape
  readonly assumptionsPerHour: number
  readonly use?: PlannedUse
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Unique ids of roles: `AROA` and 17 letters and digits. */
function roleId(name: string): string {
  const hex = guidOf(`role id ${name}`).replaceAll('-', '')
  return `AROA${Array.from({ length: 17 }, (_, i) => letters[Number.parseInt(hex.slice(i, i + 2), 16) % 32]).join('')}`
}

type Plan = Omit<PlannedRole, 'name' | 'app' | 'arn' | 'id'>

function role(app: App, name: string, plan: Plan): PlannedRole {
  const path = app === 'unowned' ? 'legacy' : app
  return { name, app, arn: `arn:aws:iam::${accountId}:role/${path}/${name}`, id: roleId(name), ...plan }
}

function keyUse(app: string, perHour: number): PlannedUse {
  const arn = `arn:aws:kms:${region}:${accountId}:key/${guidOf(`key ${app}`)}`
  const request = { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  const resource = { type: 'AWS::KMS::Key', arn }
  return { source: 'kms', name: 'Decrypt', readOnly: true, request, resource, perHour }
}

function serviceAccount(name: string): Trust {
  return {
    kind: 'web',
    provider: cluster,
    audience: 'sts.amazonaws.com',
    subject: `system:serviceaccount:${name}`,
  }
}

function pipeline(subject: string): Trust {
  return { kind: 'web', provider: github, audience: 'sts.amazonaws.com', subject }
}

/** The one whose trust policy gets a typo on Tuesday. */
export const deployRole = role('ci', 'ci-deploy', {
  trust: pipeline('repo:acme/storefront:ref:refs/heads/main'),
  shape: working,
  assumptionsPerHour: 14,
  sessionMs: hour,
  use: { source: 'ecr', name: 'GetAuthorizationToken', readOnly: true, request: null, perHour: 14 },
})

export const imagesRole = role('catalog', 'catalog-images', {
  trust: { kind: 'service', service: 'lambda' },
  shape: shopping,
  assumptionsPerHour: 11,
  sessionMs: 12 * hour,
  use: keyUse('catalog', 5),
})

export const roles: readonly PlannedRole[] = [
  role('checkout', 'checkout-orders', {
    trust: { kind: 'service', service: 'lambda' },
    shape: shopping,
    assumptionsPerHour: 16,
    sessionMs: 12 * hour,
    use: keyUse('checkout', 11),
  }),
  role('checkout', 'checkout-cart', {
    trust: { kind: 'service', service: 'ecs-tasks' },
    shape: shopping,
    assumptionsPerHour: 9,
    sessionMs: 6 * hour,
  }),
  role('checkout', 'checkout-pod', {
    trust: serviceAccount('checkout:checkout-api'),
    shape: shopping,
    assumptionsPerHour: 10,
    sessionMs: hour,
    use: {
      source: 'sqs',
      name: 'GetQueueAttributes',
      readOnly: true,
      request: { queueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/checkout-orders` },
      perHour: 8,
    },
  }),
  role('payments', 'payments-capture', {
    trust: { kind: 'service', service: 'lambda' },
    shape: shopping,
    assumptionsPerHour: 13,
    sessionMs: 12 * hour,
    use: keyUse('payments', 10),
  }),
  role('payments', 'payments-settlement', {
    trust: { kind: 'role', from: 'payments-capture' },
    shape: shopping,
    assumptionsPerHour: 6,
    sessionMs: hour,
  }),
  role('payments', 'payments-pod', {
    trust: serviceAccount('payments:payments-api'),
    shape: steady,
    assumptionsPerHour: 6,
    sessionMs: hour,
  }),
  role('catalog', 'catalog-search', {
    trust: { kind: 'service', service: 'ec2' },
    shape: steady,
    assumptionsPerHour: 5,
    sessionMs: 6 * hour,
    use: {
      source: 'ssm',
      name: 'GetParameter',
      readOnly: true,
      request: { name: '/catalog/search/schema', withDecryption: true },
      perHour: 5,
    },
  }),
  imagesRole,
  role('reporting', 'reporting-glue', {
    trust: { kind: 'service', service: 'glue' },
    shape: nightly,
    assumptionsPerHour: 40,
    sessionMs: hour,
    use: {
      source: 'secretsmanager',
      name: 'GetSecretValue',
      readOnly: true,
      request: {
        secretId: `arn:aws:secretsmanager:${region}:${accountId}:secret:reporting/warehouse-k3Vd1p`,
      },
      perHour: 18,
    },
  }),
  role('reporting', 'reporting-reader', {
    trust: { kind: 'role', from: 'reporting-glue' },
    shape: nightly,
    assumptionsPerHour: 36,
    sessionMs: hour,
  }),
  deployRole,
  role('ci', 'ci-plan', {
    trust: pipeline('repo:acme/infrastructure:pull_request'),
    shape: working,
    assumptionsPerHour: 9,
    sessionMs: hour,
  }),
  role('unowned', 'nightly-sync', {
    trust: { kind: 'service', service: 'ec2' },
    shape: nightly,
    assumptionsPerHour: 8,
    sessionMs: 6 * hour,
  }),
]
