/** Reads a baseline file: grants, approved actors and change windows; every problem with its line and column. */
import { readFileSync } from 'node:fs'
import type { AssignmentChange } from '../../events/event.ts'
import { providers } from '../../events/event.ts'
import { type OwnershipRule, ownerOf } from '../../events/ownership.ts'
import { Baseline, type BaselineContent } from '../../inventory/drift/baseline.ts'
import { grantKey, type HeldGrant } from '../../inventory/drift/held-grant.ts'
import { principalKey, scopeKey } from '../../inventory/names.ts'
import { maintenanceWindow } from '../../objectives/definitions/exclusions/maintenance-window.ts'
import {
  createProblemLog,
  fileAndLine,
  type Problem,
  type Reporter,
  sortProblems,
} from '../../objectives/definitions/problem.ts'
import {
  anyText,
  type Check,
  type Located,
  listOf,
  located,
  oneOf,
  readFields,
  text,
} from '../../objectives/definitions/yaml/check.ts'
import type { MapNode } from '../../objectives/definitions/yaml/node.ts'
import { whereMatches } from '../../objectives/matching.ts'
import type { Exclusion } from '../../objectives/objective.ts'
import { readMapping } from '../config/positioned.ts'
import { fileError, problemsError } from '../errors.ts'
import { splitGrantLines } from './grant-lines.ts'

/** Every change is held against each of them. */
const maxActors = 500
const maxWindows = 200

/** Digits as they are written: account ids look like numbers and may begin with 0. */
function orDigits(check: Check<string>): Check<string> {
  return (node, path, reporter) =>
    node.kind === 'scalar' && typeof node.value === 'number' ? node.source : check(node, path, reporter)
}

const spelled = orDigits(text)

/** As events and lists spell it, however a person wrote it. */
function inOneSpelling(grant: HeldGrant): HeldGrant {
  const { provider, principal, role, scope, binding } = grant
  const isPlaced = provider === 'kubernetes' && scope.startsWith('clusters/')
  return {
    provider,
    principal: principalKey(provider, '', principal),
    role:
      provider === 'azure' && role.includes('/') ? role.slice(role.lastIndexOf('/') + 1).toLowerCase() : role,
    scope: isPlaced ? scope : scopeKey(provider, '', scope),
    binding,
  }
}

const grantFields = ['provider', 'principal', 'role', 'scope', 'binding']

const grant: Check<HeldGrant> = (node, path, reporter) => {
  const fields = readFields(node, path, grantFields, reporter)
  if (fields === undefined) return undefined
  const provider = fields.required('provider', oneOf(providers))
  const principal = fields.required('principal', spelled)
  const role = fields.required('role', spelled)
  const scope = fields.required('scope', orDigits(anyText))
  const binding = fields.optional('binding', spelled)
  if (provider === undefined || principal === undefined || role === undefined || scope === undefined)
    return undefined
  return inOneSpelling({ provider, principal, role, scope, binding })
}

/** Its number among the grants would be none that a reader can count: most are read as lines. */
const aGrant: Check<HeldGrant> = (node, _path, reporter) => grant(node, 'the grant', reporter)

const actor: Check<string> = (node, path, reporter) => {
  const pattern = text(node, path, reporter)
  if (pattern === undefined || !/^[*?]+$/.test(pattern)) return pattern
  reporter.error(node.at, `${path} "${pattern}" would approve everybody: name ids, or globs that say whose`)
  return undefined
}

function refuseSecond(grants: readonly Located<HeldGrant>[], reporter: Reporter): void {
  const places = new Map<string, Located<HeldGrant>>()
  for (const one of grants) {
    const key = grantKey(one.value)
    const first = places.get(key)
    if (first === undefined) places.set(key, one)
    else reporter.error(one.at, `this grant stands at ${fileAndLine(first.at)} already: keep one of them`)
  }
}

interface Read {
  readonly grants: readonly HeldGrant[]
  readonly actors: readonly string[]
  readonly windows: readonly Exclusion[]
}

function readRoot(root: MapNode, lines: readonly Located<HeldGrant>[], reporter: Reporter): Read | undefined {
  const fields = readFields(root, '', ['grants', 'approvedActors', 'changeWindows'], reporter)
  if (fields === undefined) return undefined
  const grants = [...lines, ...(fields.required('grants', listOf(located(aGrant))) ?? [])]
  const actors = fields.optional('approvedActors', listOf(actor)) ?? []
  const windows = fields.optional('changeWindows', listOf(maintenanceWindow)) ?? []
  refuseSecond(grants, reporter)
  const tooMany = (name: string, count: number, limit: number, hint: string): void => {
    if (count > limit)
      reporter.error(fields.keyOf(name), `${name} has ${count} entries, at most ${limit}: ${hint}`)
  }
  tooMany('approvedActors', actors.length, maxActors, 'use globs')
  tooMany('changeWindows', windows.length, maxWindows, 'use rrule for those that recur')
  return { grants: grants.map(({ value }) => value), actors, windows }
}

/** `where` of a window selects by whose right was changed, as it does in exclusions. */
function isInWindow(
  windows: readonly Exclusion[],
  rules: readonly OwnershipRule[],
): BaselineContent['isInWindow'] {
  return (change: AssignmentChange) =>
    windows.some(
      ({ schedule, where }) =>
        schedule.spans(change.time, change.time + 1).length > 0 &&
        (where === undefined ||
          whereMatches(where, change, ownerOf(rules, change.identity, change.provider))),
    )
}

export interface LoadedBaseline {
  /** Undefined with an error among the problems. */
  readonly baseline: Baseline | undefined
  readonly problems: readonly Problem[]
}

/** Never throws. `rules`: what windows that select applications and teams go by. */
export function loadBaseline(file: string, content: string, rules: readonly OwnershipRule[]): LoadedBaseline {
  const log = createProblemLog()
  const { rest, lines } = splitGrantLines(content)
  const root = readMapping(file, rest, log)
  const placed = lines.map(({ grant: value, line }) => ({
    value: inOneSpelling(value),
    at: { file, line, column: 5 },
  }))
  // What could not be parsed would look like sections that are missing.
  const read = root === undefined || log.hasErrors() ? undefined : readRoot(root, placed, log)
  const baseline =
    read === undefined || log.hasErrors()
      ? undefined
      : new Baseline({
          grants: read.grants,
          approvedActors: read.actors,
          isInWindow: isInWindow(read.windows, rules),
        })
  return { baseline, problems: sortProblems(log.problems) }
}

/** Undefined without a path. Throws AppError for a file that cannot be read or does not hold. */
export function readBaseline<Path extends string | undefined>(
  path: Path,
  rules: readonly OwnershipRule[],
): Path extends string ? Baseline : Baseline | undefined
export function readBaseline(
  path: string | undefined,
  rules: readonly OwnershipRule[],
): Baseline | undefined {
  if (path === undefined) return undefined
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
  const { baseline, problems } = loadBaseline(path, content, rules)
  if (baseline === undefined) throw problemsError('baselineProblems', problems)
  return baseline
}
