/** One call to the Management API. */
import type { Identity } from '../../events/event.ts'
import { number, object, text } from '../fields.ts'
import type { Entry } from './entry.ts'

export interface ApiCall {
  readonly entry: Entry
  readonly caller: Identity
  readonly method: string
  /** Segments behind the version: `clients`, `<id>`, … */
  readonly path: readonly string[]
  readonly httpStatus: number | undefined
}

/** `/api/v2/clients/<id>` and `/v2/clients/<id>` alike. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  const version = segments.indexOf('v2')
  return version < 0 ? segments : segments.slice(version + 1)
}

export function callOf(entry: Entry, caller: Identity): ApiCall {
  const request = object(entry.details?.['request'])
  return {
    entry,
    caller,
    method: text(request?.['method'])?.toUpperCase() ?? '',
    path: segmentsOf(text(request?.['path']) ?? ''),
    httpStatus: number(object(entry.details?.['response'])?.['statusCode']),
  }
}
