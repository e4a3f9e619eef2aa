/** Objectives for tests: a valid one, and whatever a test changes about it. */
import type { Objective, Target, TimeWindow } from '../../src/objectives/objective.ts'

const dayMs = 86_400_000

/** @param percent with at most 4 decimals, between 0 and 100 */
export function aTarget(percent: string): Target {
  const [whole = '0', fraction = ''] = percent.split('.')
  const units = BigInt(`${whole}${fraction.padEnd(4, '0')}`)
  const spell = (value: bigint) => {
    const digits = value.toString().padStart(7, '0')
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '')
  }
  return { percent, ratio: spell(units), budget: spell(1_000_000n - units) }
}

export function rollingDays(days: number): TimeWindow {
  return { kind: 'rolling', durationMs: days * dayMs, text: `${days}d` }
}

export const calendarMonth: TimeWindow = {
  kind: 'calendar',
  durationMs: 30 * dayMs,
  text: '1M',
  count: 1,
  unit: 'M',
  startTime: '2026-01-01 00:00:00',
  timeZone: 'Europe/Prague',
}

/** 99.95 % of the checkout's token requests over 30 days. The id follows service and name unless it is given. */
export function anObjective(changes: Partial<Objective> = {}): Objective {
  const name = changes.name ?? 'token-issuance'
  const service = changes.service ?? 'checkout'
  return {
    id: `${service}-${name}`,
    name,
    displayName: 'Token issuance',
    service,
    description: 'Workloads of the checkout get their tokens.',
    sli: { indicator: 'token-issuance', where: { app: ['checkout'] } },
    parts: [],
    target: aTarget('99.95'),
    window: rollingDays(30),
    budgeting: { method: 'Occurrences' },
    noData: 'hold',
    owner: 'team-payments',
    severityClass: 'critical',
    rotationGraceMs: 30_000,
    minBadEvents: 2,
    revision: 'r1',
    definedAt: 'slo-definitions/checkout.yaml:1',
    ...changes,
  }
}
