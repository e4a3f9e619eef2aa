/** Records of real shape, from the connectors' fixtures, to what `replay` says of metadata calls and planned flows. */
import { describe, expect, it } from 'vitest'
import { captured } from '../../support/captured.ts'
import { Workspace } from '../../support/workspace.ts'

const definitions = new URL('../../../slo-definitions', import.meta.url).pathname

function fixture(path: string): string {
  return new URL(`../../../src/connectors/${path}`, import.meta.url).pathname
}

interface Report {
  readonly indicators: readonly {
    readonly id: string
    readonly good: number
    readonly bad: number
    readonly excluded: number
  }[]
  readonly objectives: readonly {
    readonly name: string
    readonly good: number
    readonly bad: number
    readonly value: number
  }[]
}

async function replayed(...args: readonly string[]): Promise<Report> {
  const { code, out, err } = await captured(['replay', ...args, '--slo', definitions, '-o', 'json'])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out)
}

function counts(report: Report, indicator: string): readonly (number | undefined)[] {
  const found = report.indicators.find(({ id }) => id === indicator)
  return [found?.good, found?.bad, found?.excluded]
}

describe('metadata-endpoint', () => {
  it('counts what the EKS agent answered and did not', async () => {
    const file = fixture('eks-pod-identity-agent/fixtures/instance-metadata-as-a-second-place.ndjson')
    const report = await replayed(file)
    expect(counts(report, 'metadata-endpoint')).toEqual([2, 1, 0])
    expect(report.objectives.find(({ name }) => name === 'metadata-endpoint')).toMatchObject({
      good: 2,
      bad: 1,
    })
  })

  it('counts SVIDs that a SPIRE agent hands out, and expired ones as its failure', async () => {
    const file = fixture('spire/fixtures/an-agent-hands-out-expired-svids-in-an-outage.log')
    expect(counts(await replayed(file), 'metadata-endpoint')).toEqual([1, 2, 0])
  })
})

describe('permission-violation', () => {
  const denied = fixture('aws-cloudtrail/fixtures/pod-falls-back-to-the-node-role.json')
  const planned = (resource: string): string =>
    `flows:\n  - { name: f, identity: acme-eks-node, service: s3, resources: ["${resource}"] }\n`

  it('takes a denial on a planned flow for bad, and its slice with it', async () => {
    using workspace = new Workspace()
    const flows = workspace.write('flows.yaml', planned('arn:aws:s3:::acme-orders*'))
    const report = await replayed(denied, '--planned-flows', flows)
    expect(counts(report, 'permission-violation')).toEqual([0, 1, 0])
    expect(report.objectives.find(({ name }) => name === 'permission-violation')).toMatchObject({
      good: 0,
      bad: 1,
    })
  })

  it('leaves denials out that no flow covers, and those of which nobody has said whether they are planned', async () => {
    using workspace = new Workspace()
    const flows = workspace.write('flows.yaml', planned('arn:aws:s3:::acme-web*'))
    expect(counts(await replayed(denied, '--planned-flows', flows), 'permission-violation')).toEqual([
      0, 0, 1,
    ])
    expect(counts(await replayed(denied), 'permission-violation')).toEqual([0, 0, 1])
  })

  it('reads denials of OPA, of Kubernetes and of Key Vault', async () => {
    using workspace = new Workspace()
    const flows = workspace.write(
      'flows.yaml',
      `flows:
  - { name: opa, identity: billing-batch, service: app/rbac }
  - { name: rbac, identity: "system:serviceaccount:*", service: "*" }
  - { name: vault, identity: "*", service: Microsoft.KeyVault }
`,
    )
    const report = await replayed(
      fixture('opa/fixtures/sets-of-reasons-deny.ndjson'),
      fixture('kubernetes-audit/fixtures/forbidden-by-rbac.json'),
      fixture('azure-keyvault/fixtures/result-type-is-success-on-a-403.json'),
      '--planned-flows',
      flows,
    )
    expect(counts(report, 'permission-violation')).toEqual([2, 5, 0])
  })

  it('says what is wrong with a file of flows', async () => {
    using workspace = new Workspace()
    const flows = workspace.write('flows.yaml', 'flows:\n  - { name: f, service: s3, identiy: x }\n')
    const { code, err } = await captured(['replay', denied, '--slo', definitions, '--planned-flows', flows])
    expect(code).toBe(2)
    expect(err).toContain(':2:29: error: unknown key "identiy" in flows[0]; did you mean "identity"?')
    expect(err).toContain('ISLO-3008')
  })
})
