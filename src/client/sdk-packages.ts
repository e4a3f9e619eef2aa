/** Which files of the SDKs are waited for, and what is instrumented when one of them has been loaded. */
import type { IdentityTelemetry } from './client.ts'
import { field, isFields } from './fields.ts'
import { around, putAround } from './methods.ts'

type Exports = Readonly<Record<string, unknown>>

interface SdkPackage {
  /** The file that `import` or `require` of the package loads. */
  readonly file: RegExp
  instrument(telemetry: IdentityTelemetry, exported: Exports): void
}

function prototypesIn(exported: Exports): readonly object[] {
  return Object.values(exported).flatMap((value) => {
    const prototype = typeof value === 'function' ? field(value, 'prototype') : undefined
    return typeof prototype === 'object' && prototype !== null ? [prototype] : []
  })
}

function has(prototype: object, method: string): boolean {
  return typeof field(prototype, method) === 'function'
}

/** `fromHttp()` and its like make providers: those that they make are instrumented, under their name. */
function instrumentFactories(telemetry: IdentityTelemetry, exported: Exports): void {
  for (const [name, factory] of Object.entries(exported)) {
    if (typeof factory !== 'function' || !/^(?:from[A-Z]\w*|defaultProvider)$/.test(name)) continue
    const make = around(factory as (...values: never[]) => unknown, (_, call) => {
      const provider = call()
      return typeof provider === 'function'
        ? telemetry.aws(provider as () => Promise<object>, { name })
        : provider
    })
    Reflect.set(exported, name, make)
  }
}

/** Of all clients of the SDK, when they send for the first time. */
function instrumentClients(telemetry: IdentityTelemetry, exported: Exports): void {
  const client = prototypesIn(exported).find(
    (prototype) => has(prototype, 'send') && has(prototype, 'destroy'),
  )
  if (client === undefined) return
  const seen = new WeakSet<object>()
  putAround(client, 'send', (sender, _values, call) => {
    const middlewareStack = field(sender, 'middlewareStack')
    if (!seen.has(sender) && isFields(middlewareStack)) telemetry.awsClient({ middlewareStack })
    seen.add(sender)
    return call()
  })
}

export const sdkPackages: readonly SdkPackage[] = [
  {
    file: /\/@azure\/identity\/dist\/(?:esm|commonjs)\/index\.js$/,
    instrument: (telemetry, exported) => {
      for (const prototype of prototypesIn(exported))
        if (has(prototype, 'getToken')) telemetry.azure(prototype as { getToken(): Promise<unknown> })
    },
  },
  {
    file: /\/google-auth-library\/build\/src\/index\.js$/,
    instrument: (telemetry, exported) => {
      for (const prototype of prototypesIn(exported)) telemetry.google(prototype)
    },
  },
  {
    file: /\/(?:@aws-sdk\/credential-provider(?:s|-[a-z-]+)|@smithy\/credential-provider-imds)\/dist-cjs\/index\.js$/,
    instrument: instrumentFactories,
  },
  {
    file: /\/@smithy\/(?:core\/dist-cjs\/submodules\/client|smithy-client\/dist-cjs)\/index\.js$/,
    instrument: instrumentClients,
  },
]
