/** docs/coverage.md: which connector and indicator measure each layer and each use case, and the records that prove it. */
import type { EventKind, Layer } from '../events/event.ts'
import type { IndicatorId } from '../indicators/indicator.ts'
import { code, table } from './markdown-table.ts'
import { generatedNotice } from './rule-file.ts'

export interface CoverageRow {
  readonly what: string
  readonly connector: string
  readonly indicators: readonly IndicatorId[]
  /** Records below the connector's `fixtures/`, or a path in the repository. */
  readonly fixture: string
  /** What the records yield. */
  readonly kind: EventKind
  readonly layer: Layer
}

function row(
  what: string,
  connector: string,
  fixture: string,
  kind: EventKind,
  layer: Layer,
  ...indicators: readonly IndicatorId[]
): CoverageRow {
  return { what, connector, fixture, kind, layer, indicators }
}

const issuance = 'token.request'
const use = 'token.use'
const telemetry = 'docs/mappings/telemetry-gateway.ndjson'
const podIssuance = 'issuance-is-for-the-service-account-not-for-the-requester.json'

export const layerRows: readonly CoverageRow[] = [
  row(
    'L1 edge',
    'access-log',
    'a-401-without-a-principal-counts-and-a-success-without-one-does-not.ndjson',
    use,
    'edge',
    'service-auth',
    'permission-violation',
  ),
  row(
    'L2 virtual machines',
    'azure-entra',
    'system-assigned-identity-of-a-vm.json',
    issuance,
    'vm',
    'token-issuance',
  ),
  row(
    'L3 containers',
    'kubernetes-audit',
    podIssuance,
    issuance,
    'container',
    'token-issuance',
    'token-fetch-latency',
  ),
  row(
    'L4 serverless',
    'gcp-audit',
    'default-accounts-say-where-they-run.ndjson',
    use,
    'serverless',
    'service-auth',
  ),
  row(
    'L5 platform services',
    'aws-cloudtrail',
    'token-age-from-the-session.ndjson',
    use,
    'paas',
    'token-age',
  ),
  row(
    'L6 data',
    'postgresql',
    'a-connection-has-four-lines-and-counts-once.ndjson',
    use,
    'data',
    'service-auth',
  ),
  row(
    'L7 CI/CD',
    'gcp-audit',
    'repositories-are-named-by-their-subjects.ndjson',
    issuance,
    'cicd',
    'token-issuance',
  ),
  row('L8 observability', 'generic', telemetry, use, 'observability', 'service-auth'),
  row(
    'L9 hybrid and federation',
    'gateway',
    'delegation-belongs-to-the-actor.ndjson',
    issuance,
    'federation',
    'token-issuance',
  ),
]

export const useCaseRows: readonly CoverageRow[] = [
  row(
    'Database access',
    'postgresql',
    'a-refused-password-says-why-in-its-detail.ndjson',
    use,
    'data',
    'service-auth',
  ),
  row(
    'CI/CD publishing',
    'aws-cloudtrail',
    'web-identity-of-repositories-and-pods.ndjson',
    issuance,
    'cicd',
    'token-issuance',
  ),
  row(
    'Serverless functions',
    'aws-cloudtrail',
    'service-assumes-the-role-of-a-workload.ndjson',
    issuance,
    'serverless',
    'token-issuance',
  ),
  row(
    'Kubernetes pods',
    'aws-cloudtrail',
    'pod-identity-counts-once.ndjson',
    issuance,
    'container',
    'token-issuance',
  ),
  row(
    'Cross-account access',
    'aws-cloudtrail',
    'cross-account-assume-role-counts-once.json',
    issuance,
    'federation',
    'token-issuance',
  ),
  row('Telemetry exporters', 'generic', telemetry, use, 'observability', 'service-auth'),
  row('SaaS', 'okta', 'a-service-app-gets-a-token.json', issuance, 'federation', 'token-issuance'),
  row(
    'Remediation jobs',
    'aws-cloudtrail',
    'change-by-a-role-is-also-its-use.ndjson',
    'assignment.change',
    'paas',
    'assignment-drift',
  ),
  row(
    'Legacy migration',
    'gcp-audit',
    'a-service-account-key-is-a-long-lived-credential.json',
    use,
    'paas',
    'secret-fallback',
  ),
  row(
    'Hybrid gateway',
    'gateway',
    'workload-exchanges-its-service-account-token.ndjson',
    issuance,
    'container',
    'token-issuance',
  ),
]

/** From the root of the repository. */
export function fixturePath({ connector, fixture }: CoverageRow): string {
  return fixture.includes('/') ? fixture : `src/connectors/${connector}/fixtures/${fixture}`
}

function line(entry: CoverageRow): readonly string[] {
  const path = fixturePath(entry)
  return [
    entry.what,
    `[${code(entry.connector)}](../src/connectors/${entry.connector}/README.md)`,
    entry.indicators.map(code).join(', '),
    `${code(entry.kind)}, layer ${code(entry.layer)}`,
    `[${path.slice(path.lastIndexOf('/') + 1)}](../${path})`,
  ]
}

const introduction = `Where each layer and each use case is measured: the connector that reads its log, the indicator that judges it, and records that prove
it. A test reads those records and finds the event that the row claims. Other connectors measure the same: [sources](sources.md) has all of them and
what each cannot tell. The layer of an event is where the workload runs, not where the log was written.`

/** The whole page. */
export function renderCoverageDoc(): string {
  const of = (first: string, rows: readonly CoverageRow[]) =>
    table([first, 'connector', 'indicators', 'gives', 'proof'], rows.map(line))
  return [
    `<!-- ${generatedNotice} -->\n# Coverage\n`,
    `${introduction}\n`,
    `## Layers\n\n${of('layer', layerRows)}\n`,
    `## Use cases\n\n${of('use case', useCaseRows)}\n`,
  ].join('\n')
}
