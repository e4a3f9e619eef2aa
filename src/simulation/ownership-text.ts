/** Which application each simulated identity belongs to, as the ownership file that the program reads. */
import { spiffeIdOf } from './gateway.ts'
import type { Scenario } from './scenario.ts'
import { recordersOf } from './world.ts'

/** JSON texts are YAML texts. */
export function ownershipText({ workloads, seed }: Scenario): string {
  const recorders = recordersOf(seed)
  const rules = workloads.flatMap((workload) => {
    const { platform, app, criticality, hasGateway } = workload
    const ids = [...recorders[platform].identitiesOf(workload), ...(hasGateway ? [spiffeIdOf(workload)] : [])]
    return ids.map(
      (id) =>
        `  - match: { id: ${JSON.stringify(id)} }\n    app: ${app}\n    team: team-${app}\n    criticality: ${criticality}\n`,
    )
  })
  return `# Owners of the identities of this simulation: identity-slo replay --ownership\nowners:\n${rules.join('')}`
}
