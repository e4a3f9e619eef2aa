import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { CollectedTelemetry } from '../support/collected-telemetry.ts'
import { canary, jwt } from '../support/stand-ins/tokens.ts'
import { Workspace } from '../support/workspace.ts'

let telemetry: CollectedTelemetry
let identity: IdentityTelemetry
let workspace: Workspace

beforeEach(() => {
  telemetry = new CollectedTelemetry()
  identity = new IdentityTelemetry()
  workspace = new Workspace()
})

afterEach(async () => {
  expect(await telemetry.everything()).not.toContain(canary)
  workspace[Symbol.dispose]()
  identity[Symbol.dispose]()
  telemetry[Symbol.dispose]()
})

/** The kubelet changes a link to a folder: readers see the whole former token or the whole new one. */
function project(token: string): void {
  const folder = `..${Math.random()}`
  mkdirSync(workspace.at(folder))
  workspace.write(`${folder}/token`, token)
  symlinkSync(folder, workspace.at('..data_tmp'))
  renameSync(workspace.at('..data_tmp'), workspace.at('..data'))
}

function token(ageSeconds: number, ttlSeconds = 3600): string {
  const issued = Math.floor(Date.now() / 1000) - ageSeconds
  return jwt({
    sub: 'system:serviceaccount:shop:checkout',
    aud: ['vault'],
    iat: issued,
    exp: issued + ttlSeconds,
  })
}

it('a token file tells its service account, and a new token in it is a refresh', async () => {
  project(token(600))
  const read = identity.tokenFile(workspace.at('..data/token'), { audience: 'vault' })
  const first = await read()
  expect(await read()).toBe(first)
  project(token(0))
  expect(await read()).not.toBe(first)
  expect(telemetry.attributes('fetch')).toEqual([
    expect.objectContaining({
      'identity.provider': 'kubernetes',
      'identity.credential.type': 'projected-token-file',
      'identity.id': 'system:serviceaccount:shop:checkout',
      'identity.type': 'service-account',
      'identity.audience': 'vault',
      'identity.token.ttl_seconds': 3600,
      'identity.token.age_seconds': expect.closeTo(600, -1),
      'identity.cache_hit': false,
    }),
    expect.objectContaining({ 'identity.cache_hit': true }),
    expect.objectContaining({ 'identity.cache_hit': false, 'identity.refresh': 'before_expiry' }),
  ])
})

it('a token that the kubelet does not renew is read as before, and is a refresh that failed', async () => {
  const expired = token(7200)
  project(expired)
  expect(await identity.tokenFile(workspace.at('..data/token'))()).toBe(expired)
  expect(telemetry.attributes('fetch')[0]).toMatchObject({
    'identity.outcome': 'failure',
    'identity.reason': 'token_expired',
  })
})

it('a file that is not there is a mistake of the caller, with the error of the file system', async () => {
  project(token(0))
  const read = identity.tokenFile(workspace.at('..data/token'))
  await read()
  rmSync(workspace.at('..data/token'))
  await expect(read()).rejects.toMatchObject({ code: 'ENOENT' })
  expect(telemetry.attributes('fetch')[1]).toMatchObject({
    'identity.reason': 'misconfigured_caller',
    'error.type': 'ENOENT',
    'identity.refresh': 'before_expiry',
    'identity.while_valid': true,
    'identity.id': 'system:serviceaccount:shop:checkout',
  })
})
