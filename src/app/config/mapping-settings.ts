/** Settings of mappings: how records that no connector knows become events. */
import { z } from 'zod'
import { availableConnectors } from '../../connectors/available.ts'
import { isAssignmentOperation, isIdentityOperation } from '../../connectors/generic/events.ts'
import {
  type FieldMapping,
  type FieldName,
  fieldMeanings,
  fieldNames,
  latencyUnits,
  neededFields,
} from '../../connectors/generic/field-mapping.ts'
import { pathProblem } from '../../connectors/generic/field-path.ts'
import {
  credentialTypes,
  identityTypes,
  layers,
  providers,
  type RecordedKind,
  workloadKinds,
} from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'

const text = z.string().min(1)

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): [K, ...K[]] {
  return Object.keys(record) as [K, ...K[]]
}

const path = text.superRefine((written, context) => {
  const problem = pathProblem(written)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const builtIn: ReadonlySet<string> = new Set(availableConnectors.map(({ id }) => id))

const name = text
  .superRefine((written, context) => {
    if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(written) || written.length > 40)
      context.addIssue({
        code: 'custom',
        message: 'must be small letters, digits and single hyphens, 40 at most',
      })
    if (builtIn.has(written))
      context.addIssue({ code: 'custom', message: 'is the name of a built-in connector' })
  })
  .describe('What the source is called: small letters, digits, hyphens.')

const detect = z
  .array(
    z.strictObject({
      field: path.describe('Path of a field.'),
      equals: text.optional().describe('What it holds; without this it only has to be there.'),
    }),
  )
  .min(1)
  .describe('How to tell the records of this source: all conditions have to hold, and for no other source.')

function fieldSettings<N extends FieldName, T extends z.ZodType>(names: readonly N[], value: T) {
  const settings = names.map((field) => [field, value.optional().describe(fieldMeanings[field])])
  return z.strictObject(Object.fromEntries(settings) as Record<N, z.ZodOptional<T>>)
}

const whereFields = 'Paths of the fields in which the parts of an event stand.'

const identityType = z
  .enum(identityTypes)
  .default('user')
  .describe(
    'What the identities are, where their names do not tell. People by default: their names are hidden.',
  )

const accessLogFields = [
  'time',
  'id',
  'identity',
  'identityName',
  'tenant',
  'namespace',
  'workload',
  'service',
  'resource',
  'status',
  'authStatus',
  'requestId',
  'tokenId',
  'tokenAgeSeconds',
  'ttlSeconds',
] as const satisfies readonly FieldName[]

/** An entry of `connectors.accessLog`. */
export const accessLogSettings = z
  .strictObject({
    name,
    detect,
    fields: fieldSettings(accessLogFields, path).describe(whereFields),
    identityType,
    layer: z.enum(layers).default('edge').describe('Where the callers run, if their names do not tell.'),
  })
  .superRefine(({ fields: given }, context) => {
    for (const needed of ['time', 'identity', 'service', 'status'] as const)
      if (given[needed] === undefined)
        context.addIssue({
          code: 'custom',
          path: ['fields'],
          message: `must give ${needed}, the path of a field`,
        })
  })

const kinds = keysOf(neededFields)
const operations = [
  'granted',
  'removed',
  'changed',
  'created',
  'updated',
  'deleted',
  'disabled',
  'enabled',
  'credential-added',
  'credential-removed',
] as const

const rule = z.strictObject({
  name,
  title: text.optional().describe('One line about the source.'),
  provider: z.enum(providers).default('other').describe('Whose identities they are.'),
  kind: z.enum(kinds).describe('What each record tells of.'),
  detect,
  fields: fieldSettings(fieldNames, path).describe(whereFields),
  constants: fieldSettings(fieldNames, text)
    .optional()
    .describe('Texts for parts that the records do not have, or not always.'),
  layer: z.enum(layers).default('paas').describe('Where the workloads run, if their names do not tell.'),
  identityType,
  credentialType: z.enum(credentialTypes).optional().describe('What the identities authenticate with.'),
  workloadKind: z
    .enum(workloadKinds)
    .optional()
    .describe('What `workload` names; service where it is not said.'),
  latencyUnit: z
    .enum(keysOf(latencyUnits))
    .optional()
    .describe('Unit of `latency`; ms where it is not said.'),
  operation: z.enum(operations).optional().describe('What a change did.'),
  success: z
    .array(text)
    .min(1)
    .optional()
    .describe('Values of `result` that mean success; all others are failures.'),
  codes: z
    .array(
      z.strictObject({
        code: text.describe('A value of `code`, or of `result`.'),
        reason: z.enum(keysOf(faultOf)).describe('Why it failed.'),
        fault: z
          .enum(['platform', 'caller', 'policy', 'network'])
          .optional()
          .describe('Whose fault it is; follows from the reason where it is not said.'),
      }),
    )
    .optional()
    .describe('Reasons of failures. A code that is not here is `unknown`, unless the HTTP status tells.'),
})

type Rule = z.output<typeof rule>

/** What a kind of event needs and the mapping does not give: path and message. */
function* gaps(given: Rule): Generator<readonly [readonly string[], string]> {
  const has = (field: FieldName): boolean =>
    given.fields[field] !== undefined || given.constants?.[field] !== undefined
  if (given.fields.time === undefined) yield [['fields'], 'must give time, the path of a field']
  for (const needed of neededFields[given.kind])
    if (!has(needed)) yield [['fields'], `must give ${needed}, or constants must: a ${given.kind} needs it`]
  if (given.success !== undefined && given.fields.result === undefined)
    yield [['fields'], 'must give result, since success says which of its values are good']
  if (given.fields.result !== undefined && given.success === undefined)
    yield [['fields', 'result'], 'needs success: which of its values are good']
  if (isCall(given.kind) && given.fields.status === undefined && given.fields.result === undefined)
    yield [['fields'], `must give status (HTTP) or result: a ${given.kind} succeeds or fails`]
  const op = given.operation
  if (given.kind === 'assignment.change' && (op === undefined || !isAssignmentOperation(op)))
    yield [['operation'], 'must be granted, removed or changed for an assignment.change']
  if (given.kind === 'identity.change' && (op === undefined || !isIdentityOperation(op)))
    yield [
      ['operation'],
      'must be created, updated, deleted, disabled, enabled, credential-added or credential-removed for an identity.change',
    ]
}

function isCall(kind: RecordedKind): boolean {
  return kind === 'token.request' || kind === 'token.use' || kind === 'metadata.call'
}

/** A mapping file. */
export const mappingFileSchema = rule.superRefine((given, context) => {
  for (const [at, message] of gaps(given)) context.addIssue({ code: 'custom', path: [...at], message })
})

export function mappingOf(settings: z.output<typeof mappingFileSchema>): FieldMapping {
  return { ...settings, title: settings.title ?? settings.name }
}
