/** Memory of an objective, and how long it takes to read the burn rates of a thousand. */
import { join } from 'node:path'
import type { ObjectivesCost } from './objectives-cost.ts'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import { runScript } from './turns.ts'

/** More than the window, so that what is let go of has been let go of. */
const olderDays = 10

function costOf(folder: string, objectives: number, days: number): ObjectivesCost {
  const config = writeRunConfig(join(folder, `objectives-${objectives}-${days}d`), {
    objectives: { count: objectives, days },
  })
  return runScript<ObjectivesCost>('objectives-cost.ts', config, String(days + olderDays))
}

export function benchObjectives(report: Report, folder: string, count: number): void {
  report.heading(`${count.toLocaleString('en')} objectives over every event, three identities fail every day`)
  for (const days of [30, 90]) {
    const [few, many] = [costOf(folder, 1, days), costOf(folder, count, days)]
    report.figure({
      what: `memory of an objective of ${days} d`,
      value: (many.bytes - few.bytes) / (count - 1) / 1024,
      unit: 'KB',
      decimals: 0,
      goal: { atMost: 150 },
    })
    report.figure({
      what: `reading all of them, ${days} d, quickest (median ${many.medianMs.toFixed(1)} ms)`,
      value: many.quickestMs,
      unit: 'ms',
      decimals: 1,
      goal: { atMost: 20 },
    })
  }
}
