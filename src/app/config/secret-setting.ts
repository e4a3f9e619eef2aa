/** A setting that holds a secret: a reference in the file, the secret itself after parsing. */
import { z } from 'zod'
import { type ResolveSecret, secretReference } from './secret.ts'

export function secretSetting(resolve: ResolveSecret) {
  return (
    z
      .string()
      // A literal is no secret yet: nothing that looks at secrets may see it.
      .regex(secretReference, { abort: true })
      .transform((reference, context) => {
        const resolved = resolve(reference)
        if (typeof resolved !== 'string') return resolved
        context.issues.push({ code: 'custom', message: resolved, input: reference })
        return z.NEVER
      })
  )
}
