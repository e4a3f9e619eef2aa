/** Many objectives, as definition files. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ManyObjectives {
  readonly count: number
  /** Length of the window. */
  readonly days: number
  /** Each of them counts the events of one application, `app-0` and so on; without it they count all events. */
  readonly isByApp?: boolean
}

function definition(index: number, { days, isByApp = false }: ManyObjectives): string {
  const where = isByApp ? `, where: { app: [app-${index}] }` : ''
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: issuance-${index}
  annotations: { identity-slo.dev/owner: team-${index % 40} }
spec:
  service: shop-${index % 40}
  description: Tokens for application ${index}.
  indicator:
    metadata: { name: issuance-${index} }
    spec:
      ratioMetric:
        counter: true
        good: &source { metricSource: { type: identity-slo, spec: { indicator: token-issuance${where} } } }
        total: *source
  timeWindow: [{ duration: ${days}d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ displayName: Tokens, targetPercent: 99.9 }]
`
}

const perFile = 50

/** Fifty in a file. Gives the folder. */
export function writeDefinitions(folder: string, objectives: ManyObjectives): string {
  mkdirSync(folder, { recursive: true })
  for (let from = 0; from < objectives.count; from += perFile) {
    const length = Math.min(perFile, objectives.count - from)
    const documents = Array.from({ length }, (_, i) => definition(from + i, objectives))
    writeFileSync(join(folder, `objectives-${from}.yaml`), documents.join('---\n'))
  }
  return folder
}
