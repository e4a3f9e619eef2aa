import { expect, it } from 'vitest'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import { lessonTeller } from '../../../src/inventory/drift/lesson-teller.ts'
import { Tellings } from '../../../src/inventory/drift/tellings.ts'
import { Learned } from '../../../src/inventory/learned.ts'
import { aBaseline, aListing, differences } from '../../support/drift.ts'
import { anAssignmentChange, noon } from '../../support/event.ts'

const grant: HeldGrant = {
  provider: 'kubernetes',
  principal: 'prod/p',
  role: 'ClusterRole/view',
  scope: 'clusters/prod/namespaces/a',
  binding: 'prod/RoleBinding/a/x',
}

function change(op: 'granted' | 'removed' | 'changed', time: number, principal = 'p', binding?: string) {
  const isBinding = principal !== 'p'
  return anAssignmentChange({
    id: `${op} ${time} ${principal}`,
    provider: 'kubernetes',
    op,
    time,
    identity: { id: principal, type: 'unknown', tenant: 'prod' },
    principal,
    role: isBinding ? principal : 'ClusterRole/view',
    scope: 'namespaces/a',
    binding,
  })
}

const stories = [
  [],
  [change('granted', 1)],
  [change('removed', 1), change('granted', 1)],
  [change('granted', 2), change('removed', 1)],
  [change('granted', 1), change('removed', 2, 'RoleBinding/a/x')],
  [change('granted', 3), change('removed', 2, 'RoleBinding/a/x')],
  [change('granted', 1), change('removed', 2, 'RoleBinding/a/*')],
  [change('granted', 1), change('removed', 2, 'RoleBinding/b/*')],
  [change('changed', 1, 'p', 'RoleBinding/a/x')],
  [change('changed', 1)],
]

it.each(stories)('what was learned says the same of a right as the events do (%#)', (...story) => {
  const learned = new Learned()
  const tellings = new Tellings<undefined>()
  for (const event of story) {
    learned.learn(event)
    tellings.add(event, undefined)
  }
  const said = lessonTeller(learned.lessons).newest(grant)
  const expected = tellings.newest(grant)
  expect(said && [said.op, said.time]).toEqual(expected && [expected.op, expected.time])
})

it('a list shows what was not learned, and only that', () => {
  const { principal, role, scope, binding: via } = grant
  const fact = { fact: 'grant', provider: 'kubernetes', principal, role, scope, via, conditions: [] } as const
  const lists = [aListing({ source: 's', takenAt: noon, facts: [fact] })]
  const learned = new Learned()
  const silent = () =>
    differences(aBaseline([]), lists, lessonTeller(learned.lessons)).filter(({ isTold }) => !isTold)
  expect(silent()).toHaveLength(1)
  learned.learn(change('granted', noon - 5))
  expect(silent()).toEqual([])
})
