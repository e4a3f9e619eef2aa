/** RFC 3339 of an instant in epoch ms; undefined for one that is not known: undefined, or infinite. */
export function isoTime(instant: number | undefined): string | undefined {
  return instant !== undefined && Number.isFinite(instant) ? new Date(instant).toISOString() : undefined
}
