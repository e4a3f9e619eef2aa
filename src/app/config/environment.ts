/** Environment variables over the file: `IDENTITY_SLO__LISTEN__PORT=8080` sets `listen.port`. */
import type { Reporter } from '../../objectives/definitions/problem.ts'
import { readYaml } from '../../objectives/definitions/yaml/document.ts'
import type { MapNode, YamlNode } from '../../objectives/definitions/yaml/node.ts'
import { nearest } from '../../objectives/definitions/yaml/suggest.ts'
import type { Environment } from './secret.ts'
import { pathText, requirement, type Setting } from './settings.ts'

const prefix = 'IDENTITY_SLO__'

/** `limits.maxSeries` is `IDENTITY_SLO__LIMITS__MAX_SERIES`. */
export function variableOf(path: readonly string[]): string {
  const words = path.map((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  return prefix + words.join('__')
}

/** The file with the variables in place of what it says. An empty variable counts as not set. */
export function withEnvironment(
  file: MapNode,
  environment: Environment,
  settings: readonly Setting[],
  reporter: Reporter,
): MapNode {
  const byVariable = new Map(settings.map((setting) => [variableOf(setting.path), setting]))
  let root = file
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || text === undefined || text === '') continue
    const setting = byVariable.get(name)
    const source = `environment variable ${name}`
    if (setting === undefined) {
      const at = { file: source, line: 1, column: 1 }
      const bare = (variable: string): string => variable.slice(prefix.length)
      const near = nearest(bare(name), [...byVariable.keys()].map(bare))
      const hint = near === undefined ? ';' : `; did you mean ${prefix}${near}?`
      reporter.error(at, `no setting has this name${hint} docs/configuration.md lists all of them`)
      continue
    }
    const value = readValue(setting, text, source, reporter)
    if (value !== undefined) root = replaced(root, setting.path, value)
  }
  return root
}

/** Texts as they are; everything else as YAML, so that a list is `[a, b]`. */
function readValue(setting: Setting, text: string, source: string, reporter: Reporter): YamlNode | undefined {
  const { node, path } = setting
  const at = { file: source, line: 1, column: 1 }
  if (node.type === 'string') return { kind: 'scalar', value: text, source: text, at }
  const items = readYaml(source, text, reporter)
  if (node.type === 'array') return { kind: 'list', items, at }
  const [only, ...others] = items
  if (only !== undefined && others.length === 0) return only
  reporter.error(at, `${pathText(path)} must be ${requirement(node)}`)
  return undefined
}

function replaced(map: MapNode, path: readonly string[], value: YamlNode): MapNode {
  const [key, ...rest] = path
  if (key === undefined) return map
  const before = map.entries.find((entry) => entry.key === key)
  const inner: YamlNode =
    before?.value.kind === 'map' ? before.value : { kind: 'map', entries: [], at: value.at }
  const after = rest.length === 0 || inner.kind !== 'map' ? value : replaced(inner, rest, value)
  const entry = { key, keyAt: before?.keyAt ?? value.at, value: after }
  return { ...map, entries: [...map.entries.filter((other) => other.key !== key), entry] }
}
