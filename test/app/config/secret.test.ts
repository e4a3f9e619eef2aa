import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/app/config/secret.ts'

it('shows a secret in no way of printing it', () => {
  const secret = new Secret('hunter2')
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true }),
    `${secret}`,
  ]
  expect(shown.join()).not.toContain('hunter2')
  expect(secret.reveal()).toBe('hunter2')
})
