/** Configurations of runs that are measured. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ManyObjectives, writeDefinitions } from './definitions.ts'

export interface MeasuredRun {
  /** The shipped ones without it. */
  readonly objectives?: ManyObjectives
  readonly stateFolder?: string
  readonly maxSeries?: number
  /** Read once. */
  readonly logFile?: string
  readonly kafka?: {
    readonly brokers: readonly string[]
    readonly topics: readonly string[]
    readonly groupId: string
  }
}

/** Gives the path of the configuration. */
export function writeRunConfig(folder: string, run: MeasuredRun): string {
  mkdirSync(folder, { recursive: true })
  const { objectives } = run
  const shipped = new URL('../slo-definitions', import.meta.url).pathname
  const own = join(folder, 'slo')
  const config = {
    definitions: [objectives ? writeDefinitions(own, objectives) : shipped],
    listen: { host: '127.0.0.1', port: 0 },
    ...(run.stateFolder === undefined ? {} : { state: { folder: run.stateFolder } }),
    ...(run.maxSeries === undefined ? {} : { limits: { maxSeries: run.maxSeries } }),
    sources: {
      files: run.logFile === undefined ? [] : [{ path: run.logFile, follow: false }],
      kafka: run.kafka === undefined ? [] : [run.kafka],
    },
    telemetry: { enabled: false },
    log: { level: 'silent' },
  }
  const path = join(folder, 'identity-slo.yaml')
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config))
  return path
}
