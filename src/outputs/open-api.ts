/** The OpenAPI document of `/api/v1`, from the schemas of what it answers. */
import { z } from 'zod'
import { accessPatternList, changeList, refreshFailureList } from './activity/activity-rows.ts'
import { findingList } from './finding-report.ts'
import { gateView } from './gate-view.ts'
import { incidentList, incidentView } from './incident-views.ts'
import { driftView, orphanList } from './rights-views.ts'
import { identityList, identityView, objectiveList, objectiveView, sourceList } from './status-views.ts'

interface Operation {
  readonly summary: string
  /** Undefined: an object whose fields the document does not list. */
  readonly schema?: z.ZodType
  /** Long, and searched. */
  readonly isPaged?: boolean
  /** Long, and not searched. */
  readonly hasPages?: boolean
  readonly isSearched?: boolean
  readonly parameters?: readonly object[]
}

const gateParameters = [
  {
    name: 'app',
    in: 'query',
    required: true,
    description: 'Application, as ownership names it.',
    schema: { type: 'string' },
  },
  {
    name: 'since',
    in: 'query',
    required: true,
    description: 'The change: how long ago (`10m`), or RFC 3339. At most 1 h ago.',
    schema: { type: 'string' },
  },
  {
    name: 'objective',
    in: 'query',
    description: 'Id of the only objective to judge.',
    schema: { type: 'string' },
  },
  {
    name: 'minEvents',
    in: 'query',
    description: 'Objectives with fewer events since the change are not judged.',
    schema: { type: 'integer', minimum: 1, default: 1 },
  },
]

/** As the server spells them: `:id` is one part of the path. */
const operations = {
  '/api/v1/status': { summary: 'The report that `replay` prints, sources, and alerts that fire.' },
  '/api/v1/objectives': {
    summary: 'How all objectives stand, the worst first.',
    schema: objectiveList,
    isPaged: true,
  },
  '/api/v1/objectives/:id': { summary: 'One objective.', schema: objectiveView },
  '/api/v1/identities': {
    summary: 'Identities, those with most failures first.',
    schema: identityList,
    isPaged: true,
  },
  '/api/v1/identities/:id': { summary: 'One identity.', schema: identityView },
  '/api/v1/identities/:id/radius': { summary: 'What one identity can reach and did reach.' },
  '/api/v1/incidents': {
    summary: 'Incidents, open ones first, then the newest first.',
    schema: incidentList,
    isPaged: true,
  },
  '/api/v1/incidents/:id': { summary: 'One incident.', schema: incidentView },
  '/api/v1/sources': {
    summary: 'Sources: how fresh they are, and what became of their records.',
    schema: sourceList,
  },
  '/api/v1/drift': {
    summary: 'Rights that differ from the baseline, and the newest changes of rights.',
    schema: driftView,
    hasPages: true,
  },
  '/api/v1/orphans': {
    summary: 'Identities that hold rights which nobody needs.',
    schema: orphanList,
    hasPages: true,
  },
  '/api/v1/changes': {
    summary: 'The newest changes of rights and identities: 500 at most.',
    schema: changeList,
    isSearched: true,
  },
  '/api/v1/refresh-failures': {
    summary: 'The newest renewals that failed while the former token was still valid: 500 at most.',
    schema: refreshFailureList,
    isSearched: true,
  },
  '/api/v1/access-patterns': {
    summary: 'Which machine identity calls which service, and what it is told: 500 pairs at most.',
    schema: accessPatternList,
    isSearched: true,
  },
  '/api/v1/findings': {
    summary: 'Common mistakes with machine identities that the records and the lists of rights show.',
    schema: findingList,
  },
  '/api/v1/gate': {
    summary: 'Whether a change broke an objective for an application.',
    schema: gateView,
    parameters: gateParameters,
  },
  '/api/v1/inventory': { summary: 'The lists of rights that were read, and the last look at everybody.' },
  '/api/v1/openapi.json': { summary: 'This document.' },
} as const satisfies Readonly<Record<string, Operation>>

type ApiPath = keyof typeof operations

export const apiPaths = Object.keys(operations) as readonly ApiPath[]

const searchParameter = {
  name: 'q',
  in: 'query',
  description: 'Part of a name, in any letter case.',
  schema: { type: 'string' },
}
const pageParameter = {
  name: 'page',
  in: 'query',
  description: 'From 1.',
  schema: { type: 'integer', minimum: 1, default: 1 },
}
const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Encoded as one part of a path.',
  schema: { type: 'string' },
}

function operationOf(path: string, operation: Operation): object {
  const { summary, schema, isPaged, hasPages, isSearched, parameters = [] } = operation
  const hasId = path.includes(':id')
  const content = {
    'application/json': {
      schema: schema === undefined ? { type: 'object' } : z.toJSONSchema(schema, { target: 'openapi-3.0' }),
    },
  }
  return {
    get: {
      summary,
      parameters: [
        ...(hasId ? [idParameter] : []),
        ...(isPaged || isSearched ? [searchParameter] : []),
        ...(isPaged || hasPages ? [pageParameter] : []),
        ...parameters,
      ],
      responses: {
        200: { description: summary, content },
        ...(parameters.length > 0 && { 400: { description: 'A parameter is wrong: `error` says which.' } }),
        ...(hasId && { 404: { description: 'Nothing has this id: `error` says so.' } }),
      },
    },
  }
}

/** Where a path stands in the document. */
export function documented(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}

export function openApi(version: string): object {
  const paths = Object.entries(operations).map(([path, operation]) => [
    documented(path),
    operationOf(path, operation),
  ])
  return {
    openapi: '3.0.3',
    info: {
      title: 'identity-slo',
      version,
      description: 'What a run knows. Read only. Times are RFC 3339, ratios 0 to 1.',
    },
    paths: Object.fromEntries(paths),
  }
}
