import { describe, expect, it } from 'vitest'
import { azureWorkloadIdentity } from '../../src/connectors/azure-workload-identity/connector.ts'

const { detect } = azureWorkloadIdentity

function klog(file: string, message: string, error: string): string {
  return `E0312 11:00:05.893319       1 ${file}:62] "${message}" err="${error}"`
}

describe('lines of Azure workload identity', () => {
  it('are told from those of other programs that fail to acquire a token', () => {
    expect(detect({ log: klog('cred.go', 'failed to acquire token', 'AADSTS70021: no match') })).toBe(true)
    expect(detect({ log: klog('lock.go', 'failed to acquire token', 'the lease is held') })).toBe(false)
    expect(detect({ log: klog('proxy.go', 'failed to dial the backend', 'refused') })).toBe(false)
  })

  it('are told from those of other proxies and handlers', () => {
    expect(detect({ logger: 'proxy', msg: 'Read object from cache', ts: 1 })).toBe(false)
    expect(detect({ logger: 'handler', message: 'failed to get service account' })).toBe(false)
    expect(detect({ logger: 'other', message: 'successfully acquired token' })).toBe(false)
  })

  it.each(['', 'E', 'E0312 11:00', 'E0312 11:00:05.8 1 no bracket', 'E0312 11:00:05.8 1 x] ', 'plain text'])(
    'are not found in %j',
    (log) => {
      expect(detect({ log })).toBe(false)
    },
  )
})
