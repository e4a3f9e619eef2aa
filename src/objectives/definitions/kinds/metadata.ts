/** `metadata` of every kind: name, display name, labels and annotations. */
import { type Annotation, readSettings, type Settings } from '../annotations.ts'
import type { Location, Reporter } from '../problem.ts'
import {
  anyNode,
  anyText,
  type Check,
  type Fields,
  label,
  oneOf,
  readFields,
  text,
  upTo,
} from '../yaml/check.ts'
import type { MapEntry, YamlNode } from '../yaml/node.ts'

export interface Metadata {
  readonly name: string
  /** Where the name stands: what messages about the whole definition point at. */
  readonly at: Location
  readonly displayName: string | undefined
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly annotations: Readonly<Record<string, string>>
  /** The annotations under our own prefix. */
  readonly settings: Settings
}

/** A reference to a definition by name. */
export interface Ref {
  readonly name: string
  readonly at: Location
}

/** Where OpenSLO allows a definition's name or the definition itself. */
export type RefOr<T> = { readonly ref: Ref } | { readonly inline: T }

export const reference: Check<Ref> = (node, path, reporter) => {
  const name = label(node, path, reporter)
  return name === undefined ? undefined : { name, at: node.at }
}

const segment = /^[a-zA-Z0-9](?:[-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

const segmentRule =
  'letters, digits, "-", "_" and ".", beginning and ending with a letter or digit, at most 63'

function entriesOf(node: YamlNode, path: string, reporter: Reporter): readonly MapEntry[] {
  if (node.kind === 'map') return node.entries
  reporter.error(node.at, `${path} must be a mapping of keys to text`)
  return []
}

const readLabels: Check<Readonly<Record<string, readonly string[]>>> = (node, path, reporter) => {
  const labels = new Map<string, readonly string[]>()
  for (const { key, keyAt, value } of entriesOf(node, path, reporter)) {
    if (!segment.test(key))
      reporter.error(keyAt, `${path}: "${key}" is not a valid label key: ${segmentRule}`)
    const items = value.kind === 'list' ? value.items : [value]
    const texts = items.map((item) => anyText(item, `${path}.${key}`, reporter))
    labels.set(
      key,
      texts.filter((each) => each !== undefined),
    )
  }
  return Object.fromEntries(labels)
}

function isAnnotationKey(key: string): boolean {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(slash, 0))
  if (slash >= 0 && (prefix.length > 253 || !subdomain.test(prefix))) return false
  return segment.test(key.slice(slash + 1))
}

const readAnnotations: Check<readonly Annotation[]> = (node, path, reporter) => {
  const annotations: Annotation[] = []
  for (const { key, keyAt, value } of entriesOf(node, path, reporter)) {
    if (!isAnnotationKey(key)) {
      reporter.error(
        keyAt,
        `${path}: "${key}" is not a valid annotation key: an optional DNS subdomain and "/", then ${segmentRule}`,
      )
    }
    const written = anyText(value, `${path}.${key}`, reporter)
    if (written !== undefined) annotations.push({ key, keyAt, value: written, at: value.at })
  }
  return annotations
}

/** `kind` decides which of our own annotations are allowed. */
export function metadataOf(kind: string): Check<Metadata> {
  return (node, path, reporter) => {
    const fields = readFields(node, path, ['name', 'displayName', 'labels', 'annotations'], reporter)
    if (!fields) return undefined
    const name = fields.required('name', reference)
    const annotations = fields.optional('annotations', readAnnotations) ?? []
    const metadata = {
      displayName: fields.optional('displayName', upTo(63, text)),
      labels: fields.optional('labels', readLabels) ?? {},
      annotations: Object.fromEntries(annotations.map(({ key, value }) => [key, value])),
      settings: readSettings(annotations, kind, reporter),
    }
    return name && { name: name.name, at: name.at, ...metadata }
  }
}

/** A definition's content, where it stands in a document of its own or inline. */
export type SpecReader<T> = (
  metadata: Metadata,
  spec: YamlNode,
  path: string,
  reporter: Reporter,
) => T | undefined

/** `{metadata, spec}` of a definition that stands inline, whose fields the caller has opened. */
export function readInline<T>(
  fields: Fields,
  kind: string,
  path: string,
  reader: SpecReader<T>,
  reporter: Reporter,
): T | undefined {
  const metadata = fields.required('metadata', metadataOf(kind))
  const spec = fields.required('spec', anyNode)
  return metadata && spec && reader(metadata, spec, `${path}.spec`, reporter)
}

/** A list item that is `{<refField>: name}` or an inline `{kind, metadata, spec}`. */
export function refOrInline<T>(refField: string, kind: string, reader: SpecReader<T>): Check<RefOr<T>> {
  return (node, path, reporter) => {
    const fields = readFields(node, path, [refField, 'kind', 'metadata', 'spec'], reporter)
    if (!fields?.exactlyOne([refField, 'spec'])) return undefined
    if (fields.has(refField)) {
      for (const name of ['kind', 'metadata']) {
        if (fields.has(name))
          reporter.error(fields.keyOf(name), `${path} has a ${refField}: leave ${name} out`)
      }
      const ref = fields.required(refField, reference)
      return ref && { ref }
    }
    fields.required('kind', oneOf([kind]))
    const inline = readInline(fields, kind, path, reader, reporter)
    return inline && { inline }
  }
}
