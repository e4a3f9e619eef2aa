/** M6: how old are tokens when they are used, against their lifetime? Good is half of it at most. */
import type { IdentityEvent } from '../events/event.ts'
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

const oldestGoodRatio = 0.5

/** Age over lifetime of the token that was used; undefined where either is not known. */
export function tokenAgeRatio(event: IdentityEvent): number | undefined {
  if (event.kind !== 'token.use') return undefined
  const { tokenAgeSeconds: age, ttlSeconds: ttl } = event
  return age === undefined || ttl === undefined || ttl <= 0 ? undefined : Math.max(0, age) / ttl
}

export const tokenAge: Indicator = {
  id: 'token-age',
  title: 'Token age at use',
  kinds: ['token.use'],
  aspect: 'age',
  judge: (event, options) => {
    const ratio = tokenAgeRatio(event)
    if (ratio === undefined) return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    return ratio <= oldestGoodRatio ? 'good' : 'bad'
  },
  // The good share of a slice is one less the mean age of its tokens; an expired one is no older than its end.
  weigh: (event) => Math.round(Math.min(tokenAgeRatio(event) ?? 0, 1) * 1000),
}
