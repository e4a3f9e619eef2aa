/** What indicators have to count, from the facts of the records that were delivered: no code of the engine takes part. */
import type { Fact, RequestFact, UseFact, Written } from './facts.ts'

export interface Verdicts {
  good: number
  bad: number
  excluded: number
}

/** Indicators whose counts follow from the records alone. */
export const countedIndicators = [
  'token-issuance',
  'token-fetch-latency',
  'token-refresh',
  'service-auth',
  'token-age',
] as const
export type CountedIndicator = (typeof countedIndicators)[number]

const fastMs = 200
const graceMs = 30_000

interface Validity {
  /** Of tokens from before `newest`, and of those issued at that instant. */
  end: number
  newest: number
  newestEnd: number
}

interface Access {
  lastSuccess: number
  /** Times of 401s that a success can still excuse. */
  expired: number[]
}

function noVerdicts(): Verdicts {
  return { good: 0, bad: 0, excluded: 0 }
}

/** Takes facts in the order of their times. */
export class Truth {
  readonly verdicts: Readonly<Record<CountedIndicator, Verdicts>> = {
    'token-issuance': noVerdicts(),
    'token-fetch-latency': noVerdicts(),
    'token-refresh': noVerdicts(),
    'service-auth': noVerdicts(),
    'token-age': noVerdicts(),
  }
  /** Of telemetry: what clients saw. */
  readonly clientRequests = noVerdicts()
  /** Facts of other kinds. */
  readonly others = { secret: 0, metadataGood: 0, metadataBad: 0, change: 0 }
  readonly #tokens = new Map<string, { readonly from: number; readonly to: number }>()
  readonly #validity = new Map<string, Validity>()
  readonly #access = new Map<string, Access>()

  count({ log, time, facts }: Written): void {
    for (const fact of facts) this.#count(fact, log, time)
  }

  #count(fact: Fact, log: string, time: number): void {
    switch (fact.of) {
      case 'request':
        if (fact.vantage === 'client') this.clientRequests[fact.isGranted ? 'good' : 'bad']++
        else this.#request(fact, `${log} ${fact.holder}`, time)
        break
      case 'use':
        this.#use(fact, log, time)
        break
      case 'secret':
        this.others.secret++
        break
      case 'metadata':
        this.others[fact.isGood ? 'metadataGood' : 'metadataBad']++
        break
      case 'change':
        this.others.change++
        break
      case 'step':
        break
    }
  }

  #request(fact: RequestFact, holder: string, time: number): void {
    const { isGranted, latencyMs, endsAt, tokenId } = fact
    this.verdicts['token-issuance'][isGranted ? 'good' : 'bad']++
    if (latencyMs !== undefined) {
      const latency = this.verdicts['token-fetch-latency']
      latency[isGranted ? (latencyMs <= fastMs ? 'good' : 'bad') : 'excluded']++
    }
    // A grant without a lifetime tells nothing about what is still valid.
    const isKnown = !isGranted || endsAt !== undefined
    if (isKnown && this.#holdsValid(holder, time))
      this.verdicts['token-refresh'][isGranted ? 'good' : 'bad']++
    if (endsAt === undefined) return
    this.#extend(holder, time, endsAt)
    if (tokenId !== undefined)
      this.#tokens.set(`${holder.split(' ')[0]} ${tokenId}`, { from: time, to: endsAt })
  }

  /** Whether a token from before `time` is valid beyond it. */
  #holdsValid(holder: string, time: number): boolean {
    const validity = this.#validity.get(holder)
    if (validity === undefined) return false
    const end = validity.newest < time ? Math.max(validity.end, validity.newestEnd) : validity.end
    return time < end
  }

  #extend(holder: string, time: number, endsAt: number): void {
    const known = this.#validity.get(holder)
    if (known === undefined)
      this.#validity.set(holder, { end: Number.NEGATIVE_INFINITY, newest: time, newestEnd: endsAt })
    else if (known.newest === time) known.newestEnd = Math.max(known.newestEnd, endsAt)
    else {
      known.end = Math.max(known.end, known.newestEnd)
      known.newest = time
      known.newestEnd = endsAt
    }
  }

  #use(fact: UseFact, log: string, time: number): void {
    this.#age(fact, log, time)
    const service = this.verdicts['service-auth']
    const access = this.#accessOf(fact.access)
    if (fact.decision === 'allowed') {
      service.good++
      access.lastSuccess = time
      const excused = access.expired.filter((at) => time - at <= graceMs).length
      service.bad -= excused
      service.excluded += excused
      access.expired = []
    } else if (fact.isExpired && access.lastSuccess === time) service.excluded++
    else {
      service.bad++
      if (fact.isExpired) access.expired = [...access.expired.filter((at) => time - at <= graceMs), time]
    }
  }

  #accessOf(key: string): Access {
    let access = this.#access.get(key)
    if (access === undefined) {
      access = { lastSuccess: Number.NEGATIVE_INFINITY, expired: [] }
      this.#access.set(key, access)
    }
    return access
  }

  #age({ tokenId, ageMs }: UseFact, log: string, time: number): void {
    if (tokenId === undefined) return
    const token = this.#tokens.get(`${log} ${tokenId}`)
    if (token === undefined) return
    const age = Math.max(0, ageMs ?? time - token.from)
    this.verdicts['token-age'][2 * age <= token.to - token.from ? 'good' : 'bad']++
  }

  /** Lets go of tokens that nobody will present any more. */
  forget(before: number): void {
    for (const [id, { to }] of this.#tokens) if (to < before) this.#tokens.delete(id)
  }
}
