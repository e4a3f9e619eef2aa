/** What starting and stopping a server of somebody else's takes: a port, waiting until it is ready, and until it has gone. */
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'

/** A port on loopback that nobody listens on. */
export function freePort(): Promise<number> {
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

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

export async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

/** Rejects when the process ends, or is not ready in time. */
export async function ready(
  what: string,
  child: ChildProcess,
  isReady: () => Promise<boolean>,
  limitMs: number,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await isReady())) {
    if (hasEnded(child)) throw new Error(`${what} ended with status ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error(`${what} is not ready after ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
