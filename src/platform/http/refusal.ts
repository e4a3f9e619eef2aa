/** Why a request with records is refused: the status and the words that its sender is told, and when to come again. */

/** Every status that a request with records may end in; 499 stands for senders that went away before their answer. */
export const webhookStatuses = [200, 400, 401, 408, 413, 415, 429, 499, 500, 503] as const

export type WebhookStatus = (typeof webhookStatuses)[number]

export class Refusal extends Error {
  readonly status: WebhookStatus
  readonly headers: Readonly<Record<string, string>>

  constructor(status: WebhookStatus, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

export const refusals = {
  noToken: () =>
    new Refusal(401, 'send one of the configured tokens: Authorization: Bearer …', {
      'WWW-Authenticate': 'Bearer',
    }),
  unknownEncoding: (encoding: string) =>
    new Refusal(415, `Content-Encoding ${encoding} is not supported: send gzip, or none`, {
      'Accept-Encoding': 'gzip, identity',
    }),
  unsaidEncoding: (found: string) =>
    new Refusal(
      415,
      `the body is ${found} and does not say so: send gzip with Content-Encoding: gzip, or none`,
      {
        'Accept-Encoding': 'gzip, identity',
      },
    ),
  tooLarge: (maxBytes: number) =>
    new Refusal(
      413,
      `the body is larger than ${maxBytes} bytes decompressed: what came before the limit was counted, send the rest in smaller batches`,
    ),
  /** Of what is read whole before anything of it counts. */
  tooLargeWhole: (maxBytes: number) =>
    new Refusal(
      413,
      `the body is larger than ${maxBytes} bytes decompressed: nothing of it was counted, send smaller batches`,
    ),
  unreadable: (why: string) => new Refusal(400, `the body could not be read: ${why}`),
  tooSlow: (why: string) => new Refusal(408, `the body came too slowly: ${why}`, { Connection: 'close' }),
  /** What was taken of it is counted, and counts once however often it comes again. */
  tooMany: () =>
    new Refusal(429, 'too many requests are under way: send it again later', { 'Retry-After': '1' }),
  /** What was sent is not acknowledged: the sender keeps it and sends it again, and repeats count once. */
  unavailable: () =>
    new Refusal(503, 'no records can be taken at present: send it again later', { 'Retry-After': '5' }),
  notOtlp: (why: string) => new Refusal(400, why),
  unknownType: (type: string) =>
    new Refusal(
      415,
      `Content-Type ${type} is not supported: send application/x-protobuf or application/json`,
    ),
  gone: () => new Refusal(499, 'the sender went away'),
  failed: () => new Refusal(500, 'the program failed on the body: this is a mistake of the program'),
} as const
