import { describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts'
import { type Incident, isOpen, restoredAtOf } from '../../src/incidents/incident.ts'
import { IncidentBook } from '../../src/incidents/incident-book.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { aFailedTokenRequest, aTokenRequest, checkoutOwner, noon } from '../support/event.ts'
import { anObjective } from '../support/objective.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const stepMs = 10_000

/** An objective of one application, as its own service. */
function of(app: string, changes: Partial<Objective> = {}): Objective {
  return anObjective({
    ...{ service: app, owner: `team-${app}` },
    sli: { indicator: 'token-issuance', where: { app: [app] } },
    ...changes,
  })
}

function aDiagnosis(identity: string, changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    ...{ mode: 'F3', title: 'Permission denied', confidence: 0.9, since: noon, failures: 3 },
    affected: { identities: [identity], apps: ['checkout'], services: [], workloads: [], layers: [] },
    ...{ evidence: [], runbook: 'role-misassignment' },
    ...changes,
  }
}

interface Faults {
  /** Minutes from noon in which a share of an application's requests fails. */
  readonly [app: string]: readonly { readonly from: number; readonly to: number; readonly share?: number }[]
}

/** A day of steady traffic, then what is told, looked at twice a minute. */
class Rehearsed {
  readonly book = new IncidentBook()
  readonly #engine: Engine
  readonly #faults: Faults
  readonly #apps: readonly string[]
  diagnose: (objective: string) => Diagnosis | undefined = () => undefined
  /** Whether an alert may fire at a minute from noon. */
  isAllowed: (alert: string, minute: number) => boolean = () => true
  #now = noon - 24 * hourMs
  #count = 0

  constructor(objectives: readonly Objective[], faults: Faults) {
    this.#engine = new Engine(objectives, availableIndicators, { fineMs: 2 * hourMs, slicesMs: 24 * hourMs })
    this.#faults = faults
    this.#apps = Object.keys(faults)
  }

  until(minute: number, book = this.book): this {
    for (; this.#now < noon + minute * minuteMs; this.#now += stepMs) {
      for (const app of this.#apps) this.#traffic(app)
      const at = this.#now + stepMs
      if (this.#now < noon || at % 30_000 !== 0) continue
      book.update({
        statuses: this.#engine.states.map((state) => this.#allowed(evaluate(state, at))),
        seenAt: at + 5 * minuteMs,
        diagnose: ({ state }) => this.diagnose(state.objective.id),
        changes: () => [],
      })
    }
    return this
  }

  #allowed(status: ObjectiveStatus): ObjectiveStatus {
    const minute = (status.to - noon) / minuteMs
    const alerts = status.alerts.map((alert) => ({
      ...alert,
      isFiring: alert.isFiring && this.isAllowed(alert.id, minute),
    }))
    return { ...status, alerts }
  }

  #traffic(app: string): void {
    const minute = (this.#now - noon) / minuteMs
    const fault = this.#faults[app]?.find(({ from, to }) => minute >= from && minute < to)
    for (let i = 0; i < 10; i++) {
      const make =
        i < 10 * (fault === undefined ? 0 : (fault.share ?? 1)) ? aFailedTokenRequest : aTokenRequest
      const identity = { id: `${app}-${i}`, type: 'system-assigned', tenant: 't' } as const
      const event = make({ id: `e${this.#count++}`, time: this.#now + i, app, identity })
      this.#engine.observe(event, this.#engine.targetsFor(event, { ...checkoutOwner, app }))
    }
  }
}

function only(book: IncidentBook): Incident {
  const [incident, ...others] = book.all()
  if (incident === undefined || others.length > 0) throw new Error(`${book.all().length} incidents`)
  return incident
}

function minutesOf(time: number | undefined): number | undefined {
  return time === undefined ? undefined : (time - noon) / minuteMs
}

describe('an incident', () => {
  it('goes from the first failure over its detection to the last failure, and ends with its last page', () => {
    const { book } = new Rehearsed([of('cart')], { cart: [{ from: 10, to: 25 }] }).until(150)
    const incident = only(book)
    const [objective] = incident.objectives
    expect(incident).toMatchObject({ severity: 'page', owner: 'team-cart' })
    expect(minutesOf(objective?.firstFailure)).toBe(10)
    expect(objective?.withinMs).toBe(10_000)
    expect(minutesOf(incident.detectedAt)).toBe(11)
    expect(incident.seenAt - incident.detectedAt).toBe(5 * minuteMs)
    expect(minutesOf(restoredAtOf(incident))).toBe(25)
    expect(minutesOf(incident.resolvedAt)).toBeGreaterThan(25)
    expect(minutesOf(incident.resolvedAt)).toBeLessThan(90)
    expect(objective?.bad).toBe(15 * 60)
    expect(incident.identities).toHaveLength(10)
    expect(incident.id).toBe('20260615T121100Z-cart-token-issuance')
  })

  it('tells what it cost as a share of the whole budget', () => {
    const { book } = new Rehearsed([of('cart')], { cart: [{ from: 0, to: 10 }] }).until(100)
    const total = (24 * 60 + (minutesOf(only(book).resolvedAt) ?? 0)) * 60
    const [objective] = only(book).objectives
    expect(objective?.budgetSpent).toBeCloseTo((10 * 60) / (total * 0.0005), 6)
  })

  it('is not held open by tickets that fire on, and they are no incident of their own', () => {
    const { book } = new Rehearsed([of('cart')], { cart: [{ from: 10, to: 25 }] }).until(95)
    const tickets = only(book).objectives[0]?.alerts.filter(({ severity }) => severity === 'ticket')
    expect(isOpen(only(book))).toBe(false)
    expect(tickets?.some(({ resolvedAt }) => resolvedAt === undefined)).toBe(true)
  })

  it('is another one when the same objective pages again later, and the same within a quarter of an hour', () => {
    const far = new Rehearsed([of('cart')], {
      cart: [
        { from: 10, to: 12 },
        { from: 200, to: 203 },
      ],
    }).until(300)
    expect(far.book.all().map(({ detectedAt }) => Math.floor(minutesOf(detectedAt) ?? 0))).toEqual([200, 11])
    const near = new Rehearsed([of('cart')], {
      cart: [
        { from: 10, to: 14 },
        { from: 26, to: 30 },
      ],
    })
    near.isAllowed = (alert) => alert === 'page-quick'
    near.until(120)
    const [objective] = only(near.book).objectives
    expect(objective?.alerts.map(({ id }) => id)).toEqual(['page-quick', 'page-quick'])
  })

  it('gathers the pages of one owner, and leaves those of others apart', () => {
    const faults = {
      cart: [{ from: 10, to: 20 }],
      search: [{ from: 12, to: 20 }],
      mail: [{ from: 12, to: 20 }],
    }
    const objectives = [of('cart', { owner: 'shop' }), of('search', { owner: 'shop' }), of('mail')]
    const { book } = new Rehearsed(objectives, faults).until(120)
    const gathered = book.all().map(({ objectives: members }) => members.map(({ service }) => service))
    expect(gathered.toSorted()).toEqual([['cart', 'search'], ['mail']])
  })

  it('gathers what has one cause, whoever owns it', () => {
    const faults = { cart: [{ from: 10, to: 20 }], mail: [{ from: 12, to: 20 }] }
    const rehearsed = new Rehearsed([of('cart'), of('mail')], faults)
    rehearsed.diagnose = () => aDiagnosis('shared')
    expect(only(rehearsed.until(120).book).objectives.map(({ service }) => service)).toEqual(['cart', 'mail'])
  })

  it('keeps the surest diagnosis that was made while it fired, and those of other causes', () => {
    const rehearsed = new Rehearsed([of('cart')], { cart: [{ from: 10, to: 30 }] })
    rehearsed.diagnose = () => aDiagnosis('a', { confidence: 0.6 })
    rehearsed.until(15)
    rehearsed.diagnose = () => aDiagnosis('a', { failures: 40 })
    rehearsed.until(20)
    rehearsed.diagnose = () => aDiagnosis('a', { confidence: 0.5, failures: 50 })
    rehearsed.until(22)
    rehearsed.diagnose = () => aDiagnosis('b', { mode: 'network', confidence: 0.7 })
    const { diagnoses } = only(rehearsed.until(120).book)
    expect(diagnoses.map(({ mode, confidence, failures }) => [mode, confidence, failures])).toEqual([
      ['F3', 0.9, 40],
      ['network', 0.7, 3],
    ])
    expect(minutesOf(diagnoses[0]?.foundAt)).toBe(11)
  })

  it('of tickets alone is the objective’s own, and a part of the page that it becomes', () => {
    const begin = () => {
      const rehearsed = new Rehearsed([of('cart')], { cart: [{ from: 10, to: 60 }] })
      rehearsed.isAllowed = (alert, minute) =>
        alert === 'ticket-quick' || (alert === 'page-quick' && minute > 40)
      return rehearsed
    }
    const ticket = only(begin().until(40).book)
    expect(ticket.severity).toBe('ticket')
    const page = only(begin().until(400).book)
    expect(page.severity).toBe('page')
    expect(page.detectedAt).toBe(ticket.detectedAt)
    expect(page.objectives[0]?.alerts.map(({ id }) => id)).toEqual(['ticket-quick', 'page-quick'])
    expect(minutesOf(page.objectives[0]?.firstFailure)).toBe(10)
  })

  it('leaves a ticket alone that is about something older', () => {
    const rehearsed = new Rehearsed([of('cart')], {
      cart: [
        { from: 10, to: 12 },
        { from: 100, to: 105 },
      ],
    })
    rehearsed.isAllowed = (alert, minute) =>
      alert === 'ticket-slow' || (alert === 'page-quick' && minute > 60)
    expect(
      rehearsed
        .until(120)
        .book.all()
        .map(({ severity }) => severity),
    ).toEqual(['page', 'ticket'])
  })

  it('is not begun by a spent budget', () => {
    const none = new Rehearsed([of('cart', { alertTiers: [], minBadEvents: 1 })], {
      cart: [
        { from: 10, to: 11, share: 0.1 },
        { from: 100, to: 101, share: 0.1 },
      ],
    }).until(200)
    const alerts = none.book.all().flatMap(({ objectives }) => objectives.flatMap((each) => each.alerts))
    expect(alerts.every(({ id }) => id !== 'ticket-exhausted')).toBe(true)
  })
})

describe('the book of incidents', () => {
  it('goes on after a restart as if there had been none', () => {
    const faults = { cart: [{ from: 10, to: 25 }], mail: [{ from: 40, to: 45 }] }
    const whole = new Rehearsed([of('cart'), of('mail')], faults).until(150)
    const cut = new Rehearsed([of('cart'), of('mail')], faults).until(15)
    const store = new ChunkStore()
    store.save(cut.book)
    const second = store.restore(new IncidentBook())
    cut.until(30, second)
    store.save(second)
    const third = store.restore(new IncidentBook())
    cut.until(150, third)
    expect(third.all()).toEqual(whole.book.all())
  })

  it('writes again only what has changed', () => {
    const rehearsed = new Rehearsed([of('cart'), of('mail')], {
      cart: [{ from: 10, to: 12 }],
      mail: [{ from: 200, to: 205 }],
    }).until(150)
    new ChunkStore().save(rehearsed.book)
    const later = new ChunkStore()
    later.save(rehearsed.until(210).book)
    const keys = [...later.entries().keys()]
    expect(keys).toHaveLength(1)
    expect(keys[0]).toContain('mail')
  })

  it('keeps the newest five hundred', () => {
    const book = new IncidentBook()
    const objective = of('cart', { alertTiers: ['page-quick'] })
    const { states } = new Engine([objective], availableIndicators, { fineMs: 1, slicesMs: 1 })
    const [state] = states
    if (state === undefined) throw new Error('no objective')
    const alert = {
      id: 'page-quick',
      severity: 'page',
      factor: 1,
      longWindow: '1h',
      shortWindow: '5m',
    } as const
    for (let i = 0; i < 1020; i++) {
      const status = evaluate(state, noon + i * hourMs)
      const statuses = [{ ...status, alerts: [{ ...alert, isFiring: i % 2 === 0 }] }]
      book.update({ statuses, seenAt: 0, diagnose: () => undefined, changes: () => [] })
    }
    const all = book.all()
    expect(all).toHaveLength(500)
    expect(all[0]?.detectedAt).toBe(noon + 1018 * hourMs)
    expect(all.at(-1)?.detectedAt).toBe(noon + 20 * hourMs)
  })
})
