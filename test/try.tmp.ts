import { kafkaDistribution, KafkaBroker } from './support/kafka-broker.ts'
import kafkajs from 'kafkajs'
import { createKafkaSource } from '../src/platform/kafka/kafka-source.ts'
const t0 = performance.now()
const stamp = () => `${((performance.now() - t0) / 1000).toFixed(2)}s`
const dist = kafkaDistribution()
console.log(stamp(), dist)
await using broker = await KafkaBroker.start(dist.libraries!)
console.log(stamp(), 'broker up')
const kafka = new kafkajs.Kafka({ brokers: [broker.address], logLevel: 1 })
const admin = kafka.admin(); await admin.connect()
await admin.createTopics({ topics: [{ topic: 't', numPartitions: 12 }] })
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.LegacyPartitioner }); await producer.connect()
for (let p = 0; p < 11; p++) await producer.send({ topic: 't', messages: Array.from({ length: 500 }, (_, i) => ({ partition: p, value: JSON.stringify({ id: `${p}-${i}` }) })) })
console.log(stamp(), 'produced')
const counts = new Map<string, number>(); const positions = new Map<string, string>()
const log = { info: (f: object, m: string) => console.log(stamp(), 'info', m, f), warn: (f: object, m: string) => console.log(stamp(), 'warn', m, f), error: (f: object, m: string) => console.log(stamp(), 'error', m, f) }
const source = createKafkaSource({
  brokers: [broker.address], clientId: 'c', groupId: 'g', topics: ['t'], storeId: 's1', tls: undefined, sasl: undefined,
  startFrom: 'earliest', outOfRange: 'earliest', sessionTimeoutMs: 6000, heartbeatMs: 500, rebalanceTimeoutMs: 10000, requestTimeoutMs: 10000,
  maxBytes: 5e6, maxBytesPerPartition: 1.25e6, commitMs: 1000, watchMs: 1000, stallMs: 5000,
}, {
  positionOf: (t, p) => positions.get(`${t}:${p}`), beginBatch: () => {}, 
  open: () => ({ push: (v: Uint8Array) => { const { id } = JSON.parse(Buffer.from(v).toString()); counts.set(id, (counts.get(id) ?? 0) + 1) }, end: () => {} }),
  setPosition: (t, p, n) => { positions.set(`${t}:${p}`, n) }, committed: async () => {}, isOverloaded: () => false,
  onRecordProblem: (r, at) => console.log('problem', r, at), log, now: Date.now,
})
source.start()
while (!source.facts().isCaughtUp) await new Promise((r) => setTimeout(r, 10))
console.log(stamp(), 'caught up', counts.size, [...counts.values()].every((n) => n === 1))
console.log(source.partitions().slice(9))
await new Promise((r) => setTimeout(r, 2500))
const c0 = process.cpuUsage(); await new Promise((r) => setTimeout(r, 5000)); const c1 = process.cpuUsage(c0)
console.log('idle cpu %', (c1.user + c1.system) / 5e4)
console.log(await admin.fetchOffsets({ groupId: 'g', topics: ['t'] }).then((x) => x[0]?.partitions.slice(0, 2)))
const s = performance.now(); await source.stop(); console.log('stop ms', performance.now() - s)
await admin.disconnect(); await producer.disconnect()
console.log(source.facts(), (process as any).getActiveResourcesInfo())
