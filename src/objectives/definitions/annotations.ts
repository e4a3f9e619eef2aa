/** Our own settings in `metadata.annotations`, under `identity-slo.dev/`. */
import { alertTiers } from '../alert-windows.ts'
import { parseDuration } from '../duration.ts'
import type { AlertTierId, NoData, Objective } from '../objective.ts'
import type { Location, Reporter } from './problem.ts'
import { nearest } from './yaml/suggest.ts'

const annotationPrefix = 'identity-slo.dev/'

export interface Annotation {
  readonly key: string
  readonly keyAt: Location
  readonly value: string
  readonly at: Location
}

/** What the annotations say; a default stands where they say nothing (objectives.ts). */
export interface Settings {
  readonly owner?: string | undefined
  readonly severityClass?: Objective['severityClass'] | undefined
  readonly rotationGraceMs?: number | undefined
  readonly minBadEvents?: number | undefined
  readonly noData?: NoData | undefined
  /** Path of the exclusions file, relative to the definition file, and where it is written. */
  readonly exclusions?: string | undefined
  readonly exclusionsAt?: Location | undefined
  readonly alertTiers?: readonly AlertTierId[] | undefined
}

/** Undefined: the value is refused; `expected` says what is allowed. */
interface Setting {
  readonly expected: string
  readonly read: (value: string) => Settings | undefined
}

function isOneOf<const T extends string>(value: string, allowed: readonly T[]): value is T {
  return allowed.some((candidate) => candidate === value)
}

const severityClasses = ['critical', 'standard', 'batch'] as const
const noDataValues = ['hold', 'good', 'bad'] as const
const tierIds = alertTiers.map((tier) => tier.id)

function readTiers(value: string): Settings | undefined {
  if (value === 'none') return { alertTiers: [] }
  const words = value.split(',').map((word) => word.trim())
  if (!words.every((word) => isOneOf(word, tierIds))) return undefined
  return { alertTiers: tierIds.filter((id) => words.includes(id)) }
}

function readGrace(value: string): Settings | undefined {
  const ms = value === '0s' ? 0 : parseDuration(value)
  return ms === undefined || ms > 3_600_000 ? undefined : { rotationGraceMs: ms }
}

const settings: Readonly<Record<string, Setting>> = {
  owner: {
    expected: 'a team or person',
    read: (value) => (value.trim() === '' ? undefined : { owner: value.trim() }),
  },
  'severity-class': {
    expected: `one of ${severityClasses.join(', ')}`,
    read: (value) => (isOneOf(value, severityClasses) ? { severityClass: value } : undefined),
  },
  'rotation-grace': {
    expected: 'a duration from 0s to 1h, such as 30s',
    read: readGrace,
  },
  'min-bad-events': {
    expected: 'a whole number from 1 to 1000000, in quotes',
    read: (value) => (/^([1-9]\d{0,5}|1000000)$/.test(value) ? { minBadEvents: Number(value) } : undefined),
  },
  'no-data': {
    expected: `one of ${noDataValues.join(', ')}`,
    read: (value) => (isOneOf(value, noDataValues) ? { noData: value } : undefined),
  },
  exclusions: {
    expected: 'the path of an exclusions file',
    read: (value) => (value.trim() === '' ? undefined : { exclusions: value.trim() }),
  },
  'alert-tiers': {
    expected: `none, or some of ${tierIds.join(',')} with commas between`,
    read: readTiers,
  },
}

export const settingNames: readonly string[] = Object.keys(settings)

/** What an SLO may set; a Service sets defaults for its SLOs; every other kind may name its owner. */
function allowedOn(kind: string): readonly string[] {
  if (kind === 'SLO') return settingNames
  return kind === 'Service' ? ['owner', 'severity-class'] : ['owner']
}

export function readSettings(annotations: readonly Annotation[], kind: string, reporter: Reporter): Settings {
  const allowed = allowedOn(kind)
  let result: Settings = {}
  for (const { key, keyAt, value, at } of annotations) {
    if (!key.startsWith(annotationPrefix)) continue
    const name = key.slice(annotationPrefix.length)
    const setting = allowed.includes(name) ? settings[name] : undefined
    if (!setting) {
      reporter.error(keyAt, refusal(key, name, kind, allowed))
      continue
    }
    const read = setting.read(value)
    if (read) result = { ...result, ...read, ...(read.exclusions && { exclusionsAt: at }) }
    else reporter.error(at, `${key} "${value}" is not valid: it must be ${setting.expected}`)
  }
  return result
}

function refusal(key: string, name: string, kind: string, allowed: readonly string[]): string {
  const keys = allowed.map((each) => annotationPrefix + each).join(', ')
  if (settingNames.includes(name))
    return `annotation "${key}" has no meaning on kind ${kind}; allowed there: ${keys}`
  const near = nearest(name, allowed)
  const hint = near === undefined ? '' : ` did you mean "${annotationPrefix}${near}"?`
  return `unknown annotation "${key}" on kind ${kind};${hint} allowed: ${keys}`
}
