/** Globs with `*` (any text) and `?` (one character), matched in linear time: safe on text from outside. */

export function isGlob(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?')
}

export function globMatches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const token = pattern[p]
    if (token === '*') {
      star = p++
      resume = t
    } else if (token === '?' || token === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
