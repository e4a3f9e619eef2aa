/** What events say about one role of a principal at one scope, through time: late events take their own place in it. */

export interface Turn {
  readonly op: 'granted' | 'removed'
  /** Epoch ms. */
  readonly time: number
}

/** The newest turn, and those before it. */
export interface Statement extends Turn {
  readonly role: string
  readonly scope: string
  /** Oldest first. */
  readonly former?: readonly Turn[] | undefined
}

/** Beyond it the oldest turns are forgotten: whoever grants and removes all day is seen as of late only. */
const maxFormer = 64

/** In the order of time; of two at one instant the removal holds, whichever came first. */
function byTime(a: Turn, b: Turn): number {
  return a.time - b.time || Number(a.op === 'removed') - Number(b.op === 'removed')
}

export function withTurn(statement: Statement, turn: Turn): Statement {
  const { role, scope, op, time, former = [] } = statement
  const all = [...former, { op, time }]
  if (all.some((each) => byTime(each, turn) === 0)) return statement
  all.push({ op: turn.op, time: turn.time })
  const newest = all.sort(byTime).pop() ?? turn
  return { role, scope, ...newest, former: all.slice(-maxFormer) }
}

/** The turn in force at `floor` stays: later questions begin there. */
export function withoutTurnsBefore(statement: Statement, floor: number): Statement {
  const { former = [] } = statement
  const kept = former.filter((_, i) => (former[i + 1] ?? statement).time >= floor)
  return kept.length === former.length ? statement : { ...statement, former: kept }
}

/** The turn that is in force at `at`, epoch ms; undefined before the first. */
export function turnAt(statement: Statement, at: number): Turn | undefined {
  if (statement.time <= at) return statement
  return statement.former?.findLast(({ time }) => time <= at)
}

export function turnsOf(statement: Statement): readonly Turn[] {
  return [...(statement.former ?? []), statement]
}
