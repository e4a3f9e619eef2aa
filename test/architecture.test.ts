import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { architectureRules } from './support/architecture-rules.ts'
import { dissect, functionsOf, importsOf, type SourceFile } from './support/source-text.ts'

const root = new URL('../', import.meta.url)

/** TypeScript files below the folders, fixtures left out. */
function filesBelow(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('fixtures'))
      .map((path) => `${folder}/${path}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') })),
  )
}

const source = filesBelow('src', 'test')
const ruleNames = Object.keys(architectureRules)

function violations(name: string, files: readonly SourceFile[]): readonly string[] {
  return architectureRules[name]?.(files) ?? ['no such rule']
}

describe('the source tree', () => {
  it('is there to be checked', () => {
    expect(source.filter(({ path }) => path.startsWith('src/')).length).toBeGreaterThan(50)
  })

  it.each(ruleNames)('%s', (name) => {
    expect(violations(name, source)).toEqual([])
  })
})

const purpose = '/** What it is for. */\n'
const long = (lines: number): string => `${purpose}${'const a = 1\n'.repeat(lines)}`
const body = (lines: number): string => '  step()\n'.repeat(lines)

/** Small violations, each with the path that has to be named. */
const planted: Readonly<Record<string, readonly SourceFile[]>> = {
  'each folder imports only what the import table allows': [
    { path: 'src/events/a.ts', text: `import { x } from '../connectors/x.ts'` },
    { path: 'src/events/b.ts', text: `import type { X } from '../indicators/x.ts'` },
    { path: 'src/connectors/a.ts', text: `import { x } from '../platform/x.ts'` },
    { path: 'src/connectors/aws/a.ts', text: `import {\n  x,\n} from '../../objectives/x.ts'` },
    { path: 'src/indicators/a.ts', text: `export { x } from '../objectives/x.ts'` },
    { path: 'src/objectives/a.ts', text: `const x = await import('../outputs/x.ts')` },
    { path: 'src/outputs/a.ts', text: `import '../connectors/x.ts'` },
    { path: 'src/outputs/b.ts', text: `import { x } from '../app/x.ts'` },
    { path: 'src/platform/a.ts', text: `import { x } from '../events/x.ts'` },
    { path: 'src/platform/b.ts', text: `import { type X } from '../events/x.ts'` },
    { path: 'src/platform/c.ts', text: `import type { X } from '../app/x.ts'` },
    { path: 'src/main.ts', text: `import { x } from './platform/x.ts'` },
    { path: 'src/extras/a.ts', text: purpose },
    { path: 'src/app/a.ts', text: `import { x } from '../../test/support/x.ts'` },
  ],
  'the five stages import no Node module and no package but parsers': [
    { path: 'src/events/a.ts', text: `import { readFileSync } from 'node:fs'` },
    { path: 'src/events/b.ts', text: `import fs from 'fs'` },
    { path: 'src/connectors/a.ts', text: `import type { FastifyInstance } from 'fastify'` },
    { path: 'src/indicators/a.ts', text: `import { Kafka } from 'kafkajs'` },
    { path: 'src/objectives/a.ts', text: `import { Registry } from 'prom-client'` },
    { path: 'src/outputs/a.ts', text: `import { trace } from '@opentelemetry/api'` },
    { path: 'src/outputs/b.ts', text: `const { z } = await import('node:zlib')` },
  ],
  'the five stages read no clock, random source or environment': [
    { path: 'src/events/a.ts', text: 'const now = Date.now()' },
    { path: 'src/events/b.ts', text: 'const now = new Date()' },
    { path: 'src/events/c.ts', text: 'const now = new Date' },
    { path: 'src/connectors/a.ts', text: 'const x = Math.random()' },
    { path: 'src/connectors/b.ts', text: 'const x = performance.now()' },
    { path: 'src/indicators/a.ts', text: `const x = process.env['X']` },
    { path: 'src/indicators/b.ts', text: `const x = \`\${process.pid}\`` },
    { path: 'src/objectives/a.ts', text: `console.log('x')` },
    { path: 'src/objectives/b.ts', text: 'setTimeout(run, 1)' },
    { path: 'src/outputs/a.ts', text: `await fetch('x')` },
    { path: 'src/outputs/b.ts', text: 'const x = crypto.randomUUID()' },
  ],
  'no source file is longer than 350 lines': [{ path: 'src/app/a.ts', text: long(350) }],
  'the median source file has at most 90 lines': [
    { path: 'src/app/a.ts', text: long(91) },
    { path: 'src/app/b.ts', text: long(1) },
    { path: 'src/app/c.ts', text: long(100) },
  ],
  'no function is longer than 60 lines': [
    { path: 'src/app/a.ts', text: `function run(): void {\n${body(59)}}\n` },
    { path: 'src/app/b.ts', text: `export const run = (): void => {\n${body(59)}}\n` },
    {
      path: 'src/app/c.ts',
      text: `class A {\n  async #run(a: string): Promise<void> {\n${body(59)}  }\n}\n`,
    },
    { path: 'src/app/d.ts', text: `export function run(\n  a: string,\n): void {\n${body(57)}}\n` },
  ],
  'source folders are at most 4 levels deep': [{ path: 'src/app/b/c/d/e/f.ts', text: purpose }],
  'folders and files are named after what they hold': [
    { path: 'src/app/utils/a.ts', text: purpose },
    { path: 'src/shared/a.ts', text: purpose },
    { path: 'src/app/helpers.ts', text: purpose },
    { path: 'src/app/someThing.ts', text: purpose },
  ],
  'everything is exported by name from the file that has it': [
    { path: 'src/app/a.ts', text: 'export default 1' },
    { path: 'src/app/b.ts', text: 'const a = 1\nexport { a as default }' },
    { path: 'src/app/c.ts', text: `export * from './a.ts'` },
  ],
  'nothing is typed any': [
    { path: 'src/app/a.ts', text: 'let a: any' },
    { path: 'src/app/b.ts', text: 'const a = b as any' },
    { path: 'src/app/c.ts', text: 'const a: Map<string, any> = b' },
    { path: 'src/app/d.ts', text: 'function f(a: any[]): void {}' },
  ],
  'no type error is silenced': [
    { path: 'src/app/a.ts', text: '// @ts-ignore' },
    { path: 'src/app/b.ts', text: '// @ts-expect-error: no' },
  ],
  'each biome-ignore says why': [
    { path: 'src/app/a.ts', text: '// biome-ignore lint/style/useConst' },
    { path: 'src/app/b.ts', text: '// biome-ignore lint/style/useConst: <explanation>' },
    { path: 'test/a.test.ts', text: '// biome-ignore lint/style/useConst: x' },
  ],
  'each source file begins with its purpose': [
    { path: 'src/app/a.ts', text: 'export const a = 1' },
    { path: 'src/app/b.ts', text: '#!/usr/bin/env node\nimport x' },
  ],
  'only conventions.ts and self-metrics.ts spell our metric names': [
    { path: 'src/outputs/a.ts', text: `const name = 'identity_slo_burn_rate'` },
    { path: 'src/outputs/b.ts', text: `const query = \`rate(identity_token_requests_total[\${w}])\`` },
    { path: 'src/app/a.ts', text: `const label = "identity_type"` },
    { path: 'src/platform/a.ts', text: `const query = \`\${a} / identity_slo_records_total\`` },
  ],
  'no metric goes to the default registry of prom-client': [
    { path: 'src/app/a.ts', text: `import { register } from 'prom-client'` },
    { path: 'src/app/b.ts', text: `import client from 'prom-client'` },
    {
      path: 'src/app/c.ts',
      text: `import { Counter } from 'prom-client'\nnew Counter({ name: 'a', help: 'b' })`,
    },
    {
      path: 'src/app/d.ts',
      text: `import { collectDefaultMetrics } from 'prom-client'\ncollectDefaultMetrics()`,
    },
  ],
  'OpenTelemetry is imported in one folder, and that folder only where telemetry is on': [
    { path: 'src/app/a.ts', text: `import { trace } from '@opentelemetry/api'` },
    { path: 'src/platform/b.ts', text: `const sdk = await import('@opentelemetry/sdk-node')` },
    { path: 'src/app/c.ts', text: `import { start } from '../platform/telemetry/open-telemetry.ts'` },
  ],
  'the client library loads nothing but the API of OpenTelemetry and, in one file, prom-client': [
    { path: 'src/client/a.ts', text: `import type { TokenCredential } from '@azure/identity'` },
    { path: 'src/client/b.ts', text: `import { Counter } from 'prom-client'` },
    { path: 'src/client/c.ts', text: `const sdk = await import('@opentelemetry/sdk-node')` },
  ],
}

/** Looks like a violation and is none. */
const allowed: readonly SourceFile[] = [
  {
    path: 'src/objectives/a.ts',
    text: `${purpose}import { x } from '../indicators/x.ts'\nimport { parse } from 'yaml'
// Date.now() and any \`process.env\` are only spoken of here; import { x } from 'node:fs'
const at = new Date(time)
const words = ['Math.random()', "console.log", \`fetch(\${at}) new Date()\`]
const pattern = /any "quoted (process\\.env|[/'])/
const first = await Promise.any(words)
const processed = subprocess.exit\n`,
  },
  {
    path: 'src/platform/a.ts',
    text: `${purpose}import type { X } from '../events/x.ts'\nimport 'node:fs'\n`,
  },
  {
    path: 'src/platform/b.ts',
    text: `${purpose}import { Counter, Registry } from 'prom-client'\nnew Counter({ name: 'a', registers: [own] })\n`,
  },
  {
    path: 'src/app/telemetry.ts',
    text: `${purpose}const sdk = await import('../platform/telemetry/open-telemetry.ts')\n`,
  },
  {
    path: 'src/platform/telemetry/a.ts',
    text: `${purpose}import { trace } from '@opentelemetry/api'\nimport { b } from './open-telemetry.ts'\n`,
  },
  { path: 'src/outputs/conventions.ts', text: `${purpose}export const name = 'identity_slo_info'\n` },
  { path: 'src/outputs/a.ts', text: `${purpose}const reason = 'identity_not_found'\n` },
  { path: 'src/app/a.ts', text: `${purpose}function run(): void {\n${body(58)}}\n` },
  { path: 'src/main.ts', text: `#!/usr/bin/env node\n${purpose}import { run } from './app/run.ts'\n` },
  { path: 'src/app/b.ts', text: `${purpose}// biome-ignore lint/style/useConst: set by the caller later\n` },
]

describe('the rules', () => {
  it('each have a planted violation', () => {
    expect(Object.keys(planted)).toEqual(ruleNames)
  })

  it.each(ruleNames)('catch: %s', (name) => {
    const files = planted[name] ?? []
    const found = violations(name, files)
    // The median is of the tree, not of one file.
    if (name.includes('median')) expect(found).toHaveLength(1)
    else for (const { path } of files) expect(found.join('\n')).toContain(path)
  })

  it.each(ruleNames)('let pass what only looks like a violation: %s', (name) => {
    expect(violations(name, allowed)).toEqual([])
  })
})

describe('telling code from text', () => {
  it('keeps lines where they are', () => {
    const text = `/* a\n b */ const x = \`one\n\${two}\nthree\` // four\nlast()\n`
    expect(dissect(text).code.split('\n')).toHaveLength(text.split('\n').length)
    expect(dissect(text).strings).toEqual(['one\n', '\nthree'])
  })

  it('finds code in templates, templates in code, and division that is no regular expression', () => {
    const { code, strings } = dissect(`const a = \`x\${b ? \`y\${c({ d: 1 })}\` : "z"}w\` + e / f / g`)
    expect(strings).toEqual(['x', 'y', '', 'z', 'w'])
    expect(code).toContain('c({ d: 1 })')
    expect(code).toContain('e / f / g')
  })

  it('finds every form of import', () => {
    const text = `import a, { b } from './a.ts'\nimport type { C } from "./c.ts"\nimport './d.ts'\nexport { e } from './e.ts'\nimport('./f.ts')\nexport const g = './g.ts'\n`
    expect(importsOf(text).map(({ specifier }) => specifier)).toEqual([
      './a.ts',
      './c.ts',
      './d.ts',
      './e.ts',
      './f.ts',
    ])
    expect(importsOf(text).filter(({ isTypeOnly }) => isTypeOnly)).toHaveLength(1)
  })

  it('measures functions, not calls or conditions', () => {
    const text = 'call(\n  a,\n  b,\n)\nif (a) {\n  b()\n}\nfunction c() {\n  d()\n}\n'
    expect(functionsOf(text)).toEqual([{ line: 8, length: 3 }])
  })
})
