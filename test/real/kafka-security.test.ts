/** A Kafka source with a real Apache Kafka that asks for passwords and certificates, configured as users configure it. */
import { afterAll, expect, it } from 'vitest'
import { loadConfig } from '../../src/app/config.ts'
import { createKafkaSources } from '../../src/app/kafka-wiring.ts'
import type { KafkaSource } from '../../src/platform/kafka/kafka-source.ts'
import { KafkaLedger } from '../support/kafka-ledger.ts'
import { eventually } from '../support/kafka-members.ts'
import { MemoryPositions, NotingPipeline } from '../support/kafka-pipeline.ts'
import { KafkaSecurity, user } from '../support/kafka-security.ts'
import { describeKafka } from '../support/kafka-suite.ts'
import { morning, tokenRequest } from '../support/records.ts'

/** Made when the broker is: without one, openssl is not needed. */
let security: KafkaSecurity | undefined

afterAll(() => security?.[Symbol.dispose]())

class Reader implements AsyncDisposable {
  readonly pipeline = new NotingPipeline()
  readonly ledger = new KafkaLedger()
  readonly source: KafkaSource

  /** `settings`: YAML of the source, with secrets as references to the environment. */
  constructor(settings: string, secrets: Readonly<Record<string, string>>) {
    const env = { ...secrets, IDENTITY_SLO__SOURCES__KAFKA: `[{${settings}}]` }
    const { problems, config } = loadConfig(undefined, env, () => '')
    expect(problems).toEqual([])
    const [named] = createKafkaSources(config?.kafka ?? [], {
      pipeline: this.pipeline.wired,
      positions: new MemoryPositions(),
      isOverloaded: () => false,
      log: this.ledger.handlers().log,
      now: Date.now,
    })
    if (named === undefined) throw new Error('there is no source')
    this.source = named.source
    this.source.start()
  }

  /** Everything that it said. */
  get said(): string {
    return JSON.stringify(this.ledger.log)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.stop()
  }
}

describeKafka(
  'a broker that asks who we are',
  (kafka) => {
    async function filledTopic(): Promise<string> {
      const topic = await kafka().topics.create(1)
      await kafka().topics.send(topic, 0, [JSON.stringify(tokenRequest({ id: topic, time: morning }))])
      return topic
    }

    function place(topic: string, listener: 'PASSWORDS' | 'CERTIFICATES'): string {
      const address = kafka().broker.addressOf(listener)
      return `brokers: ["${address}"], topics: [${topic}], groupId: ${kafka().group()}`
    }

    const ca = `ca: "\${env:CA}"`
    const sasl = (mechanism: string): string =>
      `sasl: { mechanism: ${mechanism}, username: ${user}, password: "\${env:PASSWORD}" }`
    const secrets = (changed: Readonly<Record<string, string>> = {}): Record<string, string> => ({
      CA: security?.ca ?? '',
      PASSWORD: security?.password ?? '',
      ...changed,
    })

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
      'is read over TLS with a password by %s',
      async (mechanism) => {
        const topic = await filledTopic()
        const settings = `${place(topic, 'PASSWORDS')}, tls: { enabled: true, ${ca} }, ${sasl(mechanism)}`
        await using reader = new Reader(settings, secrets())
        await eventually('it is read', () => reader.pipeline.ids.length > 0)
        expect(reader.pipeline.ids).toEqual([`kubernetes-audit:${topic}`])
        expect(reader.said).not.toContain(security?.password)
      },
    )

    it('is read over TLS with a certificate', async () => {
      const topic = await filledTopic()
      const client = security?.certify('acme-reader')
      const own = `certificate: "\${env:CERTIFICATE}", key: "\${env:KEY}"`
      const settings = `${place(topic, 'CERTIFICATES')}, tls: { enabled: true, ${ca}, ${own} }`
      await using reader = new Reader(
        settings,
        secrets({ CERTIFICATE: client?.certificate ?? '', KEY: client?.key ?? '' }),
      )
      await eventually('it is read', () => reader.pipeline.ids.length > 0)
      expect(reader.pipeline.ids).toEqual([`kubernetes-audit:${topic}`])
    })

    it.each(['plain', 'scram-sha-256'])(
      'refuses a wrong password by %s; the log says so, and not which one',
      async (mechanism) => {
        const topic = await filledTopic()
        const settings = `${place(topic, 'PASSWORDS')}, tls: { enabled: true, ${ca} }, ${sasl(mechanism)}`
        await using reader = new Reader(settings, secrets({ PASSWORD: 'not-the-password' }))
        await eventually('it is built anew', () => reader.source.facts().rebuilds.crashed > 0)
        expect(reader.said).toMatch(/authentication failed/i)
        expect(reader.said).not.toContain('not-the-password')
        expect([reader.pipeline.ids, reader.source.facts().isJoined]).toEqual([[], false])
      },
    )

    it('is not trusted when its certificate is of an unknown authority', async () => {
      const topic = await filledTopic()
      const settings = `${place(topic, 'PASSWORDS')}, tls: { enabled: true }, ${sasl('plain')}`
      await using reader = new Reader(settings, secrets())
      await eventually('it is built anew', () => reader.source.facts().rebuilds.crashed > 0)
      expect(reader.said).toMatch(/certificate/i)
      expect([reader.pipeline.ids, reader.source.facts().isJoined]).toEqual([[], false])
    })

    it('refuses who shows no certificate', async () => {
      const topic = await filledTopic()
      await using reader = new Reader(
        `${place(topic, 'CERTIFICATES')}, tls: { enabled: true, ${ca} }`,
        secrets(),
      )
      await eventually('it is built anew', () => reader.source.facts().rebuilds.crashed > 0)
      expect([reader.pipeline.ids, reader.source.facts().isJoined]).toEqual([[], false])
    })
  },
  () => {
    security = new KafkaSecurity()
    return security.brokerSettings()
  },
)
