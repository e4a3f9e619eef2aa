/** Every page, with everything on it that can be there, for tests of how pages are written. */

import type { IncidentRow, IncidentView } from '../../src/outputs/incident-views.ts'
import { driftPage } from '../../src/outputs/pages/drift-page.ts'
import { failedPage } from '../../src/outputs/pages/failed-page.ts'
import { identitiesPage } from '../../src/outputs/pages/identities-page.ts'
import { identityPage } from '../../src/outputs/pages/identity-page.ts'
import { incidentPage } from '../../src/outputs/pages/incident-page.ts'
import { incidentsPage } from '../../src/outputs/pages/incidents-page.ts'
import type { Frame } from '../../src/outputs/pages/layout.ts'
import { notFoundPage } from '../../src/outputs/pages/not-found-page.ts'
import { objectivePage } from '../../src/outputs/pages/objective-page.ts'
import { orphansPage } from '../../src/outputs/pages/orphans-page.ts'
import { overviewPage } from '../../src/outputs/pages/overview-page.ts'
import { sourcesPage } from '../../src/outputs/pages/sources-page.ts'
import type { DriftView, OrphanList } from '../../src/outputs/rights-views.ts'
import type {
  IdentityRow,
  IdentityView,
  ObjectiveRow,
  ObjectiveView,
  SourceRow,
} from '../../src/outputs/status-views.ts'

const time = '2026-01-31T00:00:00.000Z'
export const frame: Frame = { version: '1.2.3', isReady: true, dataUntil: time }
const place = { total: 200, page: 2, pageSize: 50 }

/** As many of one as there may be. */
type Times = <T>(one: T, most: number) => T[]

function objectiveRow(name: string): ObjectiveRow {
  return {
    ...{ id: name, name, service: name, indicator: name, state: 'page', firing: [name], target: 0.9995 },
    ...{ value: 0.999, hasData: true, window: name, errorBudgetRemaining: -1, burnRate1h: 2.345_67, bad: 3 },
  }
}

function objectiveView(name: string, times: Times): ObjectiveView {
  const contributors = times({ key: name, bad: 3, error: 0 }, 10)
  return {
    ...objectiveRow(name),
    ...{ displayName: `d ${name}`, description: name, owner: `o${name}`, severityClass: name },
    ...{ definedAt: name, definition: times(name, 80).join('\n') },
    ...{ from: time, to: time, good: 1_234_567, excluded: 0 },
    burn: times({ window: name, rate: 1, errorRatio: 0.1, good: 1, bad: 1 }, 8),
    alerts: times(
      {
        ...{ id: name, severity: 'page', firing: true, factor: 14.4, longWindow: name, shortWindow: name },
        ...{ longBurnRate: 15, shortBurnRate: 16 },
      } as const,
      6,
    ),
    contributors: {
      identity: contributors,
      workload: contributors,
      reason: contributors,
      code: contributors,
    },
    exclusions: times({ name, reason: name, definedAt: name, active: true }, 10),
    beforeExclusions: { good: 1, bad: 1, value: 0.5, errorBudgetRemaining: 0, leftOutSeconds: 90 },
    course: [
      { time, errorBudgetRemaining: 1 },
      { time, errorBudgetRemaining: -1 },
    ],
  }
}

function identityRow(name: string): IdentityRow {
  return {
    ...{ id: name, name, type: name, provider: name, tenant: name, app: name, team: name, owned: true },
    ...{ events: 9, failures: 3, lastSeen: time },
  }
}

function identityView(name: string, times: Times): IdentityView {
  return {
    id: name,
    activity: {
      ...{ requests: 9, requestFailures: 3, uses: 5, unauthenticated: 1, forbidden: 1, lastIssued: time },
      lastAge: { time, ageSeconds: 90, ttlSeconds: 3600 },
    },
    calls: times({ service: name, allowed: 3, unauthenticated: 1, forbidden: 1, lastUsed: time }, 200),
    descriptions: times(identityRow(name), 20),
    burned: times({ objective: name, indicator: name, bad: 1 }, 1000),
    reach: {
      ...{ granted: 2, used: 1, unused: 1, wide: true, compromised: 9 },
      wholeScopes: times({ scope: `s${name}`, level: name }, 200),
      actsAs: times(`a${name}`, 200),
      grantedResources: times(`g${name}`, 200),
      usedResources: times({ resource: name, lastUsed: time }, 200),
      findings: times({ kind: name, message: name }, 20),
    },
    changes: times({ time, what: name, actor: name }, 100),
  }
}

function incidentRow(name: string): IncidentRow {
  return {
    ...{ id: name, state: 'open', severity: 'page', title: name, owner: name, mode: name, bad: 3 },
    ...{ firstFailure: time, detectedAt: time, seenAt: time, restoredAt: time, resolvedAt: time },
    ...{ timeToDetectSeconds: 60, timeToRestoreSeconds: 600, services: [name], objectives: [name] },
  }
}

function incidentView(name: string, times: Times): IncidentView {
  const affected = { apps: times(name, 50), services: times(name, 50), workloads: times(name, 50) }
  const change = { time, what: name, actor: name, eventId: name }
  return {
    ...incidentRow(name),
    firstFailureWithinSeconds: 10,
    objectiveDetails: times(
      {
        ...{
          id: name,
          service: name,
          indicator: name,
          target: 0.999,
          window: name,
          bad: 3,
          budgetSpent: 0.2,
        },
        alerts: [{ id: name, severity: 'page', firedAt: time, seenAt: time, resolvedAt: time } as const],
      },
      60,
    ),
    identities: times({ id: name, name, bad: 3 }, 50),
    diagnoses: times(
      {
        ...{ mode: name, title: name, confidence: 0.9, since: time, failures: 9, runbook: name },
        affected: { ...affected, identities: [name], layers: ['container'] as const },
        evidence: times({ what: name, time, eventId: name }, 20),
        ...{ change, seenAt: time },
      },
      4,
    ).map((each) => ({ ...each, affected: { ...each.affected, layers: ['container' as const] } })),
    changes: times(change, 50),
    affected: { ...affected, layers: ['container'] },
  }
}

function sourceRow(name: string, times: Times): SourceRow {
  return {
    id: name,
    records: { accepted: 1, duplicate: 2, late: 3, rejected: 4, irrelevant: 5 },
    rejections: { missing_field: 4 },
    silent: true,
    lagSeconds: 3,
    samples: times(
      { reason: name, message: name, transport: 'files', lane: name, position: 12, readAt: time },
      50,
    ),
  }
}

function drift(name: string, times: Times): DriftView {
  const row = { time, provider: name, source: name, app: name, identity: name, identityType: name }
  return {
    ...place,
    ...{ baseline: { grants: 3 }, lookedAt: time, untold: 1 },
    differences: times(
      {
        ...({ op: 'granted', provider: name, principal: name, role: name, scope: name } as const),
        ...{ isTold: false, listedAt: time },
      },
      50,
    ),
    changes: times(
      {
        ...{ ...row, op: name, role: name, scope: name, actor: name, actorType: name },
        expected: 'false' as const,
      },
      100,
    ),
  }
}

function orphans(name: string, times: Times): OrphanList {
  return {
    ...place,
    ...{ surveyedAt: time, hasInventory: true, findingCounts: { 'never-used': 3 } },
    orphans: times(
      { id: name, name, type: name, provider: name, findings: [{ kind: name, message: name }] },
      50,
    ),
  }
}

/** Everything is called `name`. `most`: there is as much of everything as there may be. */
export function pagesOf(name: string, at: Frame = frame, most = false): Readonly<Record<string, string>> {
  const times: Times = (one, count) => Array.from({ length: most ? count : 1 }, () => one)
  const identities = times(identityRow(name), 50)
  const sources = times(sourceRow(name, times), 20)
  const incidents = { ...place, open: 1, incidents: times(incidentRow(name), 50) }
  return {
    overview: overviewPage(at, {
      ...{ q: name, incidents, culprits: identities.slice(0, 10), sources },
      list: {
        ...place,
        states: { page: 1, ticket: 0, overspent: 0, ok: 0, 'no-data': 0 },
        objectives: times(objectiveRow(name), 50),
      },
      firstRecord: { host: name, webhook: 'token', now: time },
    }),
    objective: objectivePage(at, objectiveView(name, times)),
    incidents: incidentsPage(at, incidents, name),
    incident: incidentPage(at, incidentView(name, times)),
    identities: identitiesPage(at, { ...place, known: 300, identities }, name),
    identity: identityPage(at, identityView(name, times)),
    drift: driftPage(at, drift(name, times)),
    orphans: orphansPage(at, orphans(name, times)),
    sources: sourcesPage(at, { sources }),
    notFound: notFoundPage(at, name),
    failed: failedPage(at),
  }
}
