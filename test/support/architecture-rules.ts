/** The rules of the source tree: each takes files and gives the violations it finds, as `path: what is wrong`. */
import { builtinModules } from 'node:module'
import { dirname, normalize } from 'node:path/posix'
import { dissect, functionsOf, importsOf, type SourceFile } from './source-text.ts'

export type Rule = (files: readonly SourceFile[]) => readonly string[]

const stages = [
  'connectors',
  'events',
  'inventory',
  'indicators',
  'objectives',
  'diagnosis',
  'incidents',
  'outputs',
  'simulation',
] as const

/** What each folder of src/ may import from; `types` only with `import type`. */
const importTable: Readonly<
  Record<string, { readonly values: readonly string[]; readonly types: readonly string[] }>
> = {
  events: { values: [], types: [] },
  connectors: { values: ['events'], types: [] },
  inventory: { values: ['connectors', 'events'], types: [] },
  indicators: { values: ['events', 'inventory'], types: [] },
  objectives: { values: ['indicators', 'events', 'inventory'], types: [] },
  diagnosis: { values: ['objectives', 'indicators', 'events', 'inventory'], types: [] },
  incidents: { values: ['diagnosis', 'objectives', 'indicators', 'events', 'inventory'], types: [] },
  outputs: {
    values: ['incidents', 'diagnosis', 'objectives', 'indicators', 'events', 'inventory'],
    types: [],
  },
  simulation: { values: [], types: ['events'] },
  platform: { values: [], types: stages },
  client: { values: [], types: [] },
  app: { values: [...stages, 'platform'], types: [] },
  'main.ts': { values: ['app'], types: [] },
}

/** Parsers of text: everything else that a stage needs is ours or comes in as an argument. */
const packagesOfStages = ['yaml', 'zod']

const impure: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/(?<![\w$])Date\s*\.\s*now\b/, 'Date.now reads the clock'],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?![\w$\s(]))/, 'new Date() reads the clock'],
  [/(?<![\w$.])Date\s*\(\s*\)/, 'Date() reads the clock'],
  [/\bMath\s*\.\s*random\b/, 'Math.random is a random source'],
  [/(?<![\w$.#])performance\s*\.\s*\w/, 'performance reads the clock'],
  [/(?<![\w$.#])process\s*[.[]/, 'process is the outside world'],
  [/(?<![\w$.#])console\s*\.\s*\w/, 'console is output'],
  [
    /(?<![\w$.#])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
    'timers belong to platform/ and app/',
  ],
  [/(?<![\w$.#])fetch\s*\(/, 'fetch is the network'],
  [/(?<![\w$.#])globalThis\b/, 'globalThis hides what is used'],
  [/(?<![\w$.#])crypto\s*\.\s*\w/, 'crypto is a random source or I/O'],
]

const limits = { fileLines: 350, medianLines: 90, functionLines: 60, depth: 4 }

/** Reasons of failures that happen to begin like metric names. */
const reasonsLikeNames = ['identity_not_found', 'identity_disabled']

function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function isStage(path: string): boolean {
  return stages.some((stage) => stage === folderOf(path))
}

function inSource(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter(({ path }) => path.startsWith('src/') && path.endsWith('.ts'))
}

function lineCount(text: string): number {
  return text.trimEnd().split('\n').length
}

/** One violation a file at most: `check` says what is wrong with it. */
function eachFile(check: (file: SourceFile) => string | undefined): Rule {
  return (files) =>
    inSource(files).flatMap((file) => {
      const problem = check(file)
      return problem === undefined ? [] : [`${file.path}: ${problem}`]
    })
}

const imports: Rule = (files) =>
  inSource(files).flatMap(({ path, text }) => {
    const from = folderOf(path)
    const row = importTable[from]
    if (row === undefined) return [`${path}: src/${from} is in no row of the import table`]
    return importsOf(text).flatMap(({ specifier, isTypeOnly }) => {
      if (!specifier.startsWith('.')) return []
      const target = normalize(`${dirname(path)}/${specifier}`)
      const to = folderOf(target)
      if (!target.startsWith('src/')) return [`${path}: imports ${specifier}, which is outside src/`]
      if (to === from || row.values.includes(to) || (isTypeOnly && row.types.includes(to))) return []
      const how = row.types.includes(to) ? ' by value: only `import type` is allowed' : ''
      return [`${path}: ${from} imports ${to}${how} (${specifier})`]
    })
  })

const purePackages: Rule = (files) =>
  inSource(files)
    .filter(({ path }) => isStage(path))
    .flatMap(({ path, text }) =>
      importsOf(text)
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith('.') && !packagesOfStages.includes(specifier))
        .map((specifier) => {
          const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(specifier)
          return `${path}: imports ${specifier}: stages import ${isBuiltin ? 'nothing of Node' : packagesOfStages.join(' and ')}`
        }),
    )

const pureGlobals: Rule = (files) =>
  inSource(files)
    .filter(({ path }) => isStage(path))
    .flatMap(({ path, text }) => {
      const { code } = dissect(text)
      return impure.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path}: ${what}`)
    })

const fileSize = eachFile(({ text }) => {
  const lines = lineCount(text)
  return lines > limits.fileLines
    ? `${lines} lines, at most ${limits.fileLines}: split it by meaning`
    : undefined
})

const medianSize: Rule = (files) => {
  const sizes = inSource(files)
    .map(({ text }) => lineCount(text))
    .toSorted((a, b) => a - b)
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0
  return median > limits.medianLines
    ? [`src: the median file has ${median} lines, at most ${limits.medianLines}`]
    : []
}

const functionSize: Rule = (files) =>
  inSource(files).flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ length }) => length > limits.functionLines)
      .map(
        ({ line, length }) =>
          `${path}:${line}: a function of ${length} lines, at most ${limits.functionLines}`,
      ),
  )

const depth = eachFile(({ path }) => {
  const folders = path.split('/').length - 2
  return folders > limits.depth ? `${folders} folders below src/, at most ${limits.depth}` : undefined
})

const names = eachFile(({ path }) => {
  const words = path.replace(/\.ts$/, '').split('/')
  const vague = words.find((word) => /^(?:utils?|helpers?|common|shared|misc)$/.test(word))
  if (vague !== undefined) return `"${vague}" says nothing: put it in the stage that owns the word`
  const odd = words.find((word) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(word))
  return odd === undefined ? undefined : `"${odd}" is not kebab-case`
})

const exports = eachFile(({ text }) => {
  const { code } = dissect(text)
  if (/\bexport\s+default\b/.test(code) || /\bas\s+default\b/.test(code)) return 'default export: name it'
  return /\bexport\s*\*/.test(code) ? 'export *: import the file that has it' : undefined
})

const noAny = eachFile(({ text }) =>
  /(?<![.\w$#])any(?![\w$])/.test(dissect(text).code)
    ? '`any` turns the compiler off: say what it is'
    : undefined,
)

const noIgnores = eachFile(({ text }) => {
  const found = /@ts-(?:ignore|expect-error|nocheck)/.exec(text)?.[0]
  return found === undefined ? undefined : `${found}: mend the type`
})

const reasonedIgnores: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    dissect(text)
      .comments.flatMap((comment) => comment.split('\n'))
      .filter((line) => line.includes('biome-ignore'))
      .filter((line) => {
        const reason = /biome-ignore(?:-\w+)?\s+[^\s:]+:(.*)/.exec(line)?.[1]?.trim() ?? ''
        return reason.length < 10 || reason.includes('<explanation>')
      })
      .map((line) => `${path}: ${line.trim()}: say why`),
  )

const purpose = eachFile(({ text }) =>
  /^(?:#![^\n]*\n)?\/\*\*\s*\S|^(?:#![^\n]*\n)?\/\/\s*\S/.test(text)
    ? undefined
    : 'does not begin with a comment that says what it is for',
)

/** Metrics of the product, and those of the program about itself. */
const filesOfNames = [
  'src/outputs/conventions.ts',
  'src/outputs/labels.ts',
  'src/outputs/pipeline-conventions.ts',
  'src/outputs/self-metrics.ts',
]

const conventions = eachFile(({ path, text }) => {
  const spells = ['outputs', 'app', 'platform'].includes(folderOf(path))
  if (!spells || filesOfNames.includes(path)) return undefined
  const found = dissect(text)
    .strings.flatMap((string) => string.match(/(?<![a-z0-9_])identity_[a-z0-9_]+/g) ?? [])
    .find((name) => !reasonsLikeNames.includes(name))
  return found === undefined ? undefined : `spells "${found}": names live in src/outputs/conventions.ts`
})

const ownRegistry = eachFile(({ text }) => {
  const client = importsOf(text).find(({ specifier }) => specifier === 'prom-client')
  if (client === undefined || client.isTypeOnly) return undefined
  const { code } = dissect(text)
  const isNamed = /^\{/.test(client.clause.trim())
  if (
    !isNamed ||
    /[{,]\s*register\s*[,}]/.test(client.clause) ||
    /[{,]\s*register\s+as\b/.test(client.clause)
  )
    return 'reaches the default registry of prom-client: import { Registry } and make one'
  const makes = [...code.matchAll(/\bnew\s+(?:Counter|Gauge|Histogram|Summary)\b[^(]*\((\s*\{)?/g)]
  const extended = /\bextends\s+(?:Counter|Gauge|Histogram|Summary)\b/.test(code)
  const isUnregistered = makes.some(
    (made) => made[1] !== undefined && !/\bregisters\b/.test(code.slice(made.index, made.index + 600)),
  )
  if (isUnregistered || ((makes.length > 0 || extended) && !/\bregisters\b/.test(code)))
    return 'a metric without `registers` goes to the default registry of prom-client'
  const collects = /\bcollectDefaultMetrics\s*\(/.exec(code)
  if (collects && !/\bregister\s*[:,}]/.test(code.slice(collects.index, collects.index + 200)))
    return 'collectDefaultMetrics without `register` fills the default registry of prom-client'
  return undefined
})

/** Watching the program is an addition: it must be possible to run without the SDK having been loaded. */
const telemetryApart: Rule = (files) =>
  inSource(files)
    .filter(({ path }) => !path.startsWith('src/platform/telemetry/') && folderOf(path) !== 'client')
    .flatMap(({ path, text }) =>
      importsOf(text).flatMap(({ specifier, isTypeOnly, clause }) => {
        if (specifier.startsWith('@opentelemetry/'))
          return [`${path}: imports ${specifier}: only src/platform/telemetry/ does`]
        // `import()` has no clause.
        const isLoaded = specifier.endsWith('/open-telemetry.ts') && !isTypeOnly && clause !== ''
        return isLoaded ? [`${path}: loads OpenTelemetry whether it is on or off: use import()`] : []
      }),
    )

/** Applications load the library: it brings them OpenTelemetry's API, and prom-client where they ask for it. */
const clientPackages: Rule = (files) =>
  inSource(files)
    .filter(({ path }) => folderOf(path) === 'client')
    .flatMap(({ path, text }) =>
      importsOf(text).flatMap(({ specifier }) => {
        const isOurs = specifier.startsWith('.') || specifier.startsWith('node:')
        const isPrometheus = specifier === 'prom-client' && path === 'src/client/prometheus.ts'
        if (isOurs || isPrometheus || specifier === '@opentelemetry/api') return []
        return [
          `${path}: imports ${specifier}: the library loads nothing into applications but OpenTelemetry's API`,
        ]
      }),
    )

/** By the sentence that holds when there are no violations. */
export const architectureRules: Readonly<Record<string, Rule>> = {
  'each folder imports only what the import table allows': imports,
  'the five stages import no Node module and no package but parsers': purePackages,
  'the five stages read no clock, random source or environment': pureGlobals,
  'no source file is longer than 350 lines': fileSize,
  'the median source file has at most 90 lines': medianSize,
  'no function is longer than 60 lines': functionSize,
  'source folders are at most 4 levels deep': depth,
  'folders and files are named after what they hold': names,
  'everything is exported by name from the file that has it': exports,
  'nothing is typed any': noAny,
  'no type error is silenced': noIgnores,
  'each biome-ignore says why': reasonedIgnores,
  'each source file begins with its purpose': purpose,
  'only conventions.ts and self-metrics.ts spell our metric names': conventions,
  'no metric goes to the default registry of prom-client': ownRegistry,
  'OpenTelemetry is imported in one folder, and that folder only where telemetry is on': telemetryApart,
  'the client library loads nothing but the API of OpenTelemetry and, in one file, prom-client':
    clientPackages,
}
