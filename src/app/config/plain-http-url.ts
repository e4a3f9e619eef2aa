/** A setting that is an address: http or https, without credentials, for those would show in messages. */
import { z } from 'zod'

export function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

export const plainHttpUrl = z
  .string()
  .refine(isPlainHttpUrl, 'must be an http or https URL without a user and a password')
