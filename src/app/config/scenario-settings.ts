/** Settings of a scenario file: what `identity-slo simulate` runs. */
import { z } from 'zod'
import { parseInstant } from '../../events/time.ts'
import { suggestion } from '../../objectives/definitions/yaml/suggest.ts'
import { parseDuration } from '../../objectives/duration.ts'
import {
  criticalities,
  type FaultPlan,
  faultKinds,
  hosts,
  logIds,
  platforms,
  type Scenario,
} from '../../simulation/scenario.ts'
import { shapes } from '../../simulation/shapes.ts'

const dayMs = 86_400_000

const durationText = z.string().superRefine((written, context) => {
  if (written !== '0s' && parseDuration(written) === undefined)
    context.addIssue({
      code: 'custom',
      message: `must be a duration such as 90s, 5m, 2h or 7d; found "${written}"`,
    })
})

const instantText = z.string().superRefine((written, context) => {
  if (Number.isNaN(parseInstant(written)))
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time such as 2026-11-16T08:00:00Z' })
})

/** Fits into the names of roles, service accounts and pods of every provider. */
const name = z.string().superRefine((written, context) => {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(written) || written.length < 3 || written.length > 24)
    context.addIssue({ code: 'custom', message: 'must be 3 to 24 small letters, digits and single hyphens' })
})

function oneOf<const T extends string>(values: readonly [T, ...T[]]) {
  return z.enum(values)
}

const shapeNames = Object.keys(shapes) as [keyof typeof shapes, ...(keyof typeof shapes)[]]
const share = z.number().min(0).max(1)
const perMinute = z.number().min(0).max(1_000_000)

const workload = z.strictObject({
  name: name.describe('Name of the workload, and of its identity.'),
  app: name
    .optional()
    .describe('Application that it belongs to: its namespace. The name of the workload by default.'),
  criticality: oneOf(criticalities).default('standard').describe('How much depends on it, by the owners.'),
  platform: oneOf(platforms).describe('Whose identity it has.'),
  runsOn: oneOf(hosts)
    .default('container')
    .describe('Where it runs. A function starts without a token after a pause.'),
  instances: z.int().min(1).max(10_000).default(3).describe('Pods, function instances or machines.'),
  federated: z.boolean().default(false).describe("Whether it gets its token for another issuer's."),
  telemetry: z.boolean().default(false).describe('Whether its client library sends spans.'),
  gateway: z.boolean().default(false).describe('Whether a gateway logs its calls, in place of the service.'),
  errors: share.default(0.0002).describe('Share of requests for tokens that fail on an ordinary day.'),
  idle: durationText.default('10m').describe('A function that was not called for so long is recycled.'),
  tokens: z
    .strictObject({
      ttl: durationText.default('1h').describe('How long a token lives.'),
      refreshAt: z
        .int()
        .min(1)
        .max(100)
        .default(80)
        .describe('Percent of its life after which it is renewed.'),
    })
    .prefault({})
    .describe('How its client library keeps tokens.'),
  calls: z
    .strictObject({
      service: oneOf(['storage', 'database', 'queue', 'vault']).default('storage').describe('What it calls.'),
      perMinute: perMinute.default(12).describe('Calls of all its instances, by day.'),
      shape: oneOf(shapeNames).default('steady').describe('How demand follows the day and the week.'),
    })
    .prefault({})
    .describe('What it does with its tokens.'),
})

const operation = z.strictObject({
  workload: z.string().describe('Name of a workload.'),
  at: durationText.describe('From the start.'),
})

const fault = z.strictObject({
  kind: oneOf(faultKinds).describe('What breaks.'),
  at: durationText.describe('From the start.'),
  for: durationText.describe('How long it lasts.'),
  workloads: z.array(z.string()).default([]).describe('Names of the workloads that it hits; all by default.'),
  share: share.default(1).describe('Of attempts, or of instances, that it hits.'),
  perMinute: perMinute.default(60).describe('Attempts of a loud batch job, calls of an abuser.'),
  logs: z.array(oneOf(logIds)).default([]).describe('Sources that go silent.'),
  heldBack: z
    .boolean()
    .default(false)
    .describe('Whether what a silent log holds comes later; else it is lost.'),
})

const delivery = z.strictObject({
  delayed: z
    .boolean()
    .default(true)
    .describe("Whether records take as long as the providers' do; else none."),
  late: share.default(0.001).describe('Share of records that come later than that.'),
  lateBy: durationText.default('2h').describe('How much later at most.'),
  duplicates: share.default(0.001).describe('Share of records that are delivered twice.'),
})

const plan = z.strictObject({
  title: z.string().min(1).describe('One line.'),
  about: z.string().optional().describe('What it is for.'),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(1)
    .describe('Another one gives other records of the same kind.'),
  start: instantText.default('2026-11-16T08:00:00Z').describe('When it begins, RFC 3339.'),
  length: durationText.default('2h').describe('How long it goes on.'),
  rate: z.number().min(0.001).max(10_000).default(1).describe('Multiplies all demand.'),
  workloads: z.array(workload).min(1).describe('What runs.'),
  deploys: z.array(operation).default([]).describe('All instances are started anew, one every 10 s.'),
  rotations: z.array(operation).default([]).describe('Services take tokens from before for expired.'),
  faults: z.array(fault).default([]).describe('What breaks, when and for whom.'),
  delivery: delivery.prefault({}).describe('How logs arrive.'),
})

type Plan = z.output<typeof plan>
type Refine = z.core.$RefinementCtx<Plan>

function problem(context: Refine, path: readonly (string | number)[], message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message })
}

function ms(written: string): number {
  return parseDuration(written) ?? 0
}

function checkWorkloads({ workloads }: Plan, context: Refine): void {
  const seen = new Set<string>()
  for (const [index, { name: given, platform, federated, tokens }] of workloads.entries()) {
    const path = ['workloads', index]
    if (seen.has(given))
      problem(context, [...path, 'name'], `"${given}" is the name of another workload: each needs its own`)
    seen.add(given)
    if (federated && platform === 'kubernetes')
      problem(
        context,
        [...path, 'federated'],
        'must be false: a cluster issues the tokens of its service accounts itself',
      )
    if (ms(tokens.ttl) < 60_000) problem(context, [...path, 'tokens', 'ttl'], 'must be at least 1m')
    if (ms(tokens.ttl) > dayMs) problem(context, [...path, 'tokens', 'ttl'], 'must be at most 1d')
  }
}

function checkNamed(
  names: readonly string[],
  given: string,
  path: readonly (string | number)[],
  context: Refine,
): void {
  if (!names.includes(given))
    problem(context, path, `"${given}" is no workload of this file${suggestion(given, names)}`)
}

function checkFault(
  { kind, workloads: hit, logs, at }: Plan['faults'][number],
  { workloads, length }: Plan,
  path: readonly (string | number)[],
  context: Refine,
): void {
  const names = workloads.map(({ name: each }) => each)
  for (const [index, each] of hit.entries()) checkNamed(names, each, [...path, 'workloads', index], context)
  if (ms(at) >= ms(length)) problem(context, [...path, 'at'], `must be before the end, which is at ${length}`)
  if (kind === 'source-silent' && logs.length === 0)
    problem(context, [...path, 'logs'], `must name what goes silent: ${logIds.join(', ')}`)
  if ((kind === 'loud-batch' || kind === 'over-permission') && hit.length === 0)
    problem(context, [...path, 'workloads'], `must name one or more: ${names.join(', ')}`)
  const notFederated = workloads.filter(
    ({ name: each, federated }) => !federated && (hit.length === 0 || hit.includes(each)),
  )
  if (kind === 'trust-mismatch' && notFederated.length > 0) {
    const others = notFederated.map(({ name: each }) => each).join(', ')
    problem(
      context,
      [...path, 'workloads'],
      `must name federated workloads only: ${others} trusts no other issuer`,
    )
  }
}

export const scenarioSchema = plan.superRefine((values, context) => {
  checkWorkloads(values, context)
  const names = values.workloads.map(({ name: each }) => each)
  for (const list of ['deploys', 'rotations'] as const)
    for (const [index, each] of values[list].entries())
      checkNamed(names, each.workload, [list, index, 'workload'], context)
  for (const [index, each] of values.faults.entries()) checkFault(each, values, ['faults', index], context)
})

function faultOf(given: Plan['faults'][number]): FaultPlan {
  const { kind, workloads, share: hit, perMinute: rate, logs, heldBack } = given
  return {
    kind,
    atMs: ms(given.at),
    forMs: ms(given.for),
    workloads,
    share: hit,
    perMinute: rate,
    logs,
    isHeldBack: heldBack,
  }
}

/** What a command line may say otherwise. */
export interface ScenarioOverrides {
  readonly seed?: number | undefined
  /** Epoch ms. */
  readonly start?: number | undefined
  readonly lengthMs?: number | undefined
  readonly rate?: number | undefined
}

export function scenarioOf(values: Plan, overrides: ScenarioOverrides): Scenario {
  const { title, workloads, deploys, rotations, delivery: delivered } = values
  return {
    title,
    seed: String(overrides.seed ?? values.seed),
    start: overrides.start ?? parseInstant(values.start),
    lengthMs: overrides.lengthMs ?? ms(values.length),
    rate: overrides.rate ?? values.rate,
    workloads: workloads.map(
      ({ calls, tokens, app, runsOn, federated, telemetry, gateway, errors, idle, ...rest }) => ({
        ...rest,
        app: app ?? rest.name,
        host: runsOn,
        callsPerMinute: calls.perMinute,
        service: calls.service,
        shape: calls.shape,
        ttlMs: ms(tokens.ttl),
        refreshAt: tokens.refreshAt / 100,
        idleMs: ms(idle),
        isFederated: federated,
        hasTelemetry: telemetry,
        hasGateway: gateway,
        errorShare: errors,
      }),
    ),
    operations: [
      ...deploys.map(({ workload: each, at }) => ({ kind: 'deploy', atMs: ms(at), workload: each }) as const),
      ...rotations.map(
        ({ workload: each, at }) => ({ kind: 'rotate', atMs: ms(at), workload: each }) as const,
      ),
    ],
    faults: values.faults.map(faultOf),
    delivery: {
      isDelayed: delivered.delayed,
      lateShare: delivered.late,
      lateMs: Math.max(1, ms(delivered.lateBy)),
      duplicateShare: delivered.duplicates,
    },
  }
}
