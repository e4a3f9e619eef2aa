/** How an objective's state, budget and burn are shown, the same on every page. */
import type { ObjectiveRow } from '../status-views.ts'
import { type Content, type Html, html } from './html.ts'
import { percent } from './numbers.ts'
import { bar, type Tone } from './table.ts'

type State = ObjectiveRow['state']

export const stateNames: Readonly<Record<State, string>> = {
  page: 'paging',
  ticket: 'ticket',
  overspent: 'overspent',
  ok: 'ok',
  'no-data': 'no data yet',
}

const tones: Readonly<Record<State, Tone | undefined>> = {
  page: 'bad',
  ticket: 'warn',
  overspent: 'bad',
  ok: 'ok',
  'no-data': undefined,
}

export function stateTone({ state }: Pick<ObjectiveRow, 'state'>): Tone | undefined {
  return tones[state]
}

/** Little is left below a quarter. */
export function budgetTone(remaining: number): Tone {
  return remaining < 0 ? 'bad' : remaining < 0.25 ? 'warn' : 'ok'
}

export function budget({ hasData, errorBudgetRemaining: left }: ObjectiveRow): Content {
  if (!hasData) return '–'
  return html`${bar(left, budgetTone(left))}<span class="${left < 0 ? 'bad' : ''}">${percent(left, 2)}</span>`
}

export function sli({ hasData, value }: Pick<ObjectiveRow, 'hasData' | 'value'>): string | Html {
  return hasData ? percent(value) : '–'
}
