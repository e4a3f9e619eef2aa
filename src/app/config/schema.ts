/** The configuration file as a schema: every setting with its meaning, its bounds and its default. */
import { z } from 'zod'
import { alertmanagerSettings, linkSettings } from './alertmanager-settings.ts'
import { kafkaSources } from './kafka-settings.ts'
import { accessLogSettings } from './mapping-settings.ts'
import { otlpSettings } from './otlp-settings.ts'
import { plainHttpUrl } from './plain-http-url.ts'
import { prometheusSources } from './prometheus-settings.ts'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'
import { webhook } from './webhook-settings.ts'

const mebibyte = 1024 * 1024

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const path = z.string().min(1)

function sources(resolve: ResolveSecret) {
  return z.strictObject({
    files: z
      .array(
        z.strictObject({
          path: path.describe('A log file, or a folder with everything below it.'),
          follow: z
            .boolean()
            .default(true)
            .describe('Go on reading when files grow and when new ones appear; else read once.'),
        }),
      )
      .default([])
      .describe('Logs to read from disk.'),
    kafka: kafkaSources(resolve),
    webhook: webhook(resolve).prefault({}).describe('Records sent to us.'),
    otlp: otlpSettings(resolve).prefault({}).describe('Telemetry of clients, sent to us by OTLP.'),
    prometheus: prometheusSources(resolve),
  })
}

const connectors = z.strictObject({
  accessLog: z
    .array(accessLogSettings)
    .superRefine((entries, context) => {
      for (const [i, { name }] of entries.entries())
        if (entries.findIndex((entry) => entry.name === name) < i)
          context.addIssue({
            code: 'custom',
            path: [i, 'name'],
            message: 'is taken by another entry: each needs its own',
          })
    })
    .default([])
    .describe('Access logs with a principal and a status, by where their fields stand.'),
  generic: z
    .array(path)
    .default([])
    .describe('Mapping files for any other JSON log: src/connectors/generic/README.md has their settings.'),
})

const inventory = z
  .array(
    z.strictObject({
      path: path.describe('A file, or a folder with everything below it.'),
      tenant: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Cluster of what Kubernetes lists, as its audit log calls it. Without it there is one cluster.',
        ),
      resource: z
        .string()
        .min(1)
        .optional()
        .describe('What a Google Cloud policy in the file belongs to, where it does not say so itself.'),
    }),
  )
  .default([])

function pseudonyms(resolve: ResolveSecret) {
  return z.strictObject({
    key: secretSetting(resolve)
      .optional()
      .describe(
        'Key of the keyed hash. Secret. With the same key a person keeps the same pseudonym; without one, whoever knows an id can find its pseudonym.',
      ),
    people: z.boolean().default(true).describe('Hide the identities of people.'),
    machines: z.boolean().default(false).describe('Hide the identities of machines as well.'),
  })
}

const limits = z.strictObject({
  maxSeries: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(10_000)
    .describe('Most label sets on /metrics; what comes after them goes to an overflow value.'),
  dedupeBytes: z
    .int()
    .min(mebibyte)
    .max(4096 * mebibyte)
    .default(64 * mebibyte)
    .describe(
      'Memory for the ids of events already seen, in bytes: 64 MiB remembers about 4 million events.',
    ),
  futureToleranceSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('How far ahead of the clock an event may be stamped.'),
  allowedLatenessSeconds: z
    .int()
    .min(0)
    .max(31 * 86_400)
    .default(259_200)
    .describe('How far behind the watermark an event may be and still count.'),
  idleSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('A file or partition that nothing came from for so long does not hold the watermark.'),
  evaluationSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(15)
    .describe('How often objectives are evaluated to find alerts that begin or end.'),
  silentAfterSeconds: z
    .int()
    .min(10)
    .max(31 * 86_400)
    .default(3600)
    .describe('A source that nothing came from for so long is shown as silent.'),
})

const ledger = z.strictObject({
  maxTokens: z
    .int()
    .min(0)
    .max(50_000_000)
    .default(2_000_000)
    .describe(
      'Tokens alive that are remembered, 50 bytes each at most, and as many spans in which an identity holds a valid one. 0 switches the ledger off: nothing is known of tokens but what each record says itself.',
    ),
  maxWaiting: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(50_000)
    .describe(
      'Uses that wait for the issue of their token, and as many requests that wait for a former token, 600 bytes each.',
    ),
})

const listen = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. 0.0.0.0 is every IPv4 address, :: every address.'),
  port: z.int().min(0).max(65_535).default(9465).describe('TCP port; 0 takes any free one.'),
  maxConnections: z
    .int()
    .min(8)
    .max(100_000)
    .default(512)
    .describe('Connections that are open at a time; more are closed at once.'),
})

function telemetry(resolve: ResolveSecret) {
  const prometheus = z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to serve self metrics on.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(9464)
      .describe('TCP port of the self metrics; 0 takes any free one.'),
  })
  const header = z.strictObject({
    name: z.string().min(1).describe('Name of a header that the receiver asks for.'),
    value: secretSetting(resolve).describe('What it holds. Secret.'),
  })
  const otlp = z.strictObject({
    endpoint: plainHttpUrl
      .optional()
      .describe(
        'Where traces are sent: base URL of an OTLP/HTTP receiver, such as http://127.0.0.1:4318; /v1/traces is added. Without it there are no traces.',
      ),
    headers: z.array(header).default([]).describe('Headers sent along with traces.'),
  })
  return z.strictObject({
    enabled: z.boolean().default(true).describe('Measure the program itself. false switches all of it off.'),
    prometheus: prometheus.prefault({}).describe('Self metrics, at /metrics on a port of their own.'),
    otlp: otlp.prefault({}).describe('Traces of the batches, by OpenTelemetry.'),
  })
}

const state = z.strictObject({
  folder: path
    .optional()
    .describe(
      'Where counts, positions and ids already seen are kept, so that a restart changes no count. Without it they live in memory, and logs are read again at each start.',
    ),
})

const lifecycle = z.strictObject({
  reloadEndpoint: z
    .boolean()
    .optional()
    .describe('Serve POST /-/reload. By default it is served on loopback addresses only.'),
})

export function configSchema(resolve: ResolveSecret) {
  return z.strictObject({
    definitions: z
      .array(path)
      .min(1)
      .default(['slo-definitions'])
      .describe('Files or folders of OpenSLO YAML.'),
    ownership: path
      .optional()
      .describe(
        'The ownership file: which application and team owns an identity. Without it all are unowned.',
      ),
    plannedFlows: path
      .optional()
      .describe(
        'The file of planned flows (docs/planned-flows.md): a denial on one of them is a violation. Without it no call is known to be planned.',
      ),
    baseline: path
      .optional()
      .describe(
        'The baseline file (docs/drift.md): rights that are as they should be. Without it no change of rights is judged.',
      ),
    eksNodeRoles: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Roles of EKS nodes, by ARN or name, globs: what else calls AWS with them falls back from a role of its own (docs/secret-fallback.md).',
      ),
    listen: listen.prefault({}).describe('Where /metrics, the webhook and the status page are served.'),
    sources: sources(resolve).prefault({}).describe('Where records come from.'),
    connectors: connectors.prefault({}).describe('Logs that no built-in connector reads.'),
    inventory: inventory.describe(
      'Lists of rights, for the blast radius of identities: files that the commands in docs/inventory.md write. Looked at once a minute, and read again when they change.',
    ),
    pseudonyms: pseudonyms(resolve).prefault({}).describe('Whose identities are shown as keyed hashes.'),
    state: state.prefault({}).describe('What survives a restart.'),
    limits: limits.prefault({}).describe('Bounds of memory and time.'),
    ledger: ledger
      .prefault({})
      .describe(
        'What is remembered of tokens, to know their age when they are used and which requests renew them.',
      ),
    lifecycle: lifecycle.prefault({}).describe('Control of the running process.'),
    alertmanager: alertmanagerSettings(resolve)
      .prefault({})
      .describe('Paging without Prometheus: alerts go from here to Alertmanager.'),
    links: linkSettings.prefault({}).describe('Where alerts point to.'),
    telemetry: telemetry(resolve).prefault({}).describe('What the program says about its own work.'),
    log: z
      .strictObject({
        level: z.enum(logLevels).default('info').describe('Least severe level that is written.'),
      })
      .prefault({})
      .describe('Messages on standard error.'),
  })
}

export type ConfigValues = z.output<ReturnType<typeof configSchema>>
