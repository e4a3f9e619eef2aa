/** docker-compose.yml as data, and what its containers see of the files of this repository. */
import { readFileSync, symlinkSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Workspace } from './workspace.ts'

export const root = new URL('../../', import.meta.url).pathname

const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully'])
const healthcheck = z.union([
  z.strictObject({ disable: z.literal(true) }),
  z.strictObject({
    test: z.array(z.string()).min(2),
    interval: z.string(),
    timeout: z.string(),
    start_period: z.string(),
    retries: z.number(),
  }),
])

/** As much of Compose's format as the file needs: a key that is mistyped is none of these. */
const composeService = z.strictObject({
  build: z.literal('.').optional(),
  image: z.string(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  restart: z.enum(['unless-stopped']).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  ports: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  healthcheck: healthcheck.optional(),
  volumes: z.array(z.string()).optional(),
})
export type ComposeService = z.infer<typeof composeService>

const composeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), composeService),
  volumes: z.record(z.string(), z.null()),
})

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export const compose = composeFile.parse(parse(textOf('docker-compose.yml')))

export function service(name: string): ComposeService {
  const found = compose.services[name]
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return found
}

export interface Mount {
  /** A path below the repository, or the name of a volume. */
  readonly from: string
  readonly isFile: boolean
  /** In the container. */
  readonly at: string
  readonly isReadOnly: boolean
}

export function mountsOf({ volumes = [] }: ComposeService): readonly Mount[] {
  return volumes.map((text) => {
    const [from = '', at = '', mode] = text.split(':')
    return { from, isFile: from.startsWith('./'), at, isReadOnly: mode === 'ro' }
  })
}

/** Where a path of a container lies in the repository; undefined where nothing of it is mounted there. */
export function inRepository(of: ComposeService, path: string): string | undefined {
  for (const { from, isFile, at } of mountsOf(of)) {
    const rest = posix.relative(at, path)
    if (isFile && !rest.startsWith('..')) return posix.join(from, rest)
  }
  return undefined
}

/** The words of a command that a shell is given; what it would put in is a number here. */
export function wordsOf({ command = [], entrypoint }: ComposeService): readonly string[] {
  if (entrypoint?.[0] !== '/bin/sh') return command
  const [line = ''] = command
  return line.replaceAll('$$(date +%s)', '7').split(/\s+/)
}

/** The value after an option. */
export function optionOf(words: readonly string[], name: string): string {
  const at = words.indexOf(name)
  const value = words[at + 1]
  if (at < 0 || value === undefined) throw new Error(`${words.join(' ')} has no ${name}`)
  return value
}

/** A folder as the container has it, with links to what is mounted below `at`. */
export function mirror(of: ComposeService, at: string, workspace: Workspace): void {
  for (const mount of mountsOf(of)) {
    const rest = posix.relative(at, mount.at)
    if (mount.isFile && !rest.startsWith('..')) symlinkSync(join(root, mount.from), workspace.at(rest))
  }
}
