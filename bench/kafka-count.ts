/** The baseline of Kafka: a consumer that only counts messages: `node bench/kafka-count.ts BROKER TOPIC COUNT GROUP`. */
import kafkajs from 'kafkajs'
import { mendIdleTimers } from '../src/platform/kafka/idle-timers.ts'
import { startMeasuring } from './measured.ts'

const [broker = '', topic = '', count = '0', groupId = ''] = process.argv.slice(2)
mendIdleTimers()
const kafka = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING })
// Fetches as large as our own.
const consumer = kafka.consumer({ groupId, maxBytes: 5 * 1024 * 1024, maxBytesPerPartition: 1_310_720 })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
let records = 0
let done: ReturnType<typeof startMeasuring> | undefined
await new Promise<void>((resolve, fail) => {
  const eachBatch = async ({ batch }: kafkajs.EachBatchPayload): Promise<void> => {
    done ??= startMeasuring()
    records += batch.messages.length
    if (records === Number(count)) resolve()
  }
  consumer.run({ eachBatch }).catch(fail)
})
done?.({ records, good: 0, bad: 0 })
await consumer.disconnect()
