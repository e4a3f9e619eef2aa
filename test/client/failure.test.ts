import { describe, expect, it } from 'vitest'
import { awsCodes, entraCodes, oauthCodes } from '../../src/client/error-codes.ts'
import { failureOf, reasonOfStatus } from '../../src/client/failure.ts'
import { codeMeanings as awsMeanings } from '../../src/connectors/aws-cloudtrail/codes.ts'
import { codeMeanings } from '../../src/connectors/azure-entra/codes.ts'
import { oauthReasons } from '../../src/connectors/oauth-errors.ts'
import { canary } from '../support/stand-ins/tokens.ts'

describe('a code means to the client what it means in the log of the issuer', () => {
  it.each([...entraCodes])('AADSTS%s: %s', (code, reason) => {
    expect(codeMeanings.get(code)?.reason).toBe(reason)
  })

  it.each([...awsCodes])('%s: %s', (code, reason) => {
    expect(awsMeanings.get(code)?.issuance).toBe(reason)
  })

  it.each([...oauthCodes])('%s: %s', (code, reason) => {
    expect(oauthReasons.get(code)).toBe(reason)
  })
})

describe('the reason of a failure', () => {
  it('is found in the cause, and in the members of a chain', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    expect(failureOf(new Error('outer', { cause }), undefined)).toEqual({
      reason: 'network',
      code: 'ECONNREFUSED',
    })
    const chain = new AggregateError([new Error('a'), new Error('AADSTS7000215: x')])
    expect(failureOf(chain, undefined)).toEqual({ reason: 'credential_invalid', code: 'AADSTS7000215' })
  })

  it('of errors that go round in a circle is unknown', () => {
    const error = new Error('x')
    error.cause = error
    expect(failureOf(error, undefined)).toEqual({ reason: 'unknown', code: '_OTHER' })
  })

  it('of a deadline is a time-out, and that of a silent metadata endpoint is that', () => {
    const error = new DOMException('x', 'TimeoutError')
    expect(failureOf(error, undefined).reason).toBe('timeout')
    expect(failureOf(error, { metadataOf: 'gcp', status: 0 }).reason).toBe('metadata_unreachable')
  })

  it.each([
    Object.assign(new Error(canary), { name: canary, code: canary, errorCode: canary, error: canary }),
    Object.assign(new Error(canary), { errorResponse: { error: canary, errorDescription: canary } }),
    { [canary]: canary, message: canary, type: canary, Code: canary },
    canary,
  ])('never holds what the error says: %#', (error) => {
    expect(JSON.stringify(failureOf(error, { metadataOf: undefined, status: 500 }))).not.toContain(canary)
  })

  it.each([
    [404, 'azure', 'platform_error'],
    [410, 'azure', 'platform_error'],
    [404, 'aws', 'identity_not_found'],
    [404, undefined, 'identity_not_found'],
    [429, 'gcp', 'throttled'],
    [502, 'azure', 'metadata_unreachable'],
    [502, undefined, 'platform_error'],
    [0, undefined, 'network'],
    [418, undefined, 'unknown'],
  ] as const)('of status %i from the metadata endpoint of %s is %s', (status, metadataOf, reason) => {
    expect(reasonOfStatus(status, metadataOf)).toBe(reason)
  })
})
