/** An SLO document as the objectives the engine evaluates. */
import type { Budgeting, CompositePart, Objective, SliSource } from '../objective.ts'
import { type Decimal, formatDecimal, one, weightedMean } from './decimal.ts'
import type { Sli } from './kinds/sli.ts'
import { checkThreshold, type Slo, tierChoice } from './kinds/slo.ts'
import type { SloObjective } from './kinds/slo-objective.ts'
import { fileAndLine, type Location, type Reporter } from './problem.ts'
import { follow } from './resolve.ts'
import { revisionOf } from './revision.ts'
import type { Shelves } from './shelves.ts'
import { otherTypeText, readSource, sourceFor } from './sources.ts'
import { checkCompositeTargets, checkTarget, toTarget } from './targets.ts'
import { suggestion } from './yaml/suggest.ts'

const defaultRotationGraceMs = 30_000
const defaultMinBadEvents = 2

/**
 * The objectives of one SLO: one for each entry of `objectives`, or one for all of a composite. None if something
 * is wrong, which is reported, or if an SLI reads from a source that is not ours, which is a warning.
 */
export function objectivesOf(slo: Slo, shelves: Shelves, reporter: Reporter): readonly Objective[] {
  noteService(slo, shelves, reporter)
  const sources = slo.objectives.map((objective) => sourceOf(slo, objective, shelves, reporter))
  const read = slo.objectives.flatMap((objective, i) => {
    const source = sources[i]
    return source ? [{ objective, ...source }] : []
  })
  if (read.length < slo.objectives.length) return []
  return slo.indicator ? separate(slo, read, shelves, reporter) : composite(slo, read, shelves, reporter)
}

interface ReadObjective {
  readonly objective: SloObjective
  readonly sli: SliSource
  readonly sliName: string
}

/** A Service document is optional in OpenSLO; where some exist, a name that is none of them is likely a mistake. */
function noteService(slo: Slo, shelves: Shelves, reporter: Reporter): void {
  const { name, at } = slo.service
  if (shelves.Service.size === 0 || shelves.Service.has(name)) return
  const names = [...shelves.Service.keys()]
  reporter.warning(at, `there is no Service named "${name}"${suggestion(name, names, 'defined')}`)
}

function sourceOf(slo: Slo, objective: SloObjective, shelves: Shelves, reporter: Reporter) {
  const given = objective.indicator ?? slo.indicator
  const sli: Sli | undefined = given && follow(given, shelves.SLI, 'SLI', reporter)
  const read = sli && readSource(sli, shelves, reporter)
  if (!sli || !read) return undefined
  if (read.engine === 'other') {
    const why = otherTypeText(sli, read.type)
    reporter.warning(slo.metadata.at, `SLO "${slo.metadata.name}" is not evaluated: ${why}`)
    return undefined
  }
  if (!checkThreshold(sli, objective, reporter)) return undefined
  const source = sourceFor(read, sli, objective, reporter)
  return source && { sli: source, sliName: sli.metadata.name }
}

/** What all objectives of an SLO share. */
function common(slo: Slo, shelves: Shelves) {
  const { settings } = slo.metadata
  const service = shelves.Service.get(slo.service.name)?.metadata.settings
  return {
    service: slo.service.name,
    description: slo.description,
    window: slo.window,
    noData: settings.noData ?? 'hold',
    owner: settings.owner ?? service?.owner ?? '',
    severityClass: settings.severityClass ?? service?.severityClass ?? 'standard',
    rotationGraceMs: settings.rotationGraceMs ?? defaultRotationGraceMs,
    minBadEvents: settings.minBadEvents ?? defaultMinBadEvents,
    ...(settings.alertTiers && { alertTiers: settings.alertTiers }),
  } as const
}

function budgetingOf(slo: Slo, objective: SloObjective): Budgeting | undefined {
  const { sliceMs, sliceTarget } = objective
  if (slo.budgetingMethod === 'Occurrences') return { method: 'Occurrences' }
  if (sliceMs === undefined) return undefined
  if (slo.budgetingMethod === 'RatioTimeslices') return { method: 'RatioTimeslices', sliceMs }
  return sliceTarget && { method: 'Timeslices', sliceMs, sliceTarget: formatDecimal(sliceTarget) }
}

interface Named {
  readonly name: string
  readonly displayName: string
  readonly at: Location
}

function build(
  slo: Slo,
  named: Named,
  target: Decimal,
  budgeting: Budgeting,
  counted: Pick<Objective, 'sli' | 'parts'>,
  shelves: Shelves,
): Objective {
  const shared = common(slo, shelves)
  const revision = revisionOf({ ...shared, ...counted, budgeting })
  return {
    id: `${shared.service}-${named.name}`,
    name: named.name,
    displayName: named.displayName,
    ...counted,
    target: toTarget(target),
    budgeting,
    ...shared,
    revision,
    definedAt: fileAndLine(named.at),
  }
}

/** Lower-case letters, digits and single dashes. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** One objective keeps the SLO's name; several are told apart by what they say, never by their order. */
function nameOf(slo: Slo, { objective, sli }: ReadObjective): Named {
  const { metadata } = slo
  const whole = metadata.displayName ?? metadata.name
  if (slo.objectives.length === 1) return { name: metadata.name, displayName: whole, at: metadata.at }
  const { thresholdMs, maxResources } = sli
  const most = maxResources === undefined ? '' : ` up to ${maxResources} resources`
  const within = thresholdMs === undefined ? most : ` within ${thresholdMs} ms`
  const figures = `${toTarget(objective.target.value).percent} %${within}`
  const label = objective.displayName ?? figures
  return {
    // A display name may have no letter that a name can have.
    name: `${metadata.name}-${slug(label) || slug(figures)}`,
    displayName: `${whole}: ${label}`,
    at: objective.at,
  }
}

function separate(
  slo: Slo,
  read: readonly ReadObjective[],
  shelves: Shelves,
  reporter: Reporter,
): readonly Objective[] {
  const objectives: Objective[] = []
  for (const each of read) {
    const { objective, sli } = each
    const budgeting = budgetingOf(slo, objective)
    const named = nameOf(slo, each)
    checkTarget(objective.target.value, slo.window, tierChoice(slo), objective.target.at, reporter)
    if (objectives.some((other) => other.name === named.name)) {
      const rule = 'give each objective of an SLO its own displayName'
      reporter.error(
        objective.at,
        `two objectives of SLO "${slo.metadata.name}" would both be "${named.name}": ${rule}`,
      )
    }
    if (budgeting) {
      objectives.push(build(slo, named, objective.target.value, budgeting, { sli, parts: [] }, shelves))
    }
  }
  return objectives
}

/** The parts share one kind of slice; the target is their mean, weighted. */
function composite(
  slo: Slo,
  read: readonly ReadObjective[],
  shelves: Shelves,
  reporter: Reporter,
): readonly Objective[] {
  const { metadata } = slo
  const budgetings = read.map(({ objective }) => budgetingOf(slo, objective))
  const [budgeting] = budgetings
  const differs = budgetings.findIndex((each) => JSON.stringify(each) !== JSON.stringify(budgeting))
  if (differs >= 0) {
    const at = read[differs]?.objective.at ?? metadata.at
    reporter.error(at, 'the objectives of a composite must have the same timeSliceWindow and timeSliceTarget')
  }
  const parts: CompositePart[] = []
  for (const { objective, sli, sliName } of read) {
    const name = objective.displayName ?? sliName
    if (parts.some((part) => part.name === name)) {
      const rule = 'give each its own displayName'
      reporter.error(
        objective.at,
        `two objectives of composite "${metadata.name}" are both named "${name}": ${rule}`,
      )
    }
    const weight = Number(formatDecimal(objective.weight ?? one))
    parts.push({ name, sli, weight, target: toTarget(objective.target.value) })
  }
  const target = weightedMean(
    read.map(({ objective }) => ({ value: objective.target.value, weight: objective.weight ?? one })),
  )
  if (!target || !budgeting) return []
  const choice = tierChoice(slo)
  // Slices are judged for all parts together, occurrences burn part by part.
  if (budgeting.method === 'Occurrences')
    checkCompositeTargets(parts, slo.window, choice, metadata.at, reporter)
  else checkTarget(target, slo.window, choice, metadata.at, reporter)
  const named = { name: metadata.name, displayName: metadata.displayName ?? metadata.name, at: metadata.at }
  return [build(slo, named, target, budgeting, { sli: undefined, parts }, shelves)]
}
