/** Work that is asked for more often than it can be done: once for each pause, and never left out at the end. */

/** Calls `work` in a later turn, at once or `pauseMs` after the last time. Any request leads to a call behind it. */
export function coalesced(work: () => void, pauseMs = 1000): () => void {
  let isWaiting = false
  let doneAt = Number.NEGATIVE_INFINITY
  return () => {
    if (isWaiting) return
    isWaiting = true
    const timer = setTimeout(
      () => {
        isWaiting = false
        work()
        doneAt = performance.now()
      },
      Math.max(0, doneAt + pauseMs - performance.now()),
    )
    timer.unref()
  }
}
