import fc from 'fast-check'
import { expect, it } from 'vitest'
import { tokenIdOf } from '../../../src/connectors/azure-entra/token-identifier.ts'

const id = '3f9a52c7-81de-4b06-95f1-d02c7ae40100'

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** The bytes of a GUID as .NET orders them: the first three groups backwards. */
function bytesOf(guid: string): Buffer {
  const [a = '', b = '', c = '', ...rest] = guid.split('-')
  const backwards = [a, b, c].map((group) => Buffer.from(group, 'hex').reverse())
  return Buffer.concat([...backwards, Buffer.from(rest.join(''), 'hex')])
}

it('keeps a uti as it is', () => {
  expect(tokenIdOf('URB3vEvKUUuClWlFhN4gAA', id)).toBe('URB3vEvKUUuClWlFhN4gAA')
})

it('turns the id in base64 into the uti of the same bytes', () => {
  expect(tokenIdOf(base64(id), id)).toBe('x1KaP96BBkuV8dAseuQBAA')
})

it('makes the same uti of any id as a base64url encoder does', () => {
  fc.assert(
    fc.property(fc.uuid(), (guid) => {
      expect(tokenIdOf(base64(guid), guid)).toBe(bytesOf(guid).toString('base64url'))
    }),
  )
})

it('has no token where the record has none', () => {
  expect(tokenIdOf(undefined, id)).toBeUndefined()
})

it('leaves what it cannot convert alone', () => {
  const text = base64('not-a-guid-but-thirty-six-characters')
  expect(tokenIdOf(text, 'not-a-guid-but-thirty-six-characters')).toBe(text)
})
