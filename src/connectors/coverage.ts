/** What a source can honestly tell, and how to get at it: the rows of docs/sources.md. */

/** `partly`: with a gap that `notes` or the connector's README names. */
export type Tells = 'yes' | 'partly' | 'no'

export interface SourceCoverage {
  readonly switchOn: string
  readonly delivery: string
  readonly delay: string
  readonly permissions: string
  /** By indicator, M1 to M10. */
  readonly tells: Readonly<
    Record<'M1' | 'M2' | 'M3' | 'M4' | 'M5' | 'M6' | 'M7' | 'M8' | 'M9' | 'M10', Tells>
  >
  readonly notes?: string
}
