/** What surrounds one identity's trouble: the changes that were about it, and what its other names got meanwhile. */
import type { Change } from './changes.ts'
import type { EvidenceBook } from './evidence-book.ts'
import { kinName, shortName } from './kinship.ts'
import { minuteMs, minuteOf } from './minutes.ts'
import type { Subject } from './subject.ts'

/** Records have whole seconds, and clocks differ: a change may be stamped a little after what it broke. */
const slackMs = minuteMs
/** Tokens from before a change live for up to a day. */
const lookBackMs = 86_400_000

export interface Cause {
  readonly change: Change
  /** Whether it names the very identity, and not just one of the same short name. */
  readonly isCertain: boolean
}

function push<Item>(into: Map<string, Item[]>, key: string, item: Item): void {
  const items = into.get(key)
  if (items === undefined) into.set(key, [item])
  else items.push(item)
}

export class Background {
  readonly at: number
  readonly #byName = new Map<string, Change[]>()
  readonly #byShortName = new Map<string, Change[]>()
  readonly #kin = new Map<string, Subject[]>()

  /** `at`: epoch ms. */
  constructor(book: EvidenceBook, at: number) {
    this.at = at
    for (const change of book.changes.upTo(at))
      for (const name of change.about) {
        push(this.#byName, kinName(name), change)
        push(this.#byShortName, `${change.provider} ${shortName(name)}`, change)
      }
    for (const subject of book.subjects()) push(this.#kin, kinName(subject.id), subject)
  }

  /** The newest change that could have caused what began at `since`. `others`: further names that it may be about. */
  causeOf(
    { id, provider }: Subject,
    since: number,
    isMeant: (change: Change) => boolean,
    others: readonly string[] = [],
  ): Cause | undefined {
    const isInTime = ({ time }: Change): boolean => time <= since + slackMs && time >= since - lookBackMs
    const find = (changes: readonly Change[] = []): Change | undefined =>
      changes.find((change) => isInTime(change) && isMeant(change))
    for (const name of [kinName(id), ...others]) {
      const change = find(this.#byName.get(name))
      if (change !== undefined) return { change, isCertain: true }
    }
    const change = find(this.#byShortName.get(`${provider} ${shortName(id)}`))
    return change && { change, isCertain: false }
  }

  /** Tokens that the identity got by any of its names, epoch ms. */
  issued(subject: Subject, from: number, to: number): number {
    const kin = this.#kin.get(kinName(subject.id)) ?? []
    return kin.reduce((sum, { issued }) => sum + issued.sum(minuteOf(from), minuteOf(to)), 0)
  }
}
