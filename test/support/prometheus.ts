/** Real Prometheus tools for tests: found on the PATH, or the tests that need them are skipped and say so. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, ready, stopped } from './server-process.ts'

export const hasPromtool = spawnSync('promtool', ['--version']).status === 0
export const hasPrometheus = hasPromtool && spawnSync('prometheus', ['--version']).status === 0

/** Exit status, and all that it printed. */
interface Outcome {
  readonly status: number
  readonly output: string
}

export function promtool(...args: readonly string[]): Outcome {
  return promtoolIn('.', ...args)
}

/** @param folder what relative paths among the arguments start from */
export function promtoolIn(folder: string, ...args: readonly string[]): Outcome {
  const run = spawnSync('promtool', args, { encoding: 'utf8', cwd: folder })
  return { status: run.status ?? -1, output: `${run.stdout}${run.stderr}` }
}

/** A folder of its own, gone at the end of the block: `using folder = temporaryFolder()`. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'identity-slo-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface PrometheusServer extends AsyncDisposable {
  /** Base address, without a trailing slash. */
  readonly url: string
}

/** Serves the blocks of a data folder, however old they are; scrapes what the configuration says. */
export async function startPrometheus(dataFolder: string, configFile: string): Promise<PrometheusServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${dataFolder}`,
    '--storage.tsdb.retention.time=1y',
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const child = spawn('prometheus', args, { stdio: 'ignore' })
  const server = { url, [Symbol.asyncDispose]: () => stopped(child, 'SIGTERM') }
  const answers = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  try {
    await ready('prometheus', child, answers, 20_000)
  } catch (error) {
    await stopped(child, 'SIGTERM')
    throw error
  }
  return server
}
