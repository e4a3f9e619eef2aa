/** The configuration of a run: one strict YAML file, environment variables over it, secrets by reference. */
import { dirname, isAbsolute, join } from 'node:path'
import {
  createProblemLog,
  type Problem,
  type Reporter,
  sortProblems,
} from '../objectives/definitions/problem.ts'
import type { MapNode } from '../objectives/definitions/yaml/node.ts'
import { type Links, unconfiguredLinks } from '../outputs/alert-text.ts'
import { withEnvironment } from './config/environment.ts'
import type { KafkaSettings } from './config/kafka-settings.ts'
import { checkAgainst, placeOf, plainValue, readMapping } from './config/positioned.ts'
import { type ConfigValues, configSchema } from './config/schema.ts'
import { type Environment, type ReadFile, type Secret, secretResolver } from './config/secret.ts'
import { schemaNode, settingsOf } from './config/settings.ts'
import type { InventoryFile } from './inventory-files.ts'
import { systemReason } from './system-error.ts'

/** Relative paths of the file are resolved against its folder here. */
export interface Config {
  readonly definitions: readonly string[]
  readonly ownership: string | undefined
  readonly plannedFlows: string | undefined
  readonly baseline: string | undefined
  readonly eksNodeRoles: readonly string[]
  readonly listen: Readonly<ConfigValues['listen']>
  readonly files: readonly { readonly path: string; readonly follow: boolean }[]
  readonly kafka: readonly KafkaSettings[]
  readonly webhook: {
    readonly enabled: boolean
    readonly maxBodyBytes: number
    readonly maxConcurrentRequests: number
    readonly maxConcurrentBytes: number
    readonly bodyTimeoutSeconds: number
    readonly idleTimeoutSeconds: number
    /** Any one of them lets a sender in; none where everybody may send. */
    readonly tokens: readonly Secret[]
  }
  readonly otlp: Readonly<ConfigValues['sources']['otlp']>
  readonly prometheus: Readonly<ConfigValues['sources']['prometheus']>
  readonly connectors: Readonly<ConfigValues['connectors']>
  readonly inventory: readonly InventoryFile[]
  readonly pseudonyms: {
    readonly key: Secret | undefined
    readonly people: boolean
    readonly machines: boolean
  }
  /** Undefined: nothing is kept. */
  readonly stateFolder: string | undefined
  readonly limits: Readonly<ConfigValues['limits']>
  readonly ledger: Readonly<ConfigValues['ledger']>
  readonly servesReload: boolean
  readonly alertmanager: Readonly<ConfigValues['alertmanager']>
  readonly links: Links
  readonly telemetry: Readonly<ConfigValues['telemetry']>
  readonly logLevel: ConfigValues['log']['level']
}

export interface LoadedConfig {
  /** Undefined with an error among the problems. */
  readonly config: Config | undefined
  readonly problems: readonly Problem[]
}

/** `localhost` and the addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** Without a path: the defaults and the environment. Never throws: a file that cannot be read is a problem too. */
export function loadConfig(
  path: string | undefined,
  environment: Environment,
  readFile: ReadFile,
): LoadedConfig {
  const log = createProblemLog()
  const locate = (relative: string): string =>
    path === undefined || isAbsolute(relative) ? relative : join(dirname(path), relative)
  const resolve = secretResolver(environment, readFile, locate)
  const file = readRoot(path, readFile, log)
  const schema = configSchema(resolve)
  const root = file && withEnvironment(file, environment, settingsOf(schemaNode(schema)), log)
  const values = root && checkAgainst(schema, root, log)
  if (root) checkExposure(schema, root, log)
  const problems = sortProblems(log.problems)
  return { config: values && !log.hasErrors() ? toConfig(values, locate) : undefined, problems }
}

function readRoot(path: string | undefined, readFile: ReadFile, reporter: Reporter): MapNode | undefined {
  const file = path ?? 'defaults'
  if (path === undefined) return readMapping(file, '', reporter)
  try {
    return readMapping(file, readFile(path), reporter)
  } catch (error) {
    const at = { file, line: 1, column: 1 }
    reporter.error(at, `the configuration file cannot be read: ${systemReason(error)}`)
    return undefined
  }
}

/** Whoever can reach what takes records can forge identity events, so an open one has to be asked for. */
function checkExposure(schema: ReturnType<typeof configSchema>, root: MapNode, reporter: Reporter): void {
  const { listen, sources } = schema.shape
  const given = new Map(root.entries.map(({ key, value }) => [key, plainValue(value) ?? undefined]))
  const [where, from] = [listen.safeParse(given.get('listen')), sources.safeParse(given.get('sources'))]
  if (!where.success || !from.success) return
  const doors = [
    { name: 'webhook', key: ['listen', 'host'], host: where.data.host, ...from.data.webhook },
    { name: 'otlp', key: ['sources', 'otlp', 'host'], ...from.data.otlp },
  ] as const
  for (const { name, key, host, enabled, tokens, allowUnauthenticated } of doors) {
    if (!enabled || isLoopback(host) || tokens.length > 0 || allowUnauthenticated) continue
    const taker = name === 'webhook' ? 'the webhook would take records' : 'OTLP would be taken'
    const fix = `give sources.${name}.tokens, listen on 127.0.0.1, or say sources.${name}.allowUnauthenticated: true`
    const what = `other machines can reach it, and ${taker} from anyone`
    reporter.error(placeOf(root, key), `${key.join('.')} is "${host}": ${what}; ${fix}`)
  }
}

function linksOf({ runbook, grafana }: ConfigValues['links']): Links {
  const plain = (url: string): string => url.replace(/\/+$/, '')
  return {
    runbook: plain(runbook ?? unconfiguredLinks.runbook),
    grafana: plain(grafana ?? unconfiguredLinks.grafana),
  }
}

function toConfig(values: ConfigValues, locate: (path: string) => string): Config {
  const { listen, sources, pseudonyms, limits, lifecycle, log } = values
  return {
    definitions: values.definitions.map(locate),
    ownership: values.ownership === undefined ? undefined : locate(values.ownership),
    eksNodeRoles: values.eksNodeRoles,
    plannedFlows: values.plannedFlows === undefined ? undefined : locate(values.plannedFlows),
    baseline: values.baseline === undefined ? undefined : locate(values.baseline),
    listen,
    files: sources.files.map(({ path, follow }) => ({ path: locate(path), follow })),
    kafka: sources.kafka,
    webhook: sources.webhook,
    otlp: sources.otlp,
    prometheus: sources.prometheus,
    connectors: { accessLog: values.connectors.accessLog, generic: values.connectors.generic.map(locate) },
    inventory: values.inventory.map((entry) => ({ ...entry, path: locate(entry.path) })),
    pseudonyms: { key: pseudonyms.key, people: pseudonyms.people, machines: pseudonyms.machines },
    stateFolder: values.state.folder === undefined ? undefined : locate(values.state.folder),
    limits,
    ledger: values.ledger,
    servesReload: lifecycle.reloadEndpoint ?? isLoopback(listen.host),
    alertmanager: values.alertmanager,
    links: linksOf(values.links),
    telemetry: values.telemetry,
    logLevel: log.level,
  }
}
