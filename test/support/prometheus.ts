/** Real Prometheus tools for tests: found on the PATH, or the tests that need them are skipped and say so. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const hasPromtool = spawnSync('promtool', ['--version']).status === 0
export const hasPrometheus = hasPromtool && spawnSync('prometheus', ['--version']).status === 0

/** @returns exit status and all that it printed */
export function promtool(...args: readonly string[]): { readonly status: number; readonly output: string } {
  const run = spawnSync('promtool', args, { encoding: 'utf8' })
  return { status: run.status ?? -1, output: `${run.stdout}${run.stderr}` }
}

/** A folder of its own, gone at the end of the block: `using folder = temporaryFolder()`. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'identity-slo-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function freePort(): Promise<number> {
  return new Promise((resolve, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

async function ready(url: string, child: ChildProcess, deadlineMs: number): Promise<void> {
  const until = Date.now() + deadlineMs
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with status ${child.exitCode}`)
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`prometheus is not ready after ${deadlineMs} ms`)
}

export interface PrometheusServer extends AsyncDisposable {
  /** Base address, without a trailing slash. */
  readonly url: string
}

/** Serves the blocks of a data folder, without scraping anything. */
export async function startPrometheus(dataFolder: string, configFile: string): Promise<PrometheusServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${dataFolder}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const child = spawn('prometheus', args, { stdio: 'ignore' })
  const server = { url, [Symbol.asyncDispose]: () => stopped(child) }
  try {
    await ready(url, child, 20_000)
  } catch (error) {
    await stopped(child)
    throw error
  }
  return server
}
