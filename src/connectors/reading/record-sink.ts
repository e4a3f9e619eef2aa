/** Where a stream of records goes. */
import type { Rejection } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'

export interface RecordSink {
  /**
   * `offset`: of the record's first byte in the (decompressed) stream. The record is only valid during the call: the
   * next one of the same layout is the same object.
   */
  record: (record: JsonObject, offset: number) => void
  rejection: (rejection: Rejection, offset: number) => void
}
