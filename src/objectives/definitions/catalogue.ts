/** Definition files to the catalogue: everything that is valid, and every problem with the rest. */
import type { Objective } from '../objective.ts'
import { notePolicies, noteTiers } from './alert-notes.ts'
import { documentAround } from './document-text.ts'
import { ExclusionFiles, type OpenRelated } from './exclusions/exclusion-files.ts'
import type { AlertCondition } from './kinds/alert-condition.ts'
import type { AlertNotificationTarget } from './kinds/alert-notification-target.ts'
import type { DataSource } from './kinds/data-source.ts'
import type { Service } from './kinds/service.ts'
import type { Sli } from './kinds/sli.ts'
import type { Slo } from './kinds/slo.ts'
import { objectivesOf } from './objectives.ts'
import { attempt, type Problem, type Reporter, sortProblems } from './problem.ts'
import { type ResolvedAlertPolicy, resolveAlertPolicies, resolveAlertPolicy } from './resolve.ts'
import { type DefinitionFile, readDefinitions, type Shelf, type Shelves } from './shelves.ts'
import { readSource } from './sources.ts'

/** An SLO with what its references lead to. */
interface CatalogueSlo {
  readonly definition: Slo
  /** Ids of its objectives; none if this engine does not evaluate it. */
  readonly objectiveIds: readonly string[]
  readonly alertPolicies: readonly ResolvedAlertPolicy[]
  /** Annotation `identity-slo.dev/exclusions`: a path relative to the definition file. */
  readonly exclusions: string | undefined
}

/** Definitions without errors, in the order of the files. Inline definitions stand where they are used only. */
export interface Catalogue {
  readonly objectives: readonly Objective[]
  readonly services: readonly Service[]
  readonly slis: readonly Sli[]
  readonly slos: readonly CatalogueSlo[]
  readonly alertPolicies: readonly ResolvedAlertPolicy[]
  readonly alertConditions: readonly AlertCondition[]
  readonly notificationTargets: readonly AlertNotificationTarget[]
  readonly dataSources: readonly DataSource[]
}

function contents<T>(shelf: Shelf<T>): readonly T[] {
  return [...shelf.values()].map((entry) => entry.content).filter((content) => content !== undefined)
}

/**
 * Reads OpenSLO v1 definitions. Never throws: a definition with an error is left out of the catalogue, and so is
 * what depends on it; `problems` holds all of them, by file, line and column. With an error among them the
 * catalogue is incomplete and should not be put to work.
 * @param openRelated opens the exclusions files that SLOs refer to; without it, they are not read
 */
export function loadDefinitions(
  files: readonly DefinitionFile[],
  openRelated?: OpenRelated,
): {
  readonly catalogue: Catalogue
  readonly problems: readonly Problem[]
} {
  const { shelves, exclusions, problems: documentProblems } = readDefinitions(files)
  const problems = [...documentProblems]
  const exclusionFiles = new ExclusionFiles(problems, openRelated)
  const checked = <T, R>(shelf: Shelf<T>, step: (content: T, reporter: Reporter) => R | undefined) =>
    contents(shelf)
      .map((content) => attempt(problems, (reporter) => step(content, reporter)))
      .filter((result) => result !== undefined)
  const slis = checked(shelves.SLI, (sli, reporter) => readSource(sli, shelves, reporter) && sli)
  const alertPolicies = checked(shelves.AlertPolicy, (policy, reporter) =>
    resolveAlertPolicy(policy, shelves, reporter),
  )
  const loaded = checked(shelves.SLO, (slo, reporter) => loadSlo(slo, shelves, exclusionFiles, reporter))
  exclusionFiles.checkOthers(exclusions)
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const objectives = loaded.flatMap((slo) => {
    const { file, line } = slo.slo.definition.metadata.at
    const definition = documentAround(texts.get(file) ?? '', line)
    return slo.objectives.map((objective) => ({ ...objective, definition }))
  })
  attempt(problems, (reporter) => checkIds(loaded, reporter))
  return {
    catalogue: {
      objectives,
      services: contents(shelves.Service),
      slis,
      slos: loaded.map(({ slo }) => slo),
      alertPolicies,
      alertConditions: contents(shelves.AlertCondition),
      notificationTargets: contents(shelves.AlertNotificationTarget),
      dataSources: contents(shelves.DataSource),
    },
    problems: sortProblems(problems),
  }
}

interface LoadedSlo {
  readonly slo: CatalogueSlo
  readonly objectives: readonly Objective[]
}

function loadSlo(
  definition: Slo,
  shelves: Shelves,
  exclusionFiles: ExclusionFiles,
  reporter: Reporter,
): LoadedSlo {
  const alertPolicies = resolveAlertPolicies(definition.alertPolicies, shelves, reporter)
  const objectives = exclusionFiles.applied(
    objectivesOf(definition, shelves, reporter),
    definition.metadata.settings,
    reporter,
  )
  if (objectives.length > 0) {
    noteTiers(definition, reporter)
    notePolicies(definition, alertPolicies, reporter)
  }
  const slo: CatalogueSlo = {
    definition,
    objectiveIds: objectives.map((objective) => objective.id),
    alertPolicies,
    exclusions: definition.metadata.settings.exclusions,
  }
  return { slo, objectives }
}

/** `<service>-<name>` may come out the same for two pairs: a-b and c, a and b-c. */
function checkIds(loaded: readonly LoadedSlo[], reporter: Reporter): void {
  const byId = new Map<string, Objective>()
  for (const { slo, objectives } of loaded) {
    for (const objective of objectives) {
      const other = byId.get(objective.id)
      byId.set(objective.id, other ?? objective)
      if (!other) continue
      const both = `"${objective.name}" of service "${objective.service}" and "${other.name}" of "${other.service}"`
      const where = `${both} (${other.definedAt})`
      reporter.error(
        slo.definition.metadata.at,
        `objective id "${objective.id}" would stand for both ${where}: rename one`,
      )
    }
  }
}
