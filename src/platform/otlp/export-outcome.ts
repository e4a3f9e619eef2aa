/** What became of an export request, whichever way it came. */

export type ExportOutcome =
  | {
      readonly kind: 'taken'
      /** Spans, data points or log records that cannot be counted, and why the first of them cannot. */
      readonly rejected: number
      readonly message: string
    }
  | { readonly kind: 'unreadable'; readonly why: string }

/** Who counts what came; rejects when that cannot be made durable. */
export type TakeExport = (
  signal: 'traces' | 'metrics' | 'logs',
  encoding: 'protobuf' | 'json',
  body: Uint8Array,
) => Promise<ExportOutcome>
