import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { awsCloudtrail } from '../../src/connectors/aws-cloudtrail/connector.ts'
import { lifetimeOf, parseExpiration } from '../../src/connectors/aws-cloudtrail/expiration.ts'
import { isRejection, type JsonObject } from '../../src/connectors/connector.ts'

const seconds = fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2090, 0, 1) / 1000 })

/** As Java writes it: `Jul 10, 2023, 12:31:14 PM`; older versions without the second comma. */
function english(instant: number, second: ', ' | ' ', gap: string): string {
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(instant)
  const date = format({ month: 'short', day: 'numeric', year: 'numeric' })
  const time = format({ hour: 'numeric', minute: '2-digit', second: '2-digit', hour12: true })
  return `${date}${second}${time.replace(/\s(?=[AP]M)/, gap)}`
}

describe('expirations of issued credentials', () => {
  it('are read in every spelling, for any instant', () => {
    const spelling = fc.tuple(fc.constantFrom(', ' as const, ' ' as const), fc.constantFrom(' ', '\u202f'))
    fc.assert(
      fc.property(seconds, spelling, (second, [comma, gap]) => {
        const instant = second * 1000
        expect(parseExpiration(english(instant, comma, gap))).toBe(instant)
        expect(parseExpiration(new Date(instant).toISOString())).toBe(instant)
      }),
    )
  })

  it.each([
    '',
    'soon',
    'Foo 2, 2019 11:12:29 PM',
    'Oct 2, 2019',
    'Oct 2, 2019 13:12:29 PM',
    'Oct 2, 2019 11:72:29 PM',
    'Feb 29, 2023, 1:00:00 AM',
    'Oct 2, 2019 11:12:29 PM PDT',
  ])('that say "%s" are not guessed at', (written) => {
    expect(parseExpiration(written)).toBeNaN()
  })

  it('never give a lifetime that is not positive', () => {
    fc.assert(
      fc.property(seconds, seconds, fc.option(fc.integer(), { nil: undefined }), (issued, expires, asked) => {
        const { ttlSeconds, expiresAt } = lifetimeOf(issued * 1000, english(expires * 1000, ', ', ' '), asked)
        expect(ttlSeconds).toBe(expires > issued ? expires - issued : undefined)
        expect(expiresAt).toBe(expires > issued ? expires * 1000 : undefined)
      }),
    )
  })
})

describe('detection', () => {
  it('leaves notifications of S3 and records of other clouds alone', () => {
    const foreign: JsonObject[] = [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: '2026-03-02T09:15:00Z',
      },
      { eventSource: 'Administrative', eventName: 'EndRequest' },
      { eventType: 'user.session.start', published: '2026-03-02T09:15:00Z' },
      { kind: 'Event', auditID: 'x' },
      {},
    ]
    expect(foreign.map((record) => awsCloudtrail.detect(record))).toEqual(foreign.map(() => false))
  })
})

describe('mapping', () => {
  it('is total: any values in the fields that are read give events or a rejection', () => {
    const value = fc.oneof(
      fc.constantFrom(
        'AssumedRole',
        'IAMUser',
        'AWSService',
        'AWSAccount',
        'arn:aws:iam::1:role/x',
        'arn:',
        ':',
      ),
      fc.constantFrom<unknown>(
        'AssumeRole',
        'CreateSession',
        'GetParameters',
        'AttachRolePolicy',
        'AccessDenied',
        17,
      ),
      fc.jsonValue(),
    )
    const part = fc.record(
      Object.fromEntries(
        ['type', 'arn', 'principalId', 'invokedBy', 'roleArn', 'roleName', 'names', 'credentials'].map(
          (key) => [key, value],
        ),
      ),
      { requiredKeys: [] },
    )
    const record = fc.record(
      {
        eventTime: fc.constantFrom<unknown>('2026-03-02T09:15:00Z', 'x', 5),
        eventID: fc.constantFrom<unknown>('id', null),
        eventSource: fc.constantFrom(
          'sts.amazonaws.com',
          'iam.amazonaws.com',
          'ssm.amazonaws.com',
          'constructor',
        ),
        eventName: fc.oneof(
          fc.constantFrom('AssumeRole', 'AttachRolePolicy', 'GetParameters', 'toString'),
          value,
        ),
        eventType: fc.constantFrom<unknown>('AwsApiCall', 'AwsConsoleSignIn', 'AwsVpceEvent', undefined),
        errorCode: value,
        errorMessage: value,
        resources: value,
        userIdentity: fc.oneof(part, value),
        requestParameters: fc.oneof(part, value),
        responseElements: fc.oneof(part, value),
      },
      { requiredKeys: ['eventTime', 'eventID', 'eventSource', 'eventName', 'userIdentity'] },
    )
    fc.assert(
      fc.property(record, (any) => {
        const mapped = awsCloudtrail.map(any as JsonObject)
        if (isRejection(mapped)) expect(mapped.message.length).toBeGreaterThan(10)
        else expect(mapped.length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })
})
