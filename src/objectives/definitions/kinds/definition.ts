/** One OpenSLO v1 document: its header, and its content by kind. */
import type { Reporter } from '../problem.ts'
import { anyNode, oneOf, readFields } from '../yaml/check.ts'
import type { YamlNode } from '../yaml/node.ts'
import { type AlertCondition, readAlertCondition } from './alert-condition.ts'
import { type AlertNotificationTarget, readAlertNotificationTarget } from './alert-notification-target.ts'
import { type AlertPolicy, readAlertPolicy } from './alert-policy.ts'
import { type DataSource, readDataSource } from './data-source.ts'
import { type Metadata, metadataOf, type SpecReader } from './metadata.ts'
import { readService, type Service } from './service.ts'
import { readSli, type Sli } from './sli.ts'
import { readSlo, type Slo } from './slo.ts'

/** What a definition of each kind reads as. */
export interface ByKind {
  readonly DataSource: DataSource
  readonly SLO: Slo
  readonly SLI: Sli
  readonly AlertPolicy: AlertPolicy
  readonly AlertCondition: AlertCondition
  readonly AlertNotificationTarget: AlertNotificationTarget
  readonly Service: Service
}

export type Kind = keyof ByKind

/** The kinds as people look for them in a list. */
const kinds = [
  'SLO',
  'SLI',
  'Service',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
  'DataSource',
] as const satisfies readonly Kind[]

export const readers: { readonly [K in Kind]: SpecReader<ByKind[K]> } = {
  DataSource: readDataSource,
  SLO: readSlo,
  SLI: readSli,
  AlertPolicy: readAlertPolicy,
  AlertCondition: readAlertCondition,
  AlertNotificationTarget: readAlertNotificationTarget,
  Service: readService,
}

export interface Header {
  readonly kind: Kind
  readonly metadata: Metadata
  /** Undefined if it is missing, which is reported. */
  readonly spec: YamlNode | undefined
}

/** `apiVersion: openslo/v1`, `kind` and `metadata`; undefined if one of them is missing or wrong. */
export function readHeader(node: YamlNode, reporter: Reporter): Header | undefined {
  const fields = readFields(node, '', ['apiVersion', 'kind', 'metadata', 'spec'], reporter)
  if (!fields) return undefined
  // Another version has other fields: what else is wrong can only be said of v1.
  if (fields.required('apiVersion', oneOf(['openslo/v1'])) === undefined) return undefined
  const kind = fields.required('kind', oneOf(kinds))
  if (!kind) return undefined
  const metadata = fields.required('metadata', metadataOf(kind))
  // A Service has nothing in its spec that it needs.
  const none: YamlNode = { kind: 'map', entries: [], at: fields.keyOf('spec') }
  const spec =
    kind === 'Service' ? (fields.optional('spec', anyNode) ?? none) : fields.required('spec', anyNode)
  return metadata && { kind, metadata, spec }
}
