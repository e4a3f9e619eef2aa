/** What a weekly or monthly review tells. Times are RFC 3339, ratios 0 to 1. */
import type { IncidentRow } from '../incident-views.ts'

export interface ReviewObjective {
  readonly id: string
  readonly service: string
  readonly indicator: string
  readonly target: number
  /** The objective's own. */
  readonly window: string
  readonly hasData: boolean
  /** Over the review. */
  readonly good: number
  readonly bad: number
  readonly value: number
  /** Share of the window's whole budget that the review's bad events spent. */
  readonly budgetSpent: number
  /** Of the objective's own window, at its end. */
  readonly budgetRemaining: number
  /** By step; undefined where so old a step is no longer kept. */
  readonly badByStep: readonly (number | undefined)[]
  /** Over the objective's own window. */
  readonly course: readonly { readonly time: string; readonly errorBudgetRemaining: number }[]
  /** Identities with most failures, on the days that the review touches. */
  readonly culprits: readonly string[]
}

export interface ReviewChange {
  readonly time: string
  readonly what: string
  readonly actor: string
}

export interface ReviewDrift {
  /** Whether a baseline was given: without one no change is unexpected. */
  readonly hasBaseline: boolean
  readonly total: number
  readonly byStep: readonly { readonly expected: number; readonly unexpected: number }[]
  /** The newest first; the first of them. Of all where there is no baseline. */
  readonly shown: readonly ReviewChange[]
  readonly actors: readonly { readonly actor: string; readonly changes: number }[]
}

export interface ReviewReach {
  readonly identity: string
  readonly granted: number
  readonly used: number
  readonly unused: number
  /** What a compromise would reach, other identities included. */
  readonly compromise: number
  /** A whole account, subscription or cluster. */
  readonly wholeScopes: number
}

export interface ReviewInventory {
  readonly known: number
  readonly withRights: number
  readonly wide: number
  /** Who would reach most, the worst first. */
  readonly ranking: readonly ReviewReach[]
  readonly findings: readonly { readonly kind: string; readonly count: number }[]
  /** Never used, deleted or disabled and still with rights; the first of them. */
  readonly unused: readonly { readonly identity: string; readonly message: string }[]
}

export interface ReviewFallback {
  /** Whether an objective of `secret-fallback` is defined. */
  readonly isCounted: boolean
  readonly byStep: readonly ({ readonly fallbacks: number; readonly all: number } | undefined)[]
  readonly culprits: readonly string[]
}

export interface ReviewSource {
  readonly id: string
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  readonly newestEvent: string | undefined
}

export interface Review {
  readonly from: string
  readonly to: string
  /** `1d` or `1h` */
  readonly step: string
  /** Starts of the steps. */
  readonly starts: readonly string[]
  /** The worst first. */
  readonly objectives: readonly ReviewObjective[]
  /** The newest first. */
  readonly incidents: readonly IncidentRow[]
  readonly drift: ReviewDrift
  /** Undefined without lists of rights. */
  readonly inventory: ReviewInventory | undefined
  /** Identities that were there before the review and not in it; the first of them. */
  readonly quiet: {
    readonly total: number
    readonly shown: readonly { readonly identity: string; readonly app: string; readonly lastSeen: string }[]
  }
  readonly fallback: ReviewFallback
  readonly sources: readonly ReviewSource[]
  /** Oldest event that was read: a review that begins before it is of a part of its time. */
  readonly oldest: string | undefined
}
