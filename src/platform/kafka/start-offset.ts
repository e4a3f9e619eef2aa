/** Where reading a partition begins: our own position, unless another instance has gone on from it since. */

/** Offsets that the broker has: from the oldest, to the one that the next record will get. */
export interface OffsetRange {
  readonly low: bigint
  readonly high: bigint
}

/** What the broker keeps for the consumer group. */
export interface CommittedOffset {
  readonly offset: bigint
  /** Written beside the offset by whoever committed it. */
  readonly metadata: string
}

export type OutOfRangePolicy = 'earliest' | 'latest' | 'fail'

export interface StartQuestion {
  /** From our own store: where the counts stand. */
  readonly stored: bigint | undefined
  readonly committed: CommittedOffset | undefined
  readonly range: OffsetRange
  readonly storeId: string
  /** For a partition that nobody knows a position of. */
  readonly startFrom: 'earliest' | 'latest'
  readonly outOfRange: OutOfRangePolicy
  /** What stands before the position is not what we read: the topic was made anew, and the position means nothing. */
  readonly isReplaced: boolean
}

export interface Start {
  readonly offset: bigint
  /** Set when the position was not in the range or means nothing any more, and the policy gave another one. */
  readonly replaced: bigint | undefined
}

/** Metadata of our commits: tells the instances of a group, each with a store of its own, apart. */
const owned = 'identity-slo:'

export function ownerMetadata(storeId: string): string {
  return `${owned}${storeId}`
}

/** How far another store has counted, which must not be counted here again. */
function anothersOffset({ committed, storeId }: StartQuestion): bigint | undefined {
  const isAnothers = committed?.metadata.startsWith(owned) && committed.metadata !== ownerMetadata(storeId)
  return isAnothers ? committed?.offset : undefined
}

/** Undefined when nobody knows a position. */
function wantedOffset(question: StartQuestion): bigint | undefined {
  const { stored, committed } = question
  if (stored === undefined) return committed?.offset
  // Our own commits, and those of anybody else, only repeat or contradict what our store knows better: it may have been
  // restored from an older copy.
  const theirs = anothersOffset(question)
  return theirs !== undefined && theirs > stored ? theirs : stored
}

/** Undefined: the position is out of range, and the policy is to stop there. */
export function startOffset(question: StartQuestion): Start | undefined {
  const { low, high } = question.range
  const wanted = wantedOffset(question)
  if (wanted === undefined)
    return { offset: question.startFrom === 'earliest' ? low : high, replaced: undefined }
  const isThere = (offset: bigint): boolean => offset >= low && offset <= high
  if (isThere(wanted) && !question.isReplaced) return { offset: wanted, replaced: undefined }
  // Brokers forget what was committed of a topic that is deleted: this is of the new one.
  const theirs = question.isReplaced ? anothersOffset(question) : undefined
  if (theirs !== undefined && isThere(theirs)) return { offset: theirs, replaced: wanted }
  if (question.outOfRange === 'fail') return undefined
  return { offset: question.outOfRange === 'earliest' ? low : high, replaced: wanted }
}

/**
 * Whether the broker ends before the position. That a position is too old is final; this may also be a broker that has
 * just become the leader and does not know its own end yet.
 */
export function isBeyondEnd(question: StartQuestion): boolean {
  const wanted = wantedOffset(question)
  return wanted !== undefined && wanted > question.range.high
}

/** A whole number as brokers and our store write it; undefined for anything else, such as -1 for none. */
export function offsetOf(text: string | undefined | null): bigint | undefined {
  return text !== undefined && text !== null && /^\d{1,19}$/.test(text) ? BigInt(text) : undefined
}
