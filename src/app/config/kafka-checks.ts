/** What makes settings of a Kafka source unsuitable although each by itself is valid; stricter for Azure Event Hubs. */
import type { Secret } from './secret.ts'

/** The settings that are looked at. */
export interface CheckedKafka {
  readonly name: string
  readonly brokers: readonly string[]
  readonly topics: readonly string[]
  readonly groupId: string
  readonly tls: {
    readonly enabled: boolean
    readonly certificate?: Secret | undefined
    readonly key?: Secret | undefined
  }
  readonly sasl?:
    | { readonly mechanism: string; readonly username: string; readonly password: Secret }
    | undefined
  readonly sessionTimeoutSeconds: number
  readonly heartbeatSeconds: number
  readonly requestTimeoutSeconds: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
}

/** `message` follows the name of the setting; it never holds a secret. */
export interface KafkaProblem {
  readonly path: (string | number)[]
  readonly message: string
}

const connectionStringUser = '$ConnectionString'
const eventHubsHost = /\.servicebus\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$/i
const eventHubsPort = 9093
const maxGroupId = 256
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function hostAndPort(broker: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(broker) ?? []
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}

/** Fields of `Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…`, by lower-case name. */
function fieldsOf(connectionString: string): ReadonlyMap<string, string> {
  const fields = connectionString.split(';').map((field) => field.trim())
  return new Map(
    fields.map((field) => {
      const [name = '', ...value] = field.split('=')
      return [name.toLowerCase(), value.join('=')]
    }),
  )
}

function* generalProblems(source: CheckedKafka): Generator<KafkaProblem> {
  const { brokers, topics, groupId, tls, sasl } = source
  for (const [index, broker] of brokers.entries())
    if (hostAndPort(broker) === undefined)
      yield { path: ['brokers', index], message: 'must be host:port, such as kafka-1.example.org:9092' }
  for (const [index, topic] of topics.entries()) {
    if (!/^[\w.-]{1,249}$/.test(topic) || topic === '.' || topic === '..')
      yield { path: ['topics', index], message: 'must be letters, digits, ".", "_" and "-", at most 249' }
    if (topics.indexOf(topic) !== index)
      yield { path: ['topics', index], message: 'is given twice: keep one of them' }
  }
  if (groupId.length > maxGroupId)
    yield { path: ['groupId'], message: `must be at most ${maxGroupId} characters` }
  if ((tls.certificate === undefined) !== (tls.key === undefined))
    yield { path: ['tls'], message: 'must have both certificate and key, or neither' }
  const isLocal = brokers.every((broker) => loopback.test(hostAndPort(broker)?.host ?? ''))
  if (sasl?.mechanism === 'plain' && !tls.enabled && !isLocal)
    yield {
      path: ['tls', 'enabled'],
      message: 'must be true: with mechanism plain everybody on the way could read the password',
    }
  if (source.heartbeatSeconds * 3 > source.sessionTimeoutSeconds) {
    const message = `must be at most a third of sessionTimeoutSeconds, which is ${source.sessionTimeoutSeconds}: one lost heartbeat must not cost the partitions`
    yield { path: ['heartbeatSeconds'], message }
  }
  if (source.maxBytesPerPartition > source.maxBytes)
    yield { path: ['maxBytesPerPartition'], message: `must be at most maxBytes, which is ${source.maxBytes}` }
}

function* eventHubsProblems(source: CheckedKafka): Generator<KafkaProblem> {
  const { brokers, tls, sasl } = source
  for (const [index, broker] of brokers.entries()) {
    if (hostAndPort(broker)?.port !== eventHubsPort)
      yield {
        path: ['brokers', index],
        message: `must have port ${eventHubsPort}: Event Hubs speaks Kafka there`,
      }
  }
  if (!tls.enabled && sasl?.mechanism !== 'plain')
    yield { path: ['tls', 'enabled'], message: 'must be true for Event Hubs' }
  if (sasl?.mechanism !== 'plain' || sasl.username !== connectionStringUser) {
    const message = `must be mechanism plain with username ${connectionStringUser} and the connection string as password for Event Hubs`
    yield { path: ['sasl'], message }
  }
  if (source.sessionTimeoutSeconds > 300)
    yield { path: ['sessionTimeoutSeconds'], message: 'must be at most 300 for Event Hubs' }
  if (source.requestTimeoutSeconds < 20)
    yield {
      path: ['requestTimeoutSeconds'],
      message:
        'must be at least 20 for Event Hubs, which holds answers back when it throttles: 60 is advised',
    }
}

function* connectionStringProblems({ sasl, topics }: CheckedKafka): Generator<KafkaProblem> {
  if (sasl?.username !== connectionStringUser) return
  const path = ['sasl', 'password']
  const fields = fieldsOf(sasl.password.reveal())
  if (fields.has('sharedaccesssignature'))
    yield {
      path,
      message:
        'holds a SharedAccessSignature, which Event Hubs does not take here: give the string with the SharedAccessKey',
    }
  else if (!fields.get('endpoint')?.startsWith('sb://') || !fields.get('sharedaccesskey')) {
    const form = 'Endpoint=sb://<namespace>…;SharedAccessKeyName=…;SharedAccessKey=…'
    yield { path, message: `is no connection string of Event Hubs, which has the form ${form}` }
  }
  const entity = fields.get('entitypath')
  if (entity !== undefined && topics.some((topic) => topic !== entity)) {
    const message = `must be only the event hub that the connection string is for (its EntityPath), or take the string of the namespace`
    yield { path: ['topics'], message }
  }
}

export function kafkaProblems(source: CheckedKafka): readonly KafkaProblem[] {
  const isEventHubs = source.brokers.some((broker) => eventHubsHost.test(hostAndPort(broker)?.host ?? ''))
  return [
    ...generalProblems(source),
    ...(isEventHubs ? eventHubsProblems(source) : []),
    ...connectionStringProblems(source),
  ]
}

/** Positions are kept by name: two sources of one name would take each other's. */
export function repeatedNames(sources: readonly Pick<CheckedKafka, 'name'>[]): readonly KafkaProblem[] {
  const names = sources.map(({ name }) => name)
  return names.flatMap((name, index) => {
    if (!/^[\w.-]{1,64}$/.test(name))
      return [{ path: [index, 'name'], message: 'must be letters, digits, ".", "_" and "-", at most 64' }]
    if (names.indexOf(name) === index) return []
    return [
      { path: [index, 'name'], message: `is "${name}" as well: give each Kafka source a name of its own` },
    ]
  })
}
