/** A member of a consumer group in a process of its own, to be killed: writes its durable state to a file at each commit. */
import { renameSync, writeFileSync } from 'node:fs'
import { KafkaLedger } from './kafka-ledger.ts'
import { Member, memberOptions } from './kafka-members.ts'

const [address = '', group = '', topic = '', file = ''] = process.argv.slice(2)
const ledger = new KafkaLedger()
ledger.onCommit = () => {
  const { counts, positions } = ledger.durable
  writeFileSync(`${file}.new`, JSON.stringify({ counts: [...counts], positions: [...positions] }))
  renameSync(`${file}.new`, file)
}
new Member(
  memberOptions(address, group, topic, {
    commitMs: 300,
    maxBytesPerPartition: 20_000,
    sessionTimeoutMs: 2000,
  }),
  ledger,
)
// Commits go on between those that the broker is told of.
setInterval(() => ledger.commit(), 20)
