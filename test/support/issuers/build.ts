/** Servers that have to be built or downloaded first, kept between runs. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Outside what is committed; `ISSUERS_CACHE` is another place, such as one that several clones share. */
const cache = process.env['ISSUERS_CACHE'] ?? join(root, '.cache/issuers')

/** The longest build takes seven minutes on two idle cores, and half an hour on busy ones. */
export const buildLimitMs = 3_600_000
/** A drive takes a minute; servers may take several to start on a busy machine. */
export const driveLimitMs = 900_000

/** A folder that is made once. Made under another name first, so that what was cut off is not taken for whole. */
function made(name: string, make: (folder: string) => void): string {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    make(partial)
    renameSync(partial, folder)
    return folder
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function succeed(command: string, args: readonly string[], cwd: string): void {
  // At low priority and one package at a time: a build may take its time, and others use the machine.
  const run = spawnSync('nice', ['-n', '19', command, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: buildLimitMs,
    maxBuffer: 64_000_000,
  })
  if (run.status !== 0)
    throw new Error(`${command} ${args[0]} failed: ${run.stderr?.slice(-2000) ?? run.error}`)
}

function hasCommand(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0
}

/**
 * Why a suite is left out, for its title; empty where all its commands are there. Debian packages that are missing are
 * installed where we may do that, without starting their services. Where `ISSUERS_REQUIRED` is set it is an error.
 */
export function absence(needed: Readonly<Record<string, string>>): string {
  const missing = Object.keys(needed).filter((command) => !hasCommand(command))
  if (missing.length > 0 && process.getuid?.() === 0 && hasCommand('apt-get')) {
    const packages = missing.map((command) => needed[command] ?? command)
    const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' }
    const install = 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"'
    spawnSync('sh', ['-c', install, 'sh', ...packages], { stdio: 'ignore', env })
  }
  const still = missing.filter((command) => !hasCommand(command))
  if (still.length > 0 && process.env['ISSUERS_REQUIRED'])
    throw new Error(`not installed: ${still.join(', ')}`)
  return still.length === 0
    ? ''
    : ` (left out: ${still.map((name) => needed[name]).join(', ')} not installed)`
}

/**
 * Commands of a Go module, built. @param module its folder below test/real/issuers, @param commands packages by the
 * name of the binary. Gives the folder of the binaries.
 */
export function goCommands(module: string, commands: Readonly<Record<string, string>>): string {
  const source = join(root, 'test/real/issuers', module)
  // Other versions are another folder.
  const version = createHash('sha256')
    .update(readFileSync(join(source, 'go.sum')))
    .digest('hex')
  return made(`${module}-${version.slice(0, 12)}`, (folder) => {
    const copy = join(folder, 'source')
    cpSync(source, copy, { recursive: true })
    for (const [name, path] of Object.entries(commands)) {
      const out = join(folder, name)
      succeed(
        'go',
        ['build', '-buildvcs=false', '-p', '1', '-trimpath', '-ldflags=-s -w', '-o', out, path],
        copy,
      )
    }
  })
}

/** The files of an archive in Maven Central, without the folder that all of them are in, and made ready by `prepare`. */
export function mavenArchive(artifact: string, name: string, prepare: (folder: string) => void): string {
  return made(name, (folder) => {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'
    const packed = `${folder}.tar`
    mkdirSync(dirname(packed), { recursive: true })
    try {
      succeed('mvn', ['-q', '-B', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${packed}`], cache)
      succeed('sh', ['-c', 'tar -xzf "$0"/*.tar.gz -C "$1" --strip-components=1', packed, folder], cache)
      prepare(folder)
    } finally {
      rmSync(packed, { recursive: true, force: true })
    }
  })
}
