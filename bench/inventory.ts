/** What an inventory of 100,000 identities with 1,000,000 assignments costs: `node bench/inventory.ts [identities]`. */
import type { AssignmentChange } from '../src/events/event.ts'
import type { Fact } from '../src/inventory/facts.ts'
import { Inventory } from '../src/inventory/inventory.ts'

const identities = Number(process.argv[2] ?? 100_000)
const assignmentsEach = 10
const [subscriptions, groups, vaults] = [100, 50, 20]

const hex = (n: number): string => n.toString(16).padStart(12, '0')
const principal = (n: number): string => `5b0c9d2e-0000-4000-8000-${hex(n)}`
const subscription = (n: number): string => `/subscriptions/2f6b1c04-0000-4000-8000-${hex(n)}`

/** Most rights are on a resource, some on a resource group, few on a subscription. */
function scope(n: number): string {
  const owner = subscription(n % subscriptions)
  if (n % 97 === 0) return owner
  const group = `${owner}/resourcegroups/team-${n % groups}`
  return n % 5 === 0 ? group : `${group}/providers/microsoft.keyvault/vaults/kv-${n % vaults}`
}

function facts(): readonly Fact[] {
  const found: Fact[] = []
  for (let i = 0; i < identities; i++) {
    const id = principal(i)
    found.push({
      fact: 'principal',
      provider: 'azure',
      id,
      type: 'user-assigned',
      tenant: 'acme',
      state: 'active',
    })
    for (let j = 0; j < assignmentsEach; j++) {
      const n = (i * 7_919 + j * 104_729) % 1_000_003
      const role = `acdd72a7-0000-4000-8000-${hex(n % 40)}`
      found.push({
        fact: 'grant',
        provider: 'azure',
        principal: id,
        role,
        scope: scope(n + j),
        conditions: [],
      })
    }
  }
  return found
}

function change(n: number, time: number): AssignmentChange {
  const id = principal(n)
  return {
    kind: 'assignment.change',
    id: `change-${n}`,
    time,
    provider: 'azure',
    source: 'azure-activity',
    layer: 'federation',
    identity: { id, type: 'user-assigned', tenant: 'acme' },
    app: '',
    outcome: 'success',
    op: n % 2 === 0 ? 'granted' : 'removed',
    principal: id,
    role: `acdd72a7-0000-4000-8000-${hex(n % 40)}`,
    scope: scope(n + 1),
    actor: { id: 'pipeline', type: 'service-principal' },
  }
}

function timed<T>(what: string, goal: string, run: () => T): T {
  const start = performance.now()
  const result = run()
  const seconds = (performance.now() - start) / 1000
  console.log(`${what}: ${seconds.toFixed(3)} s${goal === '' ? '' : ` (goal ${goal})`}`)
  return result
}

const inventory = new Inventory()
const given = timed('making the facts', '', facts)
console.log(`${identities.toLocaleString('en')} identities, ${given.length.toLocaleString('en')} facts`)
timed('building the graph', '20 s', () => {
  inventory.replace({ source: 'bench', takenAt: 0, facts: given })
  return inventory.graph
})
timed('radius, chain and compromise of each identity, ranked', '', () => inventory.ranking())
const changes = 2_000
const times: number[] = []
for (let n = 0; n < changes; n++) {
  const start = performance.now()
  const who = n * Math.max(1, Math.floor(identities / changes))
  inventory.apply(change(who, 1_000 + n))
  inventory.granted(principal(who))
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(4)
console.log(
  `one change and the identity's new radius: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (goal 1 ms)`,
)
console.log(`peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB (goal 2048 MB)`)
