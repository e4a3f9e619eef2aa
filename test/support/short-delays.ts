/** Makes the waits between an SDK's retries short: timers of half a second and more fire at once. */
import { vi } from 'vitest'

export function shortDelays(): Disposable {
  const real = globalThis.setTimeout
  const short = (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) =>
    real(run, ms >= 500 ? 1 : ms, ...values)
  vi.stubGlobal('setTimeout', Object.assign(short, real))
  return { [Symbol.dispose]: () => vi.stubGlobal('setTimeout', real) }
}
