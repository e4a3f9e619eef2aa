/** Where a commit can be cut short: see fail-point.ts. */

/** `write-3` is when three rows are written. `creating` is before there is any commit: its number is 0. */
export type FailStep =
  | 'creating'
  | 'before-begin'
  | 'after-begin'
  | `write-${number}`
  | 'before-commit'
  | 'after-commit'

/** Steps of every commit, however small. */
export const failSteps: readonly [FailStep, ...FailStep[]] = [
  'before-begin',
  'after-begin',
  'write-1',
  'write-2',
  'write-3',
  'before-commit',
  'after-commit',
]

const module = new URL('./fail-point.ts', import.meta.url).href

/** Environment of a program that is to die at that step of its n-th commit, n from 1. */
export function failPoint(step: FailStep, commit: number): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${module}`, FAIL_POINT: `${step}:${commit}` }
}
