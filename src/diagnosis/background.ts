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

const existence: ReadonlySet<Change['op']> = new Set(['created', 'enabled', 'deleted', 'disabled'])

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
  readonly #book: EvidenceBook
  #kin: Map<string, Subject[]> | undefined

  /** `at`: epoch ms. */
  constructor(book: EvidenceBook, at: number) {
    this.#book = book
    this.at = at
    for (const change of book.changes.upTo(at))
      for (const name of change.about) {
        push(this.#byName, kinName(name), change)
        push(this.#byShortName, `${change.provider} ${shortName(name)}`, change)
      }
  }

  /** Those of one name, by whatever logs call them. Made when it is asked for: there are many, and few have trouble. */
  #kinOf(name: string): readonly Subject[] {
    if (this.#kin === undefined) {
      this.#kin = new Map()
      for (const subject of this.#book.subjects()) push(this.#kin, subject.kin, subject)
    }
    return this.#kin.get(name) ?? []
  }

  /** The newest change that could have caused what began at `since`. `others`: further names that it may be about. */
  causeOf(
    subject: Subject,
    since: number,
    isMeant: (change: Change) => boolean,
    others: readonly string[] = [],
  ): Cause | undefined {
    const { id, provider } = subject
    const isInTime = ({ time }: Change): boolean => time <= since + slackMs && time >= since - lookBackMs
    const find = (changes: readonly Change[] = []): Change | undefined =>
      changes.find((change) => isInTime(change) && isMeant(change) && !isOfOtherCluster(change, subject))
    for (const name of [kinName(id), ...others]) {
      const change = find(this.#byName.get(name))
      if (change !== undefined) return { change, isCertain: true }
    }
    const change = find(this.#byShortName.get(`${provider} ${shortName(id)}`))
    return change && { change, isCertain: false }
  }

  /** Newest first, those that name the very identity, in the log of its own provider. */
  changesAbout(subject: Subject): readonly Change[] {
    return (this.#byName.get(subject.kin) ?? []).filter((change) => isOfSameRealm(change, subject))
  }

  /** Whether the newest change of its existence took it away, by any of its names. */
  isGone(id: string): boolean {
    const [newest] = (this.#byName.get(kinName(id)) ?? []).filter(({ op }) => existence.has(op))
    return newest?.op === 'deleted' || newest?.op === 'disabled'
  }

  /** Changes of a kind with whom they name: of each identity the newest first. */
  *revoked(
    isMeant: (change: Change) => boolean,
  ): Generator<{ readonly change: Change; readonly subject: Subject }> {
    for (const [name, changes] of this.#byName)
      for (const subject of this.#kinOf(name))
        for (const change of changes)
          if (isMeant(change) && isOfSameRealm(change, subject)) yield { change, subject }
  }

  /** Tokens that the identity got by any of its names, epoch ms. */
  issued(subject: Subject, from: number, to: number): number {
    return this.#kinOf(subject.kin).reduce(
      (sum, { issued }) => sum + issued.sum(minuteOf(from), minuteOf(to)),
      0,
    )
  }
}

/** An account of the same name in another cluster is another one. */
function isOfSameRealm(change: Change, { provider, tenant }: Subject): boolean {
  return change.provider === provider && (change.tenant === tenant || change.tenant === '' || tenant === '')
}

function isOfOtherCluster(change: Change, subject: Subject): boolean {
  return (
    change.provider === 'kubernetes' && subject.provider === 'kubernetes' && !isOfSameRealm(change, subject)
  )
}
