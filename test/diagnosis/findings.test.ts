import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { failureModes, runbooks } from '../../src/diagnosis/diagnosis.ts'
import { EvidenceBook } from '../../src/diagnosis/evidence-book.ts'
import { findMistakes } from '../../src/diagnosis/findings/find.ts'
import { advice, type Finding, type FindingKind, findingKinds } from '../../src/diagnosis/findings/finding.ts'
import type { IdentityChange, IdentityEvent, TokenUse } from '../../src/events/event.ts'
import {
  aFailedMetadataCall,
  aForbiddenTokenUse,
  aMetadataCall,
  anAssignmentChange,
  aSecretRead,
  aTokenRequest,
  aTokenUse,
  noon,
} from '../support/event.ts'

const minuteMs = 60_000

function found(events: readonly IdentityEvent[], minutes: number): readonly Finding[] {
  const book = new EvidenceBook()
  for (const event of events) book.observe(event)
  return findMistakes(book, [], noon + minutes * minuteMs)
}

function kinds(events: readonly IdentityEvent[], minutes: number): readonly FindingKind[] {
  return found(events, minutes).map(({ finding }) => finding)
}

/** One event each `every` minutes, from noon on. */
function each<Event extends IdentityEvent>(
  from: number,
  to: number,
  every: number,
  make: (changes: { id: string; time: number }) => Event,
): Event[] {
  const events: Event[] = []
  for (let minute = from; minute < to; minute += every)
    events.push(make({ id: `${make.name}${minute}`, time: noon + minute * minuteMs }))
  return events
}

function anIdentityChange(changes: Partial<IdentityChange>): IdentityChange {
  const { role, scope, principal, binding, expected, ...common } = anAssignmentChange()
  return { ...common, kind: 'identity.change', op: 'deleted', ...changes }
}

/** A use at `time` of the token that was issued at `issued`, minutes from noon, for an hour. */
function useOf(issued: number): (at: { id: string; time: number }) => TokenUse {
  return (at) =>
    aTokenUse({
      ...at,
      id: `${at.id} of ${issued}`,
      tokenAgeSeconds: (at.time - noon) / 1000 - issued * 60,
      ttlSeconds: 3600,
    })
}

describe('each finding', () => {
  const page = (path: string): string =>
    readFileSync(new URL(`../../docs/${path}.md`, import.meta.url), 'utf8')

  it.each(findingKinds)(
    '%s has a section with its evidence and its fix, and a runbook that exists',
    (kind) => {
      const section = page('findings').split(`\n## ${kind}\n`)[1]?.split('\n## ')[0]
      expect(section).toMatch(/\*\*Evidence\.\*\* [\s\S]+\*\*Fix\.\*\* /)
      expect(page('findings')).toContain(`| [${kind}](#${kind}) |`)
      const { runbook } = advice[kind]
      if (runbook !== undefined) expect(page(`runbooks/${runbook}`)).toMatch(/^# /)
    },
  )

  it('and each failure mode names a runbook that says how to see it and how to put it right', () => {
    for (const mode of failureModes) {
      const text = page(`runbooks/${runbooks[mode]}`)
      expect(text, mode).toMatch(/^# /)
      expect(page('diagnosis'), mode).toContain(`runbooks/${runbooks[mode]}.md`)
      expect(page('runbooks/README'), mode).toContain(`(${runbooks[mode]}.md)`)
    }
  })
})

describe('access that goes on after a revocation', () => {
  const deleted = anIdentityChange({ id: 'd', time: noon + 10 * minuteMs })

  it('is told with how long it went on, and how long tokens still live', () => {
    const issued = aTokenRequest({ id: 'i', time: noon, ttlSeconds: 3600 })
    const [first, ...others] = found([issued, ...each(0, 31, 1, (at) => aTokenUse(at)), deleted], 31)
    expect(others).toEqual([])
    expect(first).toMatchObject({
      finding: 'use-after-revocation',
      since: noon + 10 * minuteMs,
      change: { what: 'deleted identity-1', actor: 'deployer' },
      affected: { identities: ['identity-1'] },
      runbook: 'over-permission',
    })
    expect(first?.evidence.map(({ what }) => what)).toEqual([
      'still let in 20 min after the change',
      'tokens from before the change live for up to 30 min more',
    ])
  })

  it('is nothing where the identity came back, or where calls ended with it', () => {
    const restored = anIdentityChange({ id: 'r', op: 'created', time: noon + 11 * minuteMs })
    const uses = each(0, 31, 1, (at) => aTokenUse(at))
    expect(kinds([...uses, deleted, restored], 31)).toEqual([])
    expect(kinds([...each(0, 11, 1, (at) => aTokenUse(at)), deleted], 31)).toEqual([])
  })

  it('is nothing about an account of the same name in another cluster', () => {
    const account = { id: 'system:serviceaccount:shop:web', type: 'service-account' } as const
    const cluster = (tenant: string) =>
      ({ provider: 'kubernetes', identity: { ...account, tenant } }) as const
    const uses = each(0, 31, 1, (at) => aTokenUse({ ...at, ...cluster('two') }))
    expect(kinds([...uses, { ...deleted, ...cluster('one') }], 31)).toEqual([])
    expect(kinds([...uses, { ...deleted, ...cluster('two') }], 31)).toEqual(['use-after-revocation'])
  })

  describe('of a right', () => {
    const removed = anAssignmentChange({
      id: 'r',
      op: 'removed',
      role: 'Files.Read',
      time: noon + 10 * minuteMs,
    })

    it('is told where newer tokens are refused and older ones are let in', () => {
      const old = each(0, 40, 1, useOf(0))
      const refused = each(20, 40, 5, (at) => aForbiddenTokenUse(at))
      const [first] = found([...old, ...refused, removed], 40)
      expect(first).toMatchObject({
        finding: 'use-after-revocation',
        confidence: 0.9,
        affected: { services: ['storage'] },
      })
      expect(first?.evidence[0]?.what).toBe('still let in 29 min after the change')
    })

    it('is nothing where another right lets newer tokens in, or the right is to something else', () => {
      const old = each(0, 40, 1, useOf(0))
      expect(kinds([...old, ...each(20, 40, 1, useOf(20)), removed], 40)).toEqual([])
      expect(kinds([...old, removed], 40)).toEqual([])
      expect(kinds([...old, { ...removed, scope: '/providers/Storage/accounts/a' }], 40)).toEqual([
        'use-after-revocation',
      ])
    })

    it('is nothing in the minutes that a removal takes to hold', () => {
      expect(
        kinds([...each(0, 19, 1, useOf(0)), ...each(15, 19, 1, (at) => aForbiddenTokenUse(at)), removed], 19),
      ).toEqual([])
    })
  })
})

describe('one token from several places', () => {
  const from =
    (address: string | undefined, tokenId = 'token-1', identity = 'role-1') =>
    (at: { id: string; time: number }) =>
      aTokenUse({
        ...at,
        id: `${at.id} ${address} ${tokenId}`,
        address,
        correlation: { tokenId },
        provider: 'aws',
        identity: { id: identity, type: 'role', tenant: '1' },
      })

  it('is told where they take turns', () => {
    const events = [...each(0, 30, 1, from('192.0.2.7')), ...each(10, 30, 4, from('198.51.100.9'))]
    const [first] = found(events, 30)
    expect(first).toMatchObject({
      finding: 'shared-token',
      since: noon + 10 * minuteMs,
      affected: { identities: ['role-1'], services: ['storage'] },
    })
    expect(first?.evidence.map(({ what }) => what)).toEqual([
      'first use from 192.0.2.0/24',
      'first use from 198.51.100.0/24',
    ])
    expect(kinds(events.toReversed(), 30)).toEqual(['shared-token'])
  })

  it.each([
    ['a host that moves', [...each(0, 10, 1, from('192.0.2.7')), ...each(10, 20, 1, from('198.51.100.9'))]],
    [
      'neighbours of one network',
      [...each(0, 20, 1, from('192.0.2.7')), ...each(0, 20, 2, from('192.0.2.90'))],
    ],
    [
      'a host of two address families',
      [...each(0, 20, 1, from('192.0.2.7')), ...each(0, 20, 2, from('2001:db8::7'))],
    ],
    [
      'pods behind the role of their node',
      [...each(0, 20, 1, from('10.0.1.5')), ...each(0, 20, 2, from('10.0.3.9'))],
    ],
    [
      'a way by an endpoint in the network',
      [...each(0, 20, 1, from('10.0.1.5')), ...each(0, 20, 2, from('192.0.2.7'))],
    ],
    [
      'a pool of gateways that everybody uses',
      ['role-1', 'role-2', 'role-3'].flatMap((role) => [
        ...each(0, 20, 1, from('192.0.2.7', `token of ${role}`, role)),
        ...each(0, 20, 2, from('198.51.100.9', `token of ${role}`, role)),
      ]),
    ],
    [
      'a function, which runs on many machines with one session',
      [...each(0, 20, 1, from('192.0.2.7')), ...each(0, 20, 2, from('198.51.100.9'))].map((event) => ({
        ...event,
        layer: 'serverless' as const,
      })),
    ],
    [
      'tokens of one identity, each in its place',
      [...each(0, 20, 1, from('192.0.2.7', 'a')), ...each(0, 20, 2, from('198.51.100.9', 'b'))],
    ],
  ])('is nothing for %s', (_, events) => {
    expect(kinds(events, 30)).toEqual([])
  })

  it('is told of somebody outside, though the owner comes by a gateway', () => {
    const many = ['role-1', 'role-2', 'role-3'].flatMap((role) =>
      each(0, 20, 1, from('192.0.2.7', `t ${role}`, role)),
    )
    expect(kinds([...many, ...each(5, 20, 3, from('203.0.113.9', 't role-2', 'role-2'))], 30)).toEqual([
      'shared-token',
    ])
  })

  describe('by workload', () => {
    const of = (name: string, type: 'service-account' | 'role') => (at: { id: string; time: number }) =>
      aTokenUse({
        ...at,
        id: `${at.id} ${name}`,
        workload: { kind: 'pod', name },
        correlation: { tokenId: 't' },
        identity: { id: 'i', type, tenant: '' },
      })

    it('is told of an identity that is one workload’s own, and not of what a node hands to all', () => {
      const pods = (type: 'service-account' | 'role') => [
        ...each(0, 20, 1, of('web-1', type)),
        ...each(0, 20, 2, of('billing-1', type)),
      ]
      expect(kinds(pods('service-account'), 20)).toEqual(['shared-token'])
      expect(kinds(pods('role'), 20)).toEqual([])
    })

    it('is nothing for replicas of one deployment', () => {
      const replicas = [
        ...each(0, 20, 1, of('web-7d9f8b6c5d-x2x9k', 'service-account')),
        ...each(0, 20, 2, of('web-7d9f8b6c5d-zz111', 'service-account')),
      ]
      expect(kinds(replicas, 20)).toEqual([])
    })
  })
})

describe('metadata calls without business', () => {
  const nobody = { id: 'unknown', type: 'unknown', tenant: '' } as const
  const workload = { kind: 'pod', name: 'scanner-1' } as const
  const refused = (at: { id: string; time: number }) =>
    aFailedMetadataCall({
      ...at,
      reason: 'identity_not_found',
      fault: 'caller',
      httpStatus: 404,
      identity: nobody,
      workload,
    })

  it('are told of a workload that never got a token', () => {
    expect(found(each(0, 20, 3, refused), 20)).toMatchObject([
      {
        finding: 'needless-metadata-calls',
        since: noon,
        affected: { workloads: ['scanner-1'], identities: [] },
      },
    ])
  })

  it.each([
    [
      'whoever was served once',
      [...each(0, 20, 3, refused), aMetadataCall({ id: 's', time: noon - 3_600_000, workload })],
    ],
    ['a pod whose mapping is on its way', each(0, 8, 1, refused)],
    ['an endpoint that fails', each(0, 20, 1, (at) => aFailedMetadataCall({ ...at, workload }))],
    [
      'an identity that was just deleted',
      [
        ...each(0, 20, 3, (at) => ({ ...refused(at), identity: aTokenUse().identity })),
        anIdentityChange({ id: 'd', time: noon - minuteMs }),
      ],
    ],
  ])('are none of %s', (_, events) => {
    expect(kinds(events, 20)).not.toContain('needless-metadata-calls')
  })
})

describe('a jump of issuance', () => {
  const issue = (ttlSeconds: number | undefined) => (at: { id: string; time: number }) =>
    aTokenRequest({ ...at, id: `${at.id} ${ttlSeconds}`, ttlSeconds })
  const calm = each(-120, 0, 10, issue(3600))

  it('is told with the lifetimes and the rates before and since', () => {
    const change = anIdentityChange({ id: 'u', op: 'updated', time: noon - minuteMs })
    const [first] = found([...calm, ...each(0, 60, 2, issue(300)), change], 60)
    expect(first).toMatchObject({
      finding: 'issuance-jump',
      since: noon,
      confidence: 0.9,
      change: { what: 'updated identity-1' },
    })
    expect(first?.evidence.map(({ what }) => what)).toEqual([
      'tokens live 5 min, before 60 min',
      '30 tokens an hour, 6 in the hour before',
    ])
  })

  it.each([
    ['a deployment: more tokens of the same lifetime', [...calm, ...each(0, 60, 2, issue(3600))]],
    ['a shorter lifetime that changes no rate', [...calm, ...each(0, 60, 10, issue(300))]],
    ['a longer lifetime', [...calm, ...each(0, 60, 2, issue(7200))]],
    [
      'tokens for two purposes, side by side',
      [...calm, ...each(0, 60, 10, issue(3600)), ...each(0, 60, 2, issue(300))],
    ],
    ['the first minutes', [...calm, ...each(47, 60, 1, issue(300))]],
    [
      'an issuer that does not say lifetimes',
      [...each(-120, 0, 10, issue(undefined)), ...each(0, 60, 2, issue(undefined))],
    ],
  ])('is nothing for %s', (_, events) => {
    expect(kinds(events, 60)).toEqual([])
  })
})

describe('mistakes that one identity’s failures show', () => {
  it('are named: wrong audience, a throttled endpoint, a build agent on a static key', () => {
    const audience = each(0, 5, 1, (at) =>
      aForbiddenTokenUse({
        ...at,
        decision: 'unauthenticated',
        reason: 'audience_mismatch',
        workload: { kind: 'pod', name: 'web-1' },
      }),
    )
    const throttled = each(0, 5, 1, (at) =>
      aFailedMetadataCall({ ...at, reason: 'throttled', httpStatus: 429 }),
    )
    const build = each(0, 5, 1, (at) =>
      aTokenRequest({ ...at, id: `b${at.id}`, layer: 'cicd', credentialType: 'secret' }),
    )
    const all = found([...audience, ...throttled, ...build], 6)
    expect(all.map(({ finding }) => finding)).toEqual([
      'wrong-audience',
      'throttled-metadata',
      'static-credential',
    ])
    expect(all[0]).toMatchObject({ affected: { workloads: ['web-1'], services: ['storage'] } })
    expect(all[2]?.title).toBe('A build agent uses a static key')
  })

  it('are told for an hour, and not of a pipeline that is federated', () => {
    const once = aTokenRequest({ layer: 'cicd', credentialType: 'access-key' })
    expect(kinds([once], 59)).toEqual(['static-credential'])
    expect(kinds([once], 90)).toEqual([])
    expect(kinds([{ ...once, credentialType: 'federated' }], 1)).toEqual([])
    const person = { id: 'p_1', type: 'user', tenant: '' } as const
    expect(kinds([{ ...once, identity: person }], 1)).toEqual([])
    expect(kinds([aSecretRead({ fallback: true })], 1)).toEqual(['static-credential'])
    expect(kinds([aSecretRead()], 1)).toEqual([])
  })
})

describe('changes past the pipeline', () => {
  it('are one finding for each actor', () => {
    const change = (id: string, actor: string, expected?: boolean) =>
      anAssignmentChange({ id, expected, actor: { id: actor, type: 'user' }, time: noon })
    const all = found(
      [
        change('1', 'p_1', false),
        change('2', 'p_1', false),
        change('3', 'pipeline', true),
        change('4', 'p_2'),
      ],
      1,
    )
    expect(all).toHaveLength(1)
    expect(all[0]).toMatchObject({ finding: 'unapproved-change', change: { actor: 'p_1' } })
    expect(all[0]?.evidence).toHaveLength(2)
  })
})
