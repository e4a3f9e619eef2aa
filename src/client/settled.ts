/** Follows a call to its end without being in its way. */
import { diag } from '@opentelemetry/api'

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Telemetry that fails must not become a failure of the application. */
function quietly<T>(record: (value: T) => void, value: T): void {
  try {
    record(value)
  } catch {
    diag.error('identity-slo/client: something could not be recorded')
  }
}

/**
 * One reaction is added and nothing else: what was thrown at once is thrown at once, and a rejection that nobody handles
 * stays unhandled.
 */
export function settled<Result>(
  call: () => Result,
  end: (value: unknown) => void,
  fail: (error: unknown) => void,
): Result {
  let result: Result
  try {
    result = call()
  } catch (error) {
    quietly(fail, error)
    throw error
  }
  if (!isPromise(result)) {
    quietly(end, result)
    return result
  }
  const followed: unknown = result.then(
    (value) => {
      quietly(end, value)
      return value
    },
    (error: unknown) => {
      quietly(fail, error)
      throw error
    },
  )
  return followed as Result
}
