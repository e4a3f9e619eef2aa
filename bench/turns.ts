/** Scripts of this folder in processes of their own, in turns, so that a noisy machine disturbs all of them alike. */
import { spawnSync } from 'node:child_process'
import type { Measured } from './measured.ts'

/** Path of a script of this folder. */
export function scriptPath(name: string): string {
  return new URL(name, import.meta.url).pathname
}

/** What the script prints, which is JSON. */
export function runScript<Result>(name: string, ...args: readonly string[]): Result {
  const argv = ['--expose-gc', scriptPath(name), ...args]
  const run = spawnSync(process.execPath, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (run.status !== 0) throw new Error(`${name} ended with status ${run.status}`)
  return JSON.parse(run.stdout) as Result
}

/** The round with the least CPU time: noise only ever adds. */
export function best<Result extends Pick<Measured, 'cpuSeconds'>>(results: readonly Result[]): Result {
  return results.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a))
}

/** Each contender once a round; the results of each, in the order of the rounds. */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Result | Promise<Result>>>,
): Promise<Readonly<Record<Name, readonly Result[]>>> {
  const names = Object.keys(contenders) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>
  for (let round = 0; round < rounds; round++)
    for (const name of names) results[name].push(await contenders[name]())
  return results
}
