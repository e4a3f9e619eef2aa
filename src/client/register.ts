/** Entry point `identity-slo/register`: `node --import identity-slo/register app.js` instruments the SDKs that the application loads. */
import { IdentityTelemetry } from './client.ts'
import { watchModules } from './module-hooks.ts'
import { sdkPackages } from './sdk-packages.ts'

function register(): void {
  const telemetry = new IdentityTelemetry()
  const packageOf = (url: string) => sdkPackages.find(({ file }) => file.test(url))
  const isWatching = watchModules(
    (url) => packageOf(url) !== undefined,
    (url, exported) => {
      try {
        packageOf(url)?.instrument(telemetry, exported)
      } catch {
        process.emitWarning(`identity-slo/register: could not instrument ${url}`)
      }
    },
  )
  if (!isWatching)
    process.emitWarning('identity-slo/register: needs Node 22.15 or later; nothing is instrumented')
}

register()
