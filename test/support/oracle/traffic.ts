/** The records of a run and the order in which they are delivered: up to three times, late and mixed up. */
import { assumeRoleWithWebIdentity, roleUses } from './cloudtrail-records.ts'
import { managedIdentitySignIn, personSignIn } from './entra-records.ts'
import type { IdentityRecord } from './fact.ts'
import { kubernetesIssuance, kubernetesUse } from './kubernetes-records.ts'
import type { Random } from './random.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** A Tuesday: the six days go over the end of a month. */
const startMs = Date.UTC(2025, 1, 25, 5)
const spanMs = 6 * dayMs
const usualFailures = 0.03

/** Times at which much more fails than usual, from the start. */
const incidents = [
  { from: 9 * hourMs, to: 10 * hourMs, failures: 0.6 },
  { from: 3 * dayMs, to: 3 * dayMs + 25 * minuteMs, failures: 0.9 },
  { from: 5 * dayMs + 20 * hourMs, to: 5 * dayMs + 21 * hourMs, failures: 0.5 },
] as const

function failureShare(sinceStart: number): number {
  return incidents.find(({ from, to }) => sinceStart >= from && sinceStart < to)?.failures ?? usualFailures
}

function recordsAt(random: Random, time: number): readonly IdentityRecord[] {
  const failures = failureShare(time - startMs)
  const choice = random.next()
  if (choice < 0.3) return [kubernetesIssuance(random, time, failures)]
  if (choice < 0.45) return [kubernetesUse(random, time)]
  if (choice < 0.6) return [assumeRoleWithWebIdentity(random, time, failures)]
  if (choice < 0.78) return roleUses(random, time)
  if (choice < 0.98) return [managedIdentitySignIn(random, time, failures)]
  return [personSignIn(random, time)]
}

/** At least `count` records in no particular order. */
export function makeRecords(random: Random, count: number): readonly IdentityRecord[] {
  const records: IdentityRecord[] = []
  while (records.length < count) records.push(...recordsAt(random, startMs + random.below(spanMs)))
  return records
}

export interface Delivery {
  readonly record: IdentityRecord
  /** Epoch ms, on the clock of the records. */
  readonly arrival: number
}

/** How late a delivery is, ms: half of them within a minute, one in five by up to two hours. */
function delay(random: Random): number {
  const choice = random.next()
  if (choice < 0.5) return random.below(minuteMs)
  return choice < 0.8 ? random.below(30 * minuteMs) : random.below(2 * hourMs)
}

/** Every record once to three times, by arrival. */
export function planDeliveries(random: Random, records: readonly IdentityRecord[]): readonly Delivery[] {
  return records
    .flatMap((record) => {
      const times = random.pick([1, 1, 2, 2, 3])
      return Array.from({ length: times }, () => ({ record, arrival: record.fact.time + delay(random) }))
    })
    .sort((a, b) => a.arrival - b.arrival)
}

/** One chapter for each half day of arrivals: the engine has to have read one before the next begins. */
export function chaptersOf(plan: readonly Delivery[]): readonly (readonly Delivery[])[] {
  const chapters = new Map<number, Delivery[]>()
  for (const delivery of plan) {
    const chapter = Math.floor((delivery.arrival - startMs) / (12 * hourMs))
    const deliveries = chapters.get(chapter)
    if (deliveries === undefined) chapters.set(chapter, [delivery])
    else deliveries.push(delivery)
  }
  return [...chapters.values()]
}
