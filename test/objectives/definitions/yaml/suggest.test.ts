/** Suggestions for mistyped words. */
import { expect, test } from 'vitest'
import { nearest, suggestion } from '../../../../src/objectives/definitions/yaml/suggest.ts'

test.each([
  ['objective', 'objectives'],
  ['Objectives', 'objectives'],
  ['budgeting_method', 'budgetingMethod'],
  ['budgetnigMethod', 'budgetingMethod'],
  ['serviceName', 'service'],
  ['budget', 'budgetingMethod'],
])('%s is near to %s', (word, expected) => {
  expect(nearest(word, ['description', 'service', 'budgetingMethod', 'objectives'])).toBe(expected)
})

test.each(['colour', '', 'x'.repeat(5000)])('%.10s is near to nothing', (word) => {
  expect(nearest(word, ['description', 'service', 'objectives'])).toBeUndefined()
})

test('the list is always there, the hint only where one is near', () => {
  expect(suggestion('azuer', ['azure', 'aws'])).toBe('; did you mean "azure"? Allowed: azure, aws')
  expect(suggestion('colour', ['azure', 'aws'], 'defined')).toBe('; defined: azure, aws')
})
