/** How many uses of tokens are joined to the issue of theirs in public records. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../../src/connectors/available.ts'
import type { IdentityEvent, Provider } from '../../../src/events/event.ts'
import { TokenLedger } from '../../../src/events/ledger/token-ledger.ts'
import { outcomesOf } from '../../support/outcomes.ts'

const samples = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url))

interface Joins {
  /** Successful requests whose record names the token. */
  issued: number
  uses: number
  /** Uses whose record names the token, and whose record says its age. */
  named: number
  aged: number
  /** Uses about which the ledger knew more than their record: the age, the lifetime or both. */
  joined: number
}

function eventsOf(folder: string): readonly IdentityEvent[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const logs = names.filter((name) => /\.(json|jsonl|ndjson|log)$/.test(name) && !name.includes('expected'))
  return logs
    .flatMap((name) => outcomesOf(availableConnectors, readFileSync(join(folder, name))))
    .flatMap(({ events }) => events ?? [])
}

function joinsOf(events: readonly IdentityEvent[]): ReadonlyMap<Provider, Joins> {
  const ledger = new TokenLedger()
  const byProvider = new Map<Provider, Joins>()
  const seen = new Set<string>()
  for (const event of events) {
    if (seen.has(event.id)) continue
    seen.add(event.id)
    const joins = byProvider.get(event.provider) ?? { issued: 0, uses: 0, named: 0, aged: 0, joined: 0 }
    byProvider.set(event.provider, joins)
    const hasToken = event.correlation?.tokenId !== undefined
    if (event.kind === 'token.request' && event.outcome === 'success' && hasToken) joins.issued++
    const before = event.kind === 'token.use' ? { ...event } : undefined
    joins.joined += ledger.enrich(event).filter(({ aspect }) => aspect === 'age').length
    if (event.kind !== 'token.use' || before === undefined) continue
    joins.uses++
    if (hasToken) joins.named++
    if (before.tokenAgeSeconds !== undefined) joins.aged++
    const knows = before.tokenAgeSeconds !== event.tokenAgeSeconds || before.ttlSeconds !== event.ttlSeconds
    if (knows) joins.joined++
  }
  return byProvider
}

describe.skipIf(!existsSync(samples))('the ledger over public records (left out without the samples)', () => {
  it('joins uses where records of both sides are there', { timeout: 60_000 }, () => {
    const joins = joinsOf(eventsOf(samples))
    const withTokens = [...joins].filter(([, { issued, named }]) => issued > 0 || named > 0)
    // docs/ledger.md has these numbers. Most samples are single records, without the other side.
    expect(Object.fromEntries(withTokens)).toEqual({
      auth0: { issued: 0, uses: 5, named: 5, aged: 0, joined: 0 },
      aws: { issued: 42, uses: 2904, named: 702, aged: 756, joined: 102 },
      azure: { issued: 12, uses: 26, named: 3, aged: 2, joined: 0 },
      kubernetes: { issued: 1, uses: 44, named: 0, aged: 0, joined: 0 },
    })
  })
})
