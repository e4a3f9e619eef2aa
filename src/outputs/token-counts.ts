/** Counts of one label set that need more than the event's own record: ages of tokens, and renewals that failed. */
import type { Aspect } from '../events/enrichment.ts'
import type { IdentityEvent } from '../events/event.ts'
import { tokenAgeRatio } from '../indicators/token-age.ts'
import { tokenRefresh } from '../indicators/token-refresh.ts'
import { BucketCounts, type SavedBuckets } from './bucket-counts.ts'
import { identityMetrics } from './conventions.ts'

export interface SavedTokens {
  readonly ages: SavedBuckets | null
  readonly ratios: SavedBuckets | null
  readonly refreshFailures: number
}

const { tokenAge, tokenAgeRatio: ageRatio } = identityMetrics
const ageSeries = tokenAge.buckets.length + 3
const ratioSeries = ageRatio.buckets.length + 3

function ageOf(event: IdentityEvent): number | undefined {
  return event.kind === 'token.use' ? event.tokenAgeSeconds : undefined
}

function isFailedRefresh(event: IdentityEvent): boolean {
  return event.outcome === 'failure' && tokenRefresh.judge(event, { includesPeople: true }) === 'bad'
}

function savedBuckets(buckets: BucketCounts | undefined): SavedBuckets | null {
  return buckets === undefined ? null : { counts: buckets.counts, sum: buckets.sum }
}

export class TokenCounts {
  ages: BucketCounts | undefined
  ratios: BucketCounts | undefined
  refreshFailures = 0

  /** How many lines of the exposition the event may add. */
  newSeries(event: IdentityEvent): number {
    const ages = this.ages === undefined && ageOf(event) !== undefined ? ageSeries : 0
    const ratios = this.ratios === undefined && tokenAgeRatio(event) !== undefined ? ratioSeries : 0
    return ages + ratios + (this.refreshFailures === 0 && isFailedRefresh(event) ? 1 : 0)
  }

  get size(): number {
    const ages = this.ages === undefined ? 0 : ageSeries
    const ratios = this.ratios === undefined ? 0 : ratioSeries
    return ages + ratios + (this.refreshFailures > 0 ? 1 : 0)
  }

  observe(event: IdentityEvent): void {
    const weight = event.weight ?? 1
    this.#observeAge(ageOf(event), weight)
    this.#observeRatio(tokenAgeRatio(event), weight)
    if (isFailedRefresh(event)) this.refreshFailures += weight
  }

  /** `hadAge`: the age was observed at first sight, and only the lifetime is new. */
  learn(event: IdentityEvent, aspect: Aspect, hadAge: boolean): void {
    const weight = event.weight ?? 1
    if (aspect === 'refresh') {
      if (isFailedRefresh(event)) this.refreshFailures += weight
      return
    }
    if (!hadAge) this.#observeAge(ageOf(event), weight)
    this.#observeRatio(tokenAgeRatio(event), weight)
  }

  #observeAge(seconds: number | undefined, weight: number): void {
    if (seconds === undefined) return
    this.ages ??= new BucketCounts(tokenAge.buckets)
    this.ages.observe(seconds, weight)
  }

  #observeRatio(ratio: number | undefined, weight: number): void {
    if (ratio === undefined) return
    this.ratios ??= new BucketCounts(ageRatio.buckets)
    this.ratios.observe(ratio, weight)
  }

  saved(): SavedTokens {
    const { ages, ratios, refreshFailures } = this
    return { ages: savedBuckets(ages), ratios: savedBuckets(ratios), refreshFailures }
  }

  restore({ ages, ratios, refreshFailures }: SavedTokens): void {
    this.refreshFailures = refreshFailures
    if (ages !== null) {
      this.ages = new BucketCounts(tokenAge.buckets)
      this.ages.restore(ages)
    }
    if (ratios !== null) {
      this.ratios = new BucketCounts(ageRatio.buckets)
      this.ratios.restore(ratios)
    }
  }
}
