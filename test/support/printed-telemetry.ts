/** Loaded with `--import` into a process of its own: prints at the end what was emitted, as one line of JSON. */
import { attributes } from '../../src/client/conventions.ts'
import { CollectedTelemetry } from './collected-telemetry.ts'

const names = ['token_request_total', 'token_request_failed', 'token_retries_total', 'metadata_calls_total']

const telemetry = new CollectedTelemetry()
let isPrinted = false

process.on('beforeExit', () => {
  if (isPrinted) return
  isPrinted = true
  void print()
})

async function print(): Promise<void> {
  const totals = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await telemetry.total(name)] as const)),
  )
  const fetches = telemetry
    .attributes('fetch')
    .map((fetch) =>
      [attributes.provider, attributes.credentialType, attributes.credentialMember, attributes.cacheHit].map(
        (name) => fetch[name] ?? null,
      ),
    )
  const uses = telemetry
    .attributes('use')
    .map((use) => [use[attributes.targetService], use[attributes.httpStatus]])
  process.stdout.write(
    `${JSON.stringify({ totals, fetches, uses, everything: await telemetry.everything() })}\n`,
  )
}
