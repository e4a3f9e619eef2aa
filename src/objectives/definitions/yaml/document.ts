/** Definition text to nodes: multi-document YAML, a YAML or JSON array, one object; syntax errors with their place. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseAllDocuments } from 'yaml'
import type { Location, Reporter } from '../problem.ts'
import type { MapEntry, MapNode, YamlNode } from './node.ts'

/** Aliases in one file. Aliased nodes are shared, never copied, so this bounds mistakes rather than memory. */
const maxAliases = 100

interface Conversion {
  readonly locate: (offset: number) => Location
  readonly reporter: Reporter
  /** Nodes by anchor; `building` while inside the anchored node itself. */
  readonly anchors: Map<string, YamlNode | 'building'>
  readonly countAlias: () => number
}

/**
 * The definitions in a file, in order. Empty documents are passed over; a document with a syntax error is reported
 * and left out, the others are still read.
 */
export function readYaml(path: string, text: string, reporter: Reporter): readonly YamlNode[] {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const lines = new LineCounter()
  const locate = (offset: number): Location => {
    const { line, col } = lines.linePos(offset)
    return { file: path, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const documents = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false })
  if (!Array.isArray(documents)) return []
  let aliases = 0
  const countAlias = () => ++aliases
  const nodes: YamlNode[] = []
  for (const document of documents) {
    if (!reportSyntax(document, locate, reporter) || document.contents === null) continue
    const conversion: Conversion = { locate, reporter, anchors: new Map(), countAlias }
    const root = convert(document.contents, locate(document.contents.range[0]), conversion)
    if (root === undefined || (root.kind === 'scalar' && root.value === null)) continue
    if (root.kind === 'list') nodes.push(...root.items)
    else nodes.push(root)
  }
  return nodes
}

interface ParsedDocument {
  readonly errors: readonly {
    readonly code: string
    readonly message: string
    readonly pos: [number, number]
  }[]
  readonly warnings: ParsedDocument['errors']
}

/** False if the document cannot be read. A syntax error sets off others behind it: only the first is reported. */
function reportSyntax(
  document: ParsedDocument,
  locate: (offset: number) => Location,
  reporter: Reporter,
): boolean {
  const duplicates = document.errors.filter((error) => error.code === 'DUPLICATE_KEY')
  const first = document.errors.find((error) => error.code !== 'DUPLICATE_KEY')
  for (const error of duplicates) {
    reporter.error(locate(error.pos[0]), 'this key is given twice in one mapping: keep one of them')
  }
  for (const warning of document.warnings) {
    reporter.error(
      locate(warning.pos[0]),
      `YAML: ${warning.message}; only plain YAML is allowed, without tags`,
    )
  }
  if (first?.code === 'RESOURCE_EXHAUSTION') {
    reporter.error(locate(first.pos[0]), 'YAML: nested too deeply to be a definition')
  } else if (first) {
    reporter.error(locate(first.pos[0]), `YAML: ${first.message}`)
  }
  return first === undefined
}

/** `holder`: where a mapping, list or empty value counts as written, usually its key. */
function convert(node: unknown, holder: Location, conversion: Conversion): YamlNode | undefined {
  if (isAlias(node)) return resolveAlias(node.source, holder, conversion)
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
    return { kind: 'scalar', value: null, source: '', at: holder }
  }
  const anchor = node.anchor
  if (anchor !== undefined) conversion.anchors.set(anchor, 'building')
  const converted = convertContent(node, holder, conversion)
  if (anchor !== undefined && converted) conversion.anchors.set(anchor, converted)
  return converted
}

function convertContent(node: unknown, holder: Location, conversion: Conversion): YamlNode | undefined {
  if (isMap(node)) {
    return convertMap(node.items, holder, conversion)
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item, placeOf(item, holder, conversion), conversion))
    return { kind: 'list', items: items.filter((item) => item !== undefined), at: holder }
  }
  if (!isScalar(node)) return undefined
  const { value } = node
  const source = typeof value === 'string' ? value : (node.source ?? String(value))
  if (value === null || value === undefined) return { kind: 'scalar', value: null, source, at: holder }
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return {
    kind: 'scalar',
    value: plain ? value : source,
    source,
    at: placeOf(node, holder, conversion),
  }
}

function placeOf(node: unknown, holder: Location, conversion: Conversion): Location {
  const located = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
  return located && node.range ? conversion.locate(node.range[0]) : holder
}

function convertMap(pairs: readonly Pair[], at: Location, conversion: Conversion): MapNode {
  const entries: MapEntry[] = []
  const lost: string[] = []
  for (const { key, value } of pairs) {
    if (!isScalar(key) || !key.range || key.value === null) {
      const place = placeOf(key, placeOf(value, at, conversion), conversion)
      conversion.reporter.error(place, 'a key must be plain text')
      continue
    }
    const text = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
    const keyAt = conversion.locate(key.range[0])
    const converted = convert(value, keyAt, conversion)
    if (converted) entries.push({ key: text, keyAt, value: converted })
    else lost.push(text)
  }
  return { kind: 'map', entries, lost, at }
}

function resolveAlias(anchor: string, holder: Location, conversion: Conversion): YamlNode | undefined {
  const { anchors, reporter } = conversion
  if (conversion.countAlias() > maxAliases) {
    reporter.error(holder, `more than ${maxAliases} aliases (*name) in one file: split the file`)
    return undefined
  }
  const target = anchors.get(anchor)
  if (target === 'building')
    reporter.error(holder, `alias *${anchor} stands inside its own anchor &${anchor}: a cycle`)
  if (target === undefined) {
    const known =
      anchors.size > 0 ? `anchors before it: ${[...anchors.keys()].join(', ')}` : 'there are none before it'
    reporter.error(holder, `alias *${anchor} has no anchor &${anchor} in this document; ${known}`)
  }
  return target === 'building' ? undefined : target
}
