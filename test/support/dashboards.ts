/** The generated dashboards, all of them. */
import type { Dashboard } from '../../src/outputs/dashboards/builder.ts'
import { debugDashboard } from '../../src/outputs/dashboards/debug.ts'
import { executiveDashboard } from '../../src/outputs/dashboards/executive.ts'
import { onCallDashboard } from '../../src/outputs/dashboards/on-call.ts'
import { pipelineDashboard } from '../../src/outputs/dashboards/pipeline.ts'

export const dashboards: readonly Dashboard[] = [
  executiveDashboard,
  onCallDashboard,
  debugDashboard,
  pipelineDashboard,
]
