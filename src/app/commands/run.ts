/** `run`: serves until it is told to stop. */
import { availableIndicators } from '../../indicators/available.ts'
import type { ObjectiveState } from '../../objectives/objective-state.ts'
import { createLogger } from '../../platform/logger.ts'
import type { Telemetry } from '../../platform/telemetry/telemetry.ts'
import { readBaseline } from '../baseline/baseline-file.ts'
import { coalesced } from '../coalesced.ts'
import { openState } from '../committer.ts'
import type { Config } from '../config.ts'
import { attributionIn, requireConfig } from '../configured.ts'
import { requireConnectors } from '../connector-files.ts'
import { requireDefinitions } from '../definition-files.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { InventoryWatch } from '../inventory-watch.ts'
import { Pipeline } from '../pipeline.ts'
import { startSelfObservation } from '../self-observation.ts'
import { Service, type ServiceLog } from '../service.ts'
import { readVersion } from '../version.ts'
import type { CommandContext } from './command.ts'

/** Whether it counts events that wait for what the ledger knows. */
function needsLedger({ objective: { sli, parts } }: ObjectiveState): boolean {
  const used = parts.length > 0 ? parts.map((part) => part.sli) : [sli]
  return availableIndicators.some(
    ({ id, aspect }) => aspect !== undefined && used.some((each) => each?.indicator === id),
  )
}

/** Throws AppError for a configuration or definitions that do not hold. */
function createPipeline(config: Config, now: () => number): Pipeline {
  const { limits } = config
  const { objectives } = requireDefinitions(config.definitions)
  const allowedLatenessMs = limits.allowedLatenessSeconds * 1000
  const attribution = attributionIn(config)
  const pipeline = new Pipeline({
    ...attribution,
    connectors: requireConnectors(config.connectors.generic, config.connectors.accessLog),
    indicators: availableIndicators,
    objectives,
    maxSeries: limits.maxSeries,
    dedupeBytes: limits.dedupeBytes,
    ledger: config.ledger,
    now,
    steadyMs: () => performance.now(),
    idleMs: limits.idleSeconds * 1000,
    futureToleranceMs: limits.futureToleranceSeconds * 1000,
    until: undefined,
    allowedLatenessMs,
    slicesMs: allowedLatenessMs,
    isDurable: config.stateFolder !== undefined,
    hasInventory: config.inventory.length > 0,
  })
  pipeline.baseline = readBaseline(config.baseline, attribution.rules)
  return pipeline
}

/** Resolves when the process is told to stop; a second time ends it at once. */
function untilStopped(onHangup: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(exitCodes.environment)
      isStopping = true
      resolve(signal)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    process.on('SIGHUP', onHangup)
  })
}

/** What a run is made of besides its file: read from there, or made, where it is not given. */
export interface RunParts {
  readonly config?: Config
  readonly log?: ServiceLog
  readonly telemetry?: Telemetry
}

/** All of a run, not started yet. Throws AppError for a configuration or definitions that do not hold. */
export function createService(
  path: string | undefined,
  { now, env }: Pick<CommandContext, 'now' | 'env'>,
  { config = requireConfig(path, env), log = createLogger(config.logLevel), telemetry }: RunParts = {},
): { readonly service: Service; readonly pipeline: Pipeline } {
  const pipeline = createPipeline(config, now)
  const lists = { files: config.inventory, attribution: attributionIn(config) }
  const inventory = new InventoryWatch(pipeline.inventory.inventory, lists, log)
  const reload = (): void => {
    const fresh = requireConfig(path, env)
    const { objectives } = requireDefinitions(fresh.definitions)
    const attribution = attributionIn(fresh)
    const baseline = readBaseline(fresh.baseline, attribution.rules)
    pipeline.replaceObjectives(objectives, attribution)
    pipeline.baseline = baseline
    pipeline.inventory.hasLists = fresh.inventory.length > 0
    inventory.configure({ files: fresh.inventory, attribution })
  }
  if (config.pseudonyms.people && config.pseudonyms.key === undefined)
    log.warn({}, 'pseudonyms use the built-in key: set pseudonyms.key so that nobody else can reproduce them')
  const blind = config.ledger.maxTokens === 0 ? pipeline.engine.states.filter(needsLedger) : []
  if (blind.length > 0) {
    const objectives = blind.map(({ objective }) => objective.name)
    log.warn({ objectives }, 'ledger.maxTokens is 0: these objectives count only what records say themselves')
  }
  const store = openState(config.stateFolder)
  const parts = { config, pipeline, store, inventory, now, version: readVersion(), log, reload, telemetry }
  return { service: new Service(parts), pipeline }
}

async function serve(
  path: string | undefined,
  context: CommandContext,
  parts: Required<RunParts>,
): Promise<ExitCode> {
  const { log, telemetry } = parts
  const { service, pipeline, address, stopped } = await telemetry.asyncSpan('start', {}, async () => {
    const created = createService(path, context, parts)
    const stopping = untilStopped(coalesced(() => created.service.reload()))
    return { ...created, stopped: stopping, address: await created.service.start() }
  })
  context.terminal.out(
    `identity-slo is running: open ${address}/ (metrics: ${address}/metrics); stop it with Ctrl-C\n`,
  )
  const signal = await stopped
  log.info({ signal }, 'stopping')
  await service.stop()
  log.info({ records: pipeline.sources.totals() }, 'stopped')
  return exitCodes.ok
}

export async function run(path: string | undefined, context: CommandContext): Promise<ExitCode> {
  const config = requireConfig(path, context.env)
  const log = createLogger(config.logLevel)
  const observation = await startSelfObservation(config.telemetry, readVersion(), log)
  try {
    return await serve(path, context, { config, log, telemetry: observation.telemetry })
  } finally {
    await observation.stop()
    log.close()
  }
}
