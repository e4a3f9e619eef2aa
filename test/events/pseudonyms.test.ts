import { describe, expect, it } from 'vitest'
import type { Actor, Identity, IdentityEvent } from '../../src/events/event.ts'
import { defaultPseudonymPolicy, pseudonymise } from '../../src/events/pseudonyms.ts'
import { anAssignmentChange, aSecretRead, aTokenRequest, aTokenUse } from '../support/event.ts'

/** Not reversible by eye: what is hidden must not be found in the result. */
const pseudonym = (text: string): string =>
  `p${[...text].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7) >>> 0}`

const person: Identity = {
  id: 'alice-object-id',
  name: 'alice@acme.example',
  type: 'user',
  tenant: 'tenant-1',
  namespace: 'alice-namespace',
  path: '/alice/',
  repository: 'alice/dotfiles',
}
const alice: Actor = { id: 'alice-object-id', name: 'alice@acme.example', type: 'user' }

function hidden(event: IdentityEvent, policy = defaultPseudonymPolicy): IdentityEvent {
  return pseudonymise(event, policy, pseudonym)
}

describe('pseudonyms', () => {
  it('stand for people, everywhere that an event names them', () => {
    const events = [
      aTokenRequest({
        identity: person,
        federation: { issuer: 'https://idp.example', subject: 'alice@acme.example' },
      }),
      aTokenUse({ identity: person }),
      aSecretRead({ identity: person }),
      anAssignmentChange({ identity: person, principal: person.id, actor: alice }),
      {
        ...anAssignmentChange({ identity: person, actor: alice }),
        kind: 'identity.change',
        op: 'disabled',
      } as const,
    ]
    for (const event of events) {
      const { principal: _, ...rest } = { principal: '', ...hidden(event) }
      expect(JSON.stringify(rest)).not.toMatch(/alice/)
      expect(hidden(event).identity).toEqual({ id: pseudonym(person.id), type: 'user', tenant: 'tenant-1' })
    }
  })

  it('are the same for the same person as identity, principal and actor', () => {
    const event = hidden(anAssignmentChange({ identity: person, principal: person.id, actor: alice }))
    expect(event).toMatchObject({
      identity: { id: pseudonym(person.id) },
      principal: pseudonym(person.id),
      actor: { id: pseudonym(person.id), type: 'user' },
    })
  })

  it('leave machines as they are, and an event without people is the very same one', () => {
    const request = aTokenRequest()
    expect(hidden(request)).toBe(request)
    const use = aTokenUse()
    expect(hidden(use)).toBe(use)
  })

  it('hide the person who changed a machine, and not the machine', () => {
    const event = hidden(anAssignmentChange({ actor: alice }))
    expect(event).toMatchObject({
      identity: { name: 'checkout-api' },
      principal: 'identity-1',
      actor: { id: pseudonym(alice.id), type: 'user' },
    })
    expect(JSON.stringify(event)).not.toMatch(/alice/)
  })

  it('always stand for the names of secrets', () => {
    for (const people of [true, false]) {
      const event = hidden(aSecretRead(), { people, machines: false })
      expect(event).toMatchObject({
        secret: pseudonym('database-password'),
        identity: { name: 'checkout-api' },
      })
    }
  })

  it('leave people readable and hide machines where the policy says so', () => {
    const policy = { people: false, machines: true }
    expect(hidden(aTokenUse({ identity: person }), policy).identity).toEqual(person)
    const federation = { issuer: 'https://ci.example', subject: 'repo:acme/checkout' }
    const machine = hidden(aTokenRequest({ federation }), policy)
    expect(machine.identity).toEqual({
      id: pseudonym('identity-1'),
      type: 'system-assigned',
      tenant: 'tenant-1',
    })
    expect(machine).toMatchObject({ federation: { issuer: 'https://ci.example' } })
    expect(JSON.stringify(machine)).not.toMatch(/identity-1|checkout-api|repo:acme/)
  })

  it('do not say of an empty subject that there was one', () => {
    const event = aTokenRequest({
      identity: person,
      federation: { issuer: 'https://idp.example', subject: '' },
    })
    expect(hidden(event)).toMatchObject({ federation: { subject: '' } })
  })
})
