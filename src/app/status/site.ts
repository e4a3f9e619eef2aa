/** The status page and `/api/v1` of a run: which page shows what. */
import type { IncidentBook } from '../../incidents/incident-book.ts'
import { apiPaths, openApi } from '../../outputs/open-api.ts'
import { driftPage } from '../../outputs/pages/drift-page.ts'
import { failedPage } from '../../outputs/pages/failed-page.ts'
import type { FirstRecord } from '../../outputs/pages/first-record.ts'
import { identitiesPage } from '../../outputs/pages/identities-page.ts'
import { identityPage } from '../../outputs/pages/identity-page.ts'
import { incidentPage } from '../../outputs/pages/incident-page.ts'
import { incidentsPage } from '../../outputs/pages/incidents-page.ts'
import type { Frame } from '../../outputs/pages/layout.ts'
import { liveScript } from '../../outputs/pages/live-script.ts'
import { notFoundPage } from '../../outputs/pages/not-found-page.ts'
import { objectivePage } from '../../outputs/pages/objective-page.ts'
import { orphansPage } from '../../outputs/pages/orphans-page.ts'
import { overviewPage } from '../../outputs/pages/overview-page.ts'
import { sourcesPage } from '../../outputs/pages/sources-page.ts'
import { stylesheet } from '../../outputs/pages/stylesheet.ts'
import type { ApiRoute, PageRoute, Site, SiteRequest } from '../../platform/http/site-routes.ts'
import type { Config } from '../config.ts'
import { findingListOf } from '../findings.ts'
import type { InventoryView } from '../inventory-view.ts'
import { isoTime } from '../iso-time.ts'
import type { Pipeline } from '../pipeline.ts'
import type { StatusClock, StatusReport } from '../status-report.ts'
import { accessPatternList, changeList, refreshFailureList } from './activity-views.ts'
import { answerGate } from './gate-views.ts'
import { IdentityViews } from './identity-views.ts'
import { IncidentViews } from './incident-views.ts'
import { ObjectiveViews } from './objective-views.ts'
import { driftView, orphanList } from './rights-views.ts'
import { sourceList } from './source-views.ts'

export interface SiteOptions {
  readonly pipeline: Pipeline
  readonly version: string
  readonly isReady: () => boolean
  readonly clock: () => StatusClock
  readonly status: () => StatusReport
  readonly inventory: () => InventoryView
  readonly incidents: IncidentBook
  readonly webhook: Config['webhook']
  /** What keeps the run from doing its work, as sentences. */
  readonly problems: () => readonly string[]
  /** Told of a mistake of ours that a request brought out. */
  readonly onFailure: (error: unknown) => void
}

const shownCulprits = 10

interface Views {
  readonly objectives: ObjectiveViews
  readonly identities: IdentityViews
  readonly incidents: IncidentViews
}

export function createSite(options: SiteOptions): Site {
  const { pipeline, version, isReady, clock, inventory } = options
  const views: Views = {
    objectives: new ObjectiveViews(pipeline, () => clock().steadyMs),
    identities: new IdentityViews(pipeline, inventory, () => clock().now),
    incidents: new IncidentViews(options.incidents, pipeline),
  }
  const frame = (): Frame => ({
    ...{ version, isReady: isReady(), dataUntil: isoTime(pipeline.newest) },
    problems: options.problems(),
  })
  return {
    stylesheet,
    script: liveScript,
    onFailure: options.onFailure,
    failed: () => failedPage(frame()),
    pages: pages(options, views, frame),
    api: api(options, views),
    notFound: (path) => notFoundPage(frame(), `${path} is not served here`),
  }
}

function howToSend({ enabled, tokens }: Config['webhook']): FirstRecord['webhook'] {
  if (!enabled) return 'off'
  return tokens.length > 0 ? 'token' : 'open'
}

/** Undefined once a record has come, and while the logs that are there are read. */
function firstRecordOf(
  { pipeline, clock, webhook, isReady }: SiteOptions,
  host: string,
): FirstRecord | undefined {
  if (!isReady() || pipeline.sources.totals().read > 0) return undefined
  return { host, webhook: howToSend(webhook), now: new Date(clock().now).toISOString() }
}

function pages(options: SiteOptions, views: Views, frame: () => Frame): readonly PageRoute[] {
  const { pipeline, clock, inventory } = options
  const { objectives, identities, incidents } = views
  const overview = ({ q, page, host }: SiteRequest): string =>
    overviewPage(frame(), {
      ...{ list: objectives.list(q, page), q, incidents: incidents.list('', 1) },
      culprits: identities.culprits(shownCulprits),
      sources: sourceList(pipeline, clock()).sources,
      firstRecord: firstRecordOf(options, host),
    })
  const one =
    <View>(view: (id: string) => View | undefined, page: (frame: Frame, view: View) => string) =>
    ({ id }: SiteRequest): string | undefined => {
      const found = view(id)
      return found && page(frame(), found)
    }
  return [
    { path: '/', render: overview },
    { path: '/objectives/:id', render: one((id) => objectives.one(id), objectivePage) },
    { path: '/incidents', render: ({ q, page }) => incidentsPage(frame(), incidents.list(q, page), q) },
    { path: '/incidents/:id', render: one((id) => incidents.one(id), incidentPage) },
    { path: '/identities', render: ({ q, page }) => identitiesPage(frame(), identities.list(q, page), q) },
    { path: '/identities/:id', render: one((id) => identities.one(id), identityPage) },
    { path: '/drift', render: ({ page }) => driftPage(frame(), driftView(pipeline, page)) },
    {
      path: '/orphans',
      render: ({ page }) => orphansPage(frame(), orphanList(pipeline, inventory(), clock().now, page)),
    },
    { path: '/sources', render: () => sourcesPage(frame(), sourceList(pipeline, clock())) },
  ]
}

function api(options: SiteOptions, { objectives, identities, incidents }: Views): readonly ApiRoute[] {
  const { pipeline, clock, inventory, version } = options
  const reads: Readonly<Record<(typeof apiPaths)[number], ApiRoute['read']>> = {
    '/api/v1/status': () => options.status(),
    '/api/v1/objectives': ({ q, page }) => objectives.list(q, page),
    '/api/v1/objectives/:id': ({ id }) => objectives.one(id),
    '/api/v1/identities': ({ q, page }) => identities.list(q, page),
    '/api/v1/identities/:id': ({ id }) => identities.one(id),
    '/api/v1/identities/:id/radius': ({ id }) => inventory().radius(id, clock().now),
    '/api/v1/incidents': ({ q, page }) => incidents.list(q, page),
    '/api/v1/incidents/:id': ({ id }) => incidents.one(id),
    '/api/v1/sources': () => sourceList(pipeline, clock()),
    '/api/v1/drift': ({ page }) => driftView(pipeline, page),
    '/api/v1/orphans': ({ page }) => orphanList(pipeline, inventory(), clock().now, page),
    '/api/v1/changes': ({ q }) => changeList(pipeline, q),
    '/api/v1/refresh-failures': ({ q }) => refreshFailureList(pipeline, q),
    '/api/v1/access-patterns': ({ q }) => accessPatternList(pipeline, q),
    '/api/v1/findings': () => findingListOf(pipeline, inventory().survey),
    '/api/v1/gate': ({ parameter }) => {
      const question = {
        ...{ app: parameter('app'), since: parameter('since') },
        ...{ objective: parameter('objective'), minEvents: parameter('minEvents') },
      }
      return answerGate(pipeline, question, clock().now)
    },
    '/api/v1/inventory': () => inventory().report(),
    '/api/v1/openapi.json': () => openApi(version),
  }
  return apiPaths.map((path) => ({ path, read: reads[path] }))
}
