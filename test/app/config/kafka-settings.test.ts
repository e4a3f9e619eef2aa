import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/app/config.ts'
import { problemLine } from '../../../src/app/errors.ts'
import { kafkaOptions } from '../../../src/app/kafka-wiring.ts'

const namespace =
  'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=aGVsbG8='

function load(text: string, environment: Record<string, string> = {}) {
  return loadConfig('a.yaml', { PASSWORD: 'hunter2', ...environment }, () => text)
}

/** Problems of one source in flow style, without the file's name. */
function problemsOf(source: string, environment: Record<string, string> = {}): string[] {
  const { problems } = load(`sources: {kafka: [{${source}}]}`, environment)
  return problems.map((problem) => problemLine(problem).replace(/^a\.yaml:\d+:\d+: error: /, ''))
}

const plain = 'brokers: ["kafka.example.org:9092"], topics: [signins]'

describe('a Kafka source', () => {
  it('needs brokers and topics only', () => {
    const { config, problems } = load(`sources: {kafka: [{${plain}}]}`)
    expect(problems).toEqual([])
    expect(config?.kafka).toEqual([
      {
        name: 'kafka',
        brokers: ['kafka.example.org:9092'],
        topics: ['signins'],
        groupId: 'identity-slo',
        clientId: 'identity-slo',
        tls: { enabled: false },
        startFrom: 'earliest',
        outOfRange: 'earliest',
        sessionTimeoutSeconds: 30,
        heartbeatSeconds: 3,
        rebalanceTimeoutSeconds: 60,
        requestTimeoutSeconds: 60,
        commitSeconds: 5,
        stallSeconds: 120,
        maxBytes: 5_242_880,
        maxBytesPerPartition: 1_310_720,
      },
    ])
  })

  it('takes its secrets by reference, and shows none', () => {
    const sasl = `sasl: {mechanism: scram-sha-512, username: reader, password: "\${env:PASSWORD}"}`
    const { config } = load(`sources: {kafka: [{${plain}, ${sasl}}]}`)
    const [settings] = config?.kafka ?? []
    expect(JSON.stringify(settings)).not.toContain('hunter2')
    expect(settings && kafkaOptions(settings, 'store').sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'reader',
      password: 'hunter2',
    })
  })

  it('looks at progress more often than it may stall', () => {
    const watchMs = (text: string) => {
      const [settings] = load(`sources: {kafka: [{${plain}${text}}]}`).config?.kafka ?? []
      return settings && kafkaOptions(settings, 'store').watchMs
    }
    expect(watchMs('')).toBe(10_000)
    expect(watchMs(', stallSeconds: 10')).toBe(2500)
  })

  const cases: readonly (readonly [what: string, source: string, problem: string])[] = [
    [
      'no topics',
      'brokers: ["a:1"], topics: []',
      'topics must be a list that is not empty, each text; found an empty list',
    ],
    [
      'an unknown key',
      `${plain}, group: x`,
      'unknown key "group" in sources.kafka[0]; did you mean "groupId"?',
    ],
    [
      'a broker without a port',
      'brokers: ["a:1", kafka.example.org], topics: [t]',
      'brokers[1] must be host:port, such as',
    ],
    ['a broker as a URL', 'brokers: ["http://a:1"], topics: [t]', 'brokers[0] must be host:port'],
    ['a port beyond all', 'brokers: ["a:65536"], topics: [t]', 'brokers[0] must be host:port'],
    ['a topic that cannot be', 'brokers: ["a:1"], topics: ["sign ins"]', 'topics[0] must be letters, digits'],
    ['a topic given twice', 'brokers: ["a:1"], topics: [t, t]', 'topics[1] is given twice: keep one of them'],
    ['a long group', `${plain}, groupId: ${'g'.repeat(257)}`, 'groupId must be at most 256 characters'],
    [
      'a policy that is none',
      `${plain}, outOfRange: first`,
      'outOfRange must be one of earliest, latest, fail; found "first"',
    ],
    [
      'a slow heartbeat',
      `${plain}, heartbeatSeconds: 11`,
      'heartbeatSeconds must be at most a third of sessionTimeoutSeconds, which is 30',
    ],
    [
      'a session that is too short',
      `${plain}, sessionTimeoutSeconds: 5, heartbeatSeconds: 1`,
      'sessionTimeoutSeconds must be a whole number from 6 to 1800; found the number 5',
    ],
    [
      'more of a partition than of all',
      `${plain}, maxBytes: 1048576`,
      'maxBytesPerPartition must be at most maxBytes, which is 1048576',
    ],
    [
      'a certificate without its key',
      `${plain}, tls: {enabled: true, certificate: "\${env:PASSWORD}"}`,
      'tls must have both certificate and key, or neither',
    ],
    [
      'a readable password',
      `${plain}, sasl: {mechanism: plain, username: u, password: "\${env:PASSWORD}"}`,
      'tls.enabled must be true: with mechanism plain',
    ],
    [
      'half a login',
      `${plain}, sasl: {mechanism: plain, username: u}`,
      'sasl.password is missing: it must be a reference to a secret',
    ],
    [
      'a literal password',
      `${plain}, sasl: {mechanism: plain, username: u, password: hunter2}`,
      'sasl.password must be a reference to a secret',
    ],
    ['a name with a colon', `${plain}, name: "a:b"`, 'name must be letters, digits'],
  ]

  it.each(cases)('is refused with %s', (_, source, problem) => {
    const problems = problemsOf(source)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.replaceAll('sources.kafka[0].', '')).toContain(problem)
    expect(problems.join()).not.toContain('hunter2')
  })

  it('may show a password on loopback', () => {
    const sasl = `sasl: {mechanism: plain, username: u, password: "\${env:PASSWORD}"}`
    expect(problemsOf(`brokers: ["127.0.0.1:9092"], topics: [t], ${sasl}`)).toEqual([])
  })

  it('has a name of its own', () => {
    const { problems } = load(`sources:\n  kafka:\n    - {${plain}}\n    - {${plain}, name: kafka}\n`)
    expect(problems.map(problemLine)).toEqual([
      'a.yaml:4:70: error: sources.kafka[1].name is "kafka" as well: give each Kafka source a name of its own',
    ])
  })
})

describe('Event Hubs', () => {
  const hubs = (
    changed: { broker?: string; topics?: string; tls?: string; sasl?: string; rest?: string } = {},
  ) => {
    const {
      broker = 'acme.servicebus.windows.net:9093',
      topics = '[signins]',
      tls = '{enabled: true}',
    } = changed
    const login = `{mechanism: plain, username: $ConnectionString, password: "\${env:HUBS}"}`
    return `brokers: ["${broker}"], topics: ${topics}, tls: ${tls}, sasl: ${changed.sasl ?? login}${changed.rest ?? ''}`
  }

  it('is taken as it is documented', () => {
    expect(problemsOf(hubs(), { HUBS: namespace })).toEqual([])
    expect(problemsOf(hubs(), { HUBS: `${namespace};EntityPath=signins` })).toEqual([])
  })

  const wrong: readonly (readonly [what: string, source: string, connection: string, problem: string])[] = [
    [
      'another port',
      hubs({ broker: 'acme.servicebus.windows.net:9092' }),
      namespace,
      'brokers[0] must have port 9093',
    ],
    ['no TLS', hubs({ tls: '{}' }), namespace, 'tls.enabled must be true'],
    [
      'another user',
      hubs({ sasl: `{mechanism: plain, username: reader, password: "\${env:HUBS}"}` }),
      namespace,
      'sasl must be mechanism plain with username $ConnectionString',
    ],
    [
      'another mechanism',
      hubs({ sasl: `{mechanism: scram-sha-256, username: $ConnectionString, password: "\${env:HUBS}"}` }),
      namespace,
      'sasl must be mechanism plain with username $ConnectionString',
    ],
    [
      'a long session',
      hubs({ rest: ', sessionTimeoutSeconds: 301' }),
      namespace,
      'sessionTimeoutSeconds must be at most 300',
    ],
    [
      'short requests',
      hubs({ rest: ', requestTimeoutSeconds: 19' }),
      namespace,
      'requestTimeoutSeconds must be at least 20',
    ],
    [
      'a literal',
      hubs({ sasl: `{mechanism: plain, username: $ConnectionString, password: "${namespace}"}` }),
      namespace,
      'sasl.password must be a reference to a secret',
    ],
    ['only a key', hubs(), 'aGVsbG8=', 'sasl.password is no connection string of Event Hubs'],
    [
      'a generated token',
      hubs(),
      'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y',
      'sasl.password holds a SharedAccessSignature',
    ],
    [
      'the string of another hub',
      hubs(),
      `${namespace};EntityPath=audit`,
      'topics must be only the event hub',
    ],
  ]

  it.each(wrong)('is refused with %s', (_, source, connection, problem) => {
    const problems = problemsOf(source, { HUBS: connection })
    expect(problems).toHaveLength(1)
    expect(problems[0]?.replace('sources.kafka[0].', '')).toContain(problem)
    expect(problems.join()).not.toContain('aGVsbG8')
    expect(problems.join()).not.toContain('sig=')
  })
})
