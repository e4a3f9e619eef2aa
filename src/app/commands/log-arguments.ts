/** Options of commands that read logs as `replay` does. */
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../objectives/duration.ts'
import { attributionOf, defaultPseudonymKey, readOwnership, readPlannedFlows } from '../attribution.ts'
import { readBaseline } from '../baseline/baseline-file.ts'
import { requireConnectors } from '../connector-files.ts'
import { requireDefinitions } from '../definition-files.ts'
import type { LogReading } from './rehearsed-logs.ts'

export interface LogArguments {
  readonly slo: string[]
  readonly ownership?: string
  readonly plannedFlows?: string
  readonly baseline?: string
  readonly eksNodeRole: string[]
  readonly mapping: string[]
  readonly inventory: string[]
  readonly cluster: string
  readonly step: number
}

/** In ms. */
function duration(value: string): number {
  const ms = parseDuration(value)
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 30s, 5m or 1d')
  return ms
}

export function withLogOptions(command: Command): Command {
  return command
    .option('-s, --slo <path...>', 'OpenSLO definitions: files or folders', ['slo-definitions'])
    .option('--ownership <file>', 'which application owns which identity')
    .option('--planned-flows <file>', 'which calls are planned: a denial of one is a violation')
    .option('--baseline <file>', 'rights as they should be: changes that lead elsewhere are drift')
    .option('--eks-node-role <name...>', 'roles of EKS nodes: what else uses them falls back', [])
    .option('--mapping <file...>', 'mapping files for JSON logs that no built-in connector reads', [])
    .option('--inventory <path...>', 'lists of rights, for the blast radius (docs/inventory.md)', [])
    .option('--cluster <name>', 'cluster of the Kubernetes lists, as its audit log calls it', '')
    .option('--step <duration>', 'how often the alerts are looked at', duration, 60_000)
}

export function logReading(files: readonly string[], options: LogArguments): LogReading {
  const owners = attributionOf(readOwnership(options.ownership), defaultPseudonymKey)
  const flows = readPlannedFlows(options.plannedFlows)
  return {
    files,
    objectives: requireDefinitions(options.slo).objectives,
    attribution: { ...owners, flows, nodeRoles: options.eksNodeRole },
    baseline: readBaseline(options.baseline, owners.rules),
    connectors: requireConnectors(options.mapping),
    inventory: options.inventory,
    cluster: options.cluster,
    stepMs: options.step,
  }
}
