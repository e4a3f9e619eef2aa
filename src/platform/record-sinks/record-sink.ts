/** Where records go that are not read but written: the contract of files, HTTP and Kafka. */

export interface OutgoingRecord {
  /** Id of the source that it belongs to. */
  readonly log: string
  /** One JSON document, without its line end. */
  readonly text: string
}

export interface RecordSink {
  /** Takes some records, in this order. Resolves when they are where they belong; rejects with what went wrong. */
  readonly write: (records: readonly OutgoingRecord[]) => Promise<void>
  readonly close: () => Promise<void>
}
