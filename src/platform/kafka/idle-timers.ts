/**
 * Mends kafkajs 2.2.4, which looks for throttled requests a thousand times a second on each connection, for ever and
 * with a negative delay: Node warns of it on standard error, and an idle program is never at rest.
 */
import { createRequire } from 'node:module'

interface RequestQueue {
  readonly pending: readonly unknown[]
  /** Epoch ms. */
  readonly throttledUntil: number
}

type Schedule = (this: RequestQueue) => void

const require = createRequire(import.meta.url)
const method = 'scheduleCheckPendingRequests'

function hasSchedule(value: unknown): value is { [method]: Schedule } {
  return typeof value === 'object' && value !== null && method in value && typeof value[method] === 'function'
}

/** Wraps the method so that it only sets a timer when there is something to wait for. */
export function onlyWhenWaiting(schedule: Schedule, now: () => number): Schedule {
  return function scheduleWhenWaiting(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > now()) schedule.call(this)
  }
}

/** kafkajs keeps its classes for the whole process: doing this again changes nothing. */
export function mendIdleTimers(): void {
  const queueClass: unknown = require('kafkajs/src/network/requestQueue')
  const prototype: unknown = typeof queueClass === 'function' ? queueClass.prototype : undefined
  if (!hasSchedule(prototype) || prototype[method].name !== method) return
  prototype[method] = onlyWhenWaiting(prototype[method], Date.now)
}
