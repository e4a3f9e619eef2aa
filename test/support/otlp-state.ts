/** What a receiver of telemetry knows, written and taken back by another one. */
import { OtlpTelemetry } from '../../src/connectors/otlp/telemetry.ts'

/** A restart: only what was saved is known. */
export function storedChunks(telemetry: OtlpTelemetry): OtlpTelemetry {
  const chunks = new Map<string, Uint8Array>()
  telemetry.save({
    put: (key, bytes) => chunks.set(key, bytes),
    remove: (key) => chunks.delete(key),
    removeAll: (prefix) => {
      for (const key of chunks.keys()) if (key.startsWith(prefix)) chunks.delete(key)
    },
  })
  const next = new OtlpTelemetry()
  for (const [key, bytes] of chunks) next.restore(key, bytes)
  return next
}
