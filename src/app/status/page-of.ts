/** A long list, one page at a time. */

export const pageSize = 50

export interface PageOf<T> {
  readonly total: number
  /** From 1. */
  readonly page: number
  readonly pageSize: number
  readonly items: T[]
}

/** A page beyond the last is empty. */
export function pageOf<T>(all: readonly T[], page: number): PageOf<T> {
  return { total: all.length, page, pageSize, items: all.slice((page - 1) * pageSize, page * pageSize) }
}
