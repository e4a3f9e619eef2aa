/** The Dockerfile against the repository and the program's defaults. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/app/config.ts'
import { root, textOf } from '../support/compose.ts'

const instructions = textOf('Dockerfile')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)

const all = (name: string): readonly string[] =>
  instructions.flatMap(([instruction, rest]) => (instruction === name ? [rest] : []))

const manifest = z.object({ files: z.array(z.string()), scripts: z.record(z.string(), z.string()) })
const shipped = all('COPY').filter((rest) => !rest.startsWith('--from'))
const sources = shipped.flatMap((rest) => rest.split(' ').slice(0, -1))

describe('the Dockerfile', () => {
  it('begins at the Node release that the tests run on, pinned', () => {
    for (const image of all('FROM')) expect(image).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim( AS build)?$/)
    expect(all('FROM')[0]?.split('-')[0]).toBe(`node:${process.version.slice(1)}`)
  })

  it('copies what there is, and .dockerignore lets it through', () => {
    const ignored = textOf('.dockerignore').split('\n')
    for (const source of sources) {
      expect([source, existsSync(join(root, source))]).toEqual([source, true])
      expect(ignored).toContain(`!${source}`)
    }
    const letThrough = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(new Set(letThrough)).toEqual(new Set(sources))
  })

  it('has in the image what the package has, but for the docs', () => {
    const { files, scripts } = manifest.parse(JSON.parse(textOf('package.json')))
    const inImage = [...sources, 'dist']
    for (const file of files.filter((each) => each !== 'docs')) expect(inImage).toContain(file)
    expect(scripts['build']).toContain('tsconfig.build.json')
    expect(sources).toContain('tsconfig.build.json')
  })

  it('runs as a user without rights, who may write where the volume is', () => {
    expect(all('USER')).toEqual(['node'])
    const last = instructions.findLastIndex(([name]) => name === 'RUN')
    expect(instructions.findIndex(([name]) => name === 'USER')).toBeGreaterThan(last)
    expect(all('RUN').at(-1)).toContain('chown node:node /var/lib/identity-slo')
  })

  it('opens the ports that are the defaults, and asks for readiness where it is told', () => {
    const { config } = loadConfig(undefined, {}, () => '')
    const ports = [
      config?.listen.port,
      config?.telemetry.prometheus.port,
      config?.otlp.grpc.port,
      config?.otlp.http.port,
    ]
    expect(all('EXPOSE')[0]?.split(' ').map(Number)).toEqual(ports)
    expect(all('HEALTHCHECK')[0]).toContain(`http://127.0.0.1:${config?.listen.port}/-/ready`)
    expect(JSON.parse(all('ENTRYPOINT')[0] ?? '')).toEqual(['node', 'dist/main.js'])
  })
})
