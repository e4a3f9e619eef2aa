/** Tells when a module has been loaded, whether by `import` or by `require`: a line at its end hands its exports on. */
import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import { isFields } from './fields.ts'

type Loaded = (url: string, exported: Readonly<Record<string, unknown>>) => void

/** Both loaders run what they load in the realm of the application: this is where they meet us. */
const meetingPoint = Symbol.for('identity-slo.loaded')

function handOn(url: string, exported: string): string {
  return `\n;globalThis[Symbol.for('identity-slo.loaded')]?.(${JSON.stringify(url)}, ${exported});\n`
}

function withLine(url: string, format: string | null | undefined, source: string): string {
  if (format !== 'module') return source + handOn(url, 'module.exports')
  const itself = `\nimport * as identitySloExports from ${JSON.stringify(url)};`
  return source + itself + handOn(url, 'identitySloExports')
}

function textOf(url: string, source: unknown): string {
  if (typeof source === 'string') return source
  if (source instanceof Uint8Array) return Buffer.from(source).toString()
  // `import` of a CommonJS module leaves the reading to `require`.
  return readFileSync(fileURLToPath(url), 'utf8')
}

/** Whether this Node can: 22.15 and later. A module that cannot be read or told is loaded as it is. */
export function watchModules(isWanted: (url: string) => boolean, loaded: Loaded): boolean {
  if (typeof nodeModule.registerHooks !== 'function') return false
  Reflect.set(globalThis, meetingPoint, (url: unknown, exported: unknown) => {
    if (typeof url === 'string' && isFields(exported)) loaded(url, exported)
  })
  nodeModule.registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context)
      if (!url.startsWith('file:') || !isWanted(url)) return result
      return { ...result, source: withLine(url, result.format, textOf(url, result.source)) }
    },
  })
  return true
}
