import { expect, it } from 'vitest'
import { assignmentDrift } from '../../src/indicators/assignment-drift.ts'
import { anAssignmentChange, aTokenUse } from '../support/event.ts'

const judge = (expected: boolean | undefined, type: 'role' | 'user' = 'role') =>
  assignmentDrift.judge(anAssignmentChange({ expected, identity: { id: 'x', type, tenant: '' } }), {})

it('is good where a change was expected and bad where it was not, whoever holds the right', () => {
  expect([judge(true), judge(false), judge(true, 'user'), judge(false, 'user')]).toEqual([
    'good',
    'bad',
    'good',
    'bad',
  ])
})

it('says nothing without a baseline, and of no other event', () => {
  expect([judge(undefined), assignmentDrift.judge(aTokenUse(), {})]).toEqual([undefined, undefined])
})
