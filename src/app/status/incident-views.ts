/** Incidents as `/api/v1` and the pages show them. */
import type { IncidentBook } from '../../incidents/incident-book.ts'
import { incidentRow, incidentView } from '../../outputs/incident-report.ts'
import type { IncidentList, IncidentRow, IncidentView } from '../../outputs/incident-views.ts'
import type { Pipeline } from '../pipeline.ts'
import { pageOf } from './page-of.ts'

function matches(row: IncidentRow, text: string): boolean {
  return [row.id, row.title, row.owner, row.mode ?? '', ...row.objectives, ...row.services].some((field) =>
    field.toLowerCase().includes(text),
  )
}

export class IncidentViews {
  readonly #book: IncidentBook
  readonly #pipeline: Pipeline

  constructor(book: IncidentBook, pipeline: Pipeline) {
    this.#book = book
    this.#pipeline = pipeline
  }

  /** Open pages first, then open tickets, then what is over; of each the newest first. `q`: part of an id, title, owner, mode, objective or service. */
  list(q: string, page: number): IncidentList {
    const rows = this.#book.all().map(incidentRow)
    const open = rows.filter(({ state }) => state === 'open')
    const text = q.toLowerCase()
    const pages = open.filter(({ severity }) => severity === 'page')
    const tickets = open.filter(({ severity }) => severity === 'ticket')
    const found = [...pages, ...tickets, ...rows.filter(({ state }) => state === 'resolved')].filter(
      (row) => text === '' || matches(row, text),
    )
    const { items, ...place } = pageOf(found, page)
    return { ...place, open: open.length, incidents: items }
  }

  /** Undefined where no incident has the id. */
  one(id: string): IncidentView | undefined {
    const incident = this.#book.get(id)
    const { tallies } = this.#pipeline.identities
    return incident && incidentView(incident, (identity) => tallies.nameOf(identity))
  }
}
