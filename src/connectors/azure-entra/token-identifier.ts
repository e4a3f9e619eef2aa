/** The `uti` of an issued token as the sign-in log writes it, so that the issuance can be joined to the token's uses. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Hex digits of a GUID's text in the order of its bytes: the first three groups are little-endian. */
const byteOffsets = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34]

/** Length of a GUID's text in base64: records up to about 2023 write the sign-in's id in this way. */
const encodedGuidLength = 48

/**
 * `uniqueTokenIdentifier` is the token's `uti` claim, which is the sign-in's id as 16 bytes in base64url. The older
 * form, the id's text in base64, is turned into it.
 */
export function tokenIdOf(uniqueTokenIdentifier: string | undefined, signInId: string): string | undefined {
  if (uniqueTokenIdentifier === undefined) return undefined
  if (uniqueTokenIdentifier.length !== encodedGuidLength) return uniqueTokenIdentifier
  return guidInBase64Url(signInId) ?? uniqueTokenIdentifier
}

/** The value of a hex digit; NaN for anything else. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN
}

/** `undefined` if the text is not a GUID. */
function guidInBase64Url(guid: string): string | undefined {
  if (guid.length !== 36) return undefined
  let out = ''
  let bits = 0
  let held = 0
  for (const offset of byteOffsets) {
    const byte = hexDigit(guid.charCodeAt(offset)) * 16 + hexDigit(guid.charCodeAt(offset + 1))
    if (Number.isNaN(byte)) return undefined
    bits = (bits << 8) | byte
    held += 8
    while (held >= 6) {
      held -= 6
      out += alphabet[(bits >> held) & 63]
    }
    bits &= (1 << held) - 1
  }
  return out + alphabet[(bits << (6 - held)) & 63]
}
