/** The bytes EF BB BF, which some systems put in front of UTF-8. */

const mark = [0xef, 0xbb, 0xbf]

/** Length of the mark at hand: 0 if there is none, -1 if more bytes have to be seen. */
export function byteOrderMark(bytes: Uint8Array, from: number, end: number, isFinal: boolean): number {
  for (const [i, byte] of mark.entries()) {
    if (from + i >= end) return isFinal ? 0 : -1
    if (bytes[from + i] !== byte) return 0
  }
  return mark.length
}
