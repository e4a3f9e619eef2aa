/** Settings of the Kafka sources, Azure Event Hubs among them. */
import { z } from 'zod'
import { kafkaProblems, repeatedNames } from './kafka-checks.ts'
import type { ResolveSecret } from './secret.ts'
import { secretSetting } from './secret-setting.ts'

const mebibyte = 1024 * 1024
const text = z.string().min(1)

function tls(resolve: ResolveSecret) {
  return z.strictObject({
    enabled: z.boolean().default(false).describe('Connect by TLS, and check the certificate of the brokers.'),
    ca: secretSetting(resolve)
      .optional()
      .describe('Certificates to trust instead of the usual authorities, PEM.'),
    certificate: secretSetting(resolve).optional().describe('Our certificate, for mutual TLS, PEM.'),
    key: secretSetting(resolve).optional().describe('The private key of our certificate, PEM. Secret.'),
  })
}

function sasl(resolve: ResolveSecret) {
  return z.strictObject({
    mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('How the password is shown.'),
    username: text.describe('Who we are. For Event Hubs it is $ConnectionString, literally.'),
    password: secretSetting(resolve).describe(
      'Secret. For Event Hubs it is the connection string of the namespace or of the event hub.',
    ),
  })
}

const timings = {
  sessionTimeoutSeconds: z
    .int()
    .min(6)
    .max(1800)
    .default(30)
    .describe('A member that the group does not hear of for this long loses its partitions.'),
  heartbeatSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(3)
    .describe('How often the group hears of us. At most a third of the session.'),
  rebalanceTimeoutSeconds: z
    .int()
    .min(6)
    .max(3600)
    .default(60)
    .describe(
      'How long the group waits for a member to finish what it is at when partitions are shared out anew.',
    ),
  requestTimeoutSeconds: z
    .int()
    .min(5)
    .max(600)
    .default(60)
    .describe('How long an answer of a broker may take.'),
  commitSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(5)
    .describe(
      'How often the broker is told our positions. They decide nothing here, but another member begins at them if this one dies.',
    ),
  stallSeconds: z
    .int()
    .min(10)
    .max(86_400)
    .default(120)
    .describe('When there are records and none comes for this long, the consumer is built anew.'),
}

const amounts = {
  maxBytes: z
    .int()
    .min(mebibyte)
    .max(256 * mebibyte)
    .default(5 * mebibyte)
    .describe('Most bytes of one fetch from one broker, compressed: what is held in memory.'),
  maxBytesPerPartition: z
    .int()
    .min(65_536)
    .max(64 * mebibyte)
    .default(1_310_720)
    .describe(
      'Most bytes of one fetch from one partition: more than the largest batch that the brokers take.',
    ),
}

/** The list `sources.kafka`. */
export function kafkaSources(resolve: ResolveSecret) {
  const source = z.strictObject({
    name: text
      .default('kafka')
      .describe('Tells the sources apart. Positions are kept under it, so that it has to stay as it is.'),
    brokers: z.array(text).min(1).describe('Brokers to begin with, each host:port.'),
    topics: z.array(text).min(1).describe('Topics to read; each message holds one record, or several.'),
    groupId: text
      .default('identity-slo')
      .describe(
        'Consumer group. Members of one group share the partitions; each needs a state folder of its own.',
      ),
    clientId: text.default('identity-slo').describe('How brokers name us in their logs and quotas.'),
    tls: tls(resolve).prefault({}).describe('Encryption.'),
    sasl: sasl(resolve).optional().describe('Logging in; without it we do not.'),
    startFrom: z
      .enum(['earliest', 'latest'])
      .default('earliest')
      .describe('Where to begin in a topic that neither we nor the group have read before.'),
    outOfRange: z
      .enum(['earliest', 'latest', 'fail'])
      .default('earliest')
      .describe(
        'What to do when our position is not on the broker any more: go on at the oldest record, go on at the end, or leave the partition unread. Counted each time.',
      ),
    ...timings,
    ...amounts,
  })
  const checked = source.superRefine((value, context) => {
    for (const { path, message } of kafkaProblems(value)) context.addIssue({ code: 'custom', path, message })
  })
  return z
    .array(checked)
    .superRefine((list, context) => {
      for (const { path, message } of repeatedNames(list)) context.addIssue({ code: 'custom', path, message })
    })
    .default([])
    .describe('Topics of Apache Kafka, or of what speaks its protocol.')
}

export type KafkaSettings = z.output<ReturnType<typeof kafkaSources>>[number]
