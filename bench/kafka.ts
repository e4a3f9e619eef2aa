/**
 * `npm run bench -- --kafka`: records a second from a real Kafka, against a consumer that only counts messages. Needs
 * Java, and Maven the first time.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaBroker, kafkaForTests } from '../test/support/kafka-broker.ts'
import { KafkaTopics } from '../test/support/kafka-topics.ts'
import type { Measured } from './measured.ts'
import { writeBenchRecords } from './records.ts'
import type { Report } from './report.ts'
import { writeRunConfig } from './run-config.ts'
import { best, inTurns, runScript } from './turns.ts'

const partitions = 3
const messagesPerSend = 1000

async function fill(address: string, file: string): Promise<string> {
  await using topics = await KafkaTopics.connect(address)
  const topic = await topics.create(partitions)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  for (let at = 0; at < lines.length; at += messagesPerSend)
    await topics.send(topic, (at / messagesPerSend) % partitions, lines.slice(at, at + messagesPerSend))
  return topic
}

function print(
  report: Report,
  counting: readonly Measured[],
  memory: readonly Measured[],
  durable: readonly Measured[],
): void {
  const perSecond = (results: readonly Measured[]): number =>
    Math.max(...results.map(({ records, wallSeconds }) => records / wallSeconds))
  const rates = [
    ['messages that are only counted', counting],
    ['records in memory', memory],
    ['records with durable state', durable],
  ] as const
  for (const [what, results] of rates) {
    const { cpuSeconds, records } = best(results)
    const cpu = `${((cpuSeconds / records) * 1e6).toFixed(1)} CPU s/million`
    report.figure({ what: `${what} (${cpu})`, value: perSecond(results), unit: 'per s', decimals: 0 })
  }
  report.figure({
    what: 'records in memory over messages counted',
    value: perSecond(memory) / perSecond(counting),
    goal: { atLeast: 0.6 },
  })
  report.figure({
    what: 'records with durable state over messages counted',
    value: perSecond(durable) / perSecond(counting),
    goal: { atLeast: 0.6 },
  })
}

/** Each reads the whole topic, in a group of its own. */
export async function benchKafka(
  report: Report,
  folder: string,
  records: number,
  rounds: number,
): Promise<void> {
  const { libraries, title } = kafkaForTests('the benchmark of Kafka')
  if (libraries === undefined) throw new Error(title)
  const file = join(folder, 'kafka.ndjson')
  writeBenchRecords(file, records)
  await using broker = await KafkaBroker.start(libraries)
  const topic = await fill(broker.address, file)
  report.heading(
    `Kafka: ${records.toLocaleString('en')} messages in ${partitions} partitions, ${rounds} rounds`,
  )
  const stateFolder = join(folder, 'kafka-state')
  let groups = 0
  const source = () => ({ brokers: [broker.address], topics: [topic], groupId: `bench-${++groups}` })
  const read = (state?: { readonly stateFolder: string }): Measured => {
    const config = writeRunConfig(join(folder, 'kafka'), { ...state, kafka: source() })
    return runScript<Measured>('kafka-run.ts', config, String(records))
  }
  const { counting, memory, durable } = await inTurns(rounds, {
    counting: () => {
      const { groupId } = source()
      return runScript<Measured>('kafka-count.ts', broker.address, topic, String(records), groupId)
    },
    memory: () => read(),
    durable: () => {
      rmSync(stateFolder, { recursive: true, force: true })
      return read({ stateFolder })
    },
  })
  print(report, counting, memory, durable)
}
