/** What runs of a workload: instances that hold tokens, renew them in time, and wait a while after a failure. */
import type { Instance, Token } from './recorder.ts'
import type { WorkloadPlan } from './scenario.ts'

const firstWaitMs = 1000
const longestWaitMs = 30_000

export interface Client {
  instance: Instance
  token: Token | undefined
  /** Not before this instant does it ask again, epoch ms. */
  retryAt: number
  /** Failures in a row. */
  failures: number
  lastCallAt: number
  /** Until when it waits for an answer of the issuer: calls wait with it. */
  busyUntil: number
  /** Whether it has not had a token yet. */
  isCold: boolean
  generation: number
}

function instanceOf(workload: WorkloadPlan, index: number, generation: number): Instance {
  const suffix = (generation * 7919 + index * 104_729 + workload.name.length).toString(36).padStart(5, '0')
  // Machine ids have 17 hexadecimal digits.
  const machine = `i-0${(index * 65_537 + workload.name.length).toString(16).padStart(16, 'a')}`
  return { workload, index, name: workload.host === 'vm' ? machine : `${workload.name}-${suffix}` }
}

export function clientsOf(workload: WorkloadPlan): readonly Client[] {
  return Array.from({ length: workload.instances }, (_, index) => ({
    instance: instanceOf(workload, index, 0),
    token: undefined,
    retryAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    lastCallAt: Number.POSITIVE_INFINITY,
    busyUntil: Number.NEGATIVE_INFINITY,
    isCold: true,
    generation: 0,
  }))
}

/** It was started anew: nothing is kept. */
export function restart(client: Client): void {
  const { workload, index } = client.instance
  client.generation++
  client.instance = instanceOf(workload, index, client.generation)
  client.token = undefined
  client.retryAt = Number.NEGATIVE_INFINITY
  client.failures = 0
  client.isCold = true
}

/** Whether its token has to be renewed, or got in the first place. */
export function needsToken({ token, instance }: Client, time: number): boolean {
  if (token === undefined) return true
  const { ttlMs, refreshAt } = instance.workload
  return time >= token.issuedAt + ttlMs * refreshAt
}

export function hasValidToken({ token }: Client, time: number): boolean {
  return token !== undefined && time < token.endsAt
}

export function failed(client: Client, time: number): void {
  const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** client.failures)
  client.failures = Math.min(client.failures + 1, 10)
  client.retryAt = time + wait
}

export function succeeded(client: Client, token: Token): void {
  client.token = token
  client.failures = 0
  client.retryAt = Number.NEGATIVE_INFINITY
  client.isCold = false
}
