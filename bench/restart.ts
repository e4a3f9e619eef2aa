/** How long a run with many objectives and a month of state takes from its start until it is ready. */
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { historyLines } from './history.ts'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import { Running } from './running.ts'
import { inTurns } from './turns.ts'

const days = 30

/** Seconds until the run is ready. */
async function secondsUntilReady(config: string): Promise<number> {
  const start = performance.now()
  const running = await Running.start(config)
  await running.ready()
  const seconds = (performance.now() - start) / 1000
  await running.stop()
  return seconds
}

export async function benchRestart(
  report: Report,
  folder: string,
  count: number,
  rounds: number,
): Promise<void> {
  report.heading(`Restart with ${count.toLocaleString('en')} objectives of ${days} d, ${rounds} rounds`)
  const logFile = join(folder, 'history.ndjson')
  writeFileSync(logFile, historyLines(days))
  const objectives = { count, days }
  const [stateFolder, emptyFolder] = [join(folder, 'restart-state'), join(folder, 'empty-state')]
  const full = writeRunConfig(join(folder, 'restart'), { objectives, stateFolder, logFile })
  const empty = writeRunConfig(join(folder, 'first-start'), { objectives, stateFolder: emptyFolder })
  await secondsUntilReady(full)
  const { restored, fresh } = await inTurns(rounds, {
    restored: () => secondsUntilReady(full),
    fresh: () => {
      rmSync(emptyFolder, { recursive: true, force: true })
      return secondsUntilReady(empty)
    },
  })
  const megabytes = statSync(join(stateFolder, 'state.db')).size / 1024 / 1024
  report.figure({ what: 'the same objectives without state', value: Math.min(...fresh), unit: 's' })
  report.figure({
    what: `until ready, ${megabytes.toFixed(0)} MB of state`,
    value: Math.min(...restored),
    unit: 's',
    goal: { atMost: 3 },
  })
}
