/** "Did you mean": the nearest allowed spelling of a mistyped word. */

/** Letters added, left out, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let twoBefore: readonly number[] = []
  let before: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (twoBefore[j - 2] ?? 0) + 1 : change
      row.push(Math.min(change, swap, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    twoBefore = before
    before = row
  }
  return before[b.length] ?? 0
}

/** Case and separators do not count. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Up to one mistake in three letters is near; else a word that the other begins with. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  if (word.length > 100) return undefined
  const typed = plain(word)
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of allowed) {
    const distance = editDistance(typed, plain(candidate))
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate
      bestDistance = distance
    }
  }
  return (
    best ?? allowed.find((candidate) => isStart(typed, plain(candidate)) || isStart(plain(candidate), typed))
  )
}

function isStart(start: string, whole: string): boolean {
  return start.length >= 3 && whole.startsWith(start)
}

/** The end of a message about `word`: `; did you mean "x"? Allowed: x, y`, or `; allowed: x, y`. */
export function suggestion(word: string, allowed: readonly string[], label = 'allowed'): string {
  const near = nearest(word, allowed)
  const list = allowed.length > 0 ? allowed.join(', ') : 'nothing'
  const Label = label.charAt(0).toUpperCase() + label.slice(1)
  return near === undefined ? `; ${label}: ${list}` : `; did you mean "${near}"? ${Label}: ${list}`
}
