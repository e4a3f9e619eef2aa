import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { captured } from '../support/captured.ts'
import { describeKafka } from '../support/kafka-suite.ts'
import { Workspace } from '../support/workspace.ts'

describeKafka('simulate --to kafka', (kafka) => {
  it('sends every record of the logs to the topic, each log in one partition', async () => {
    using workspace = new Workspace()
    const topic = await kafka().topics.create(6)
    const folder = workspace.at('out')
    const where = ['--to', 'kafka', '--brokers', kafka().broker.address, '--topic', topic]
    const small = ['--length', '90m', '--rate', '0.3']
    const result = await captured(['simulate', 'revoked-identity', '-o', folder, ...where, ...small])
    expect([result.code, result.err]).toEqual([0, ''])
    const truth = JSON.parse(readFileSync(`${folder}/truth.json`, 'utf8'))
    const offsets = (await kafka().topics.admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high))
    expect(offsets.reduce((sum, count) => sum + count, 0)).toBe(truth.records.delivered)
    const counts = Object.values<{ written: number; duplicates: number }>(truth.logs)
    expect(offsets.filter((count) => count > 0).length).toBeLessThanOrEqual(counts.length)
  })

  it('says that no broker takes them', async () => {
    using workspace = new Workspace()
    const where = ['--to', 'kafka', '--brokers', '127.0.0.1:9', '--topic', 'x']
    const result = await captured(['simulate', 'revoked-identity', '-o', workspace.at('out'), ...where])
    expect([result.code, result.err]).toEqual([4, expect.stringContaining('ISLO-4012')])
  })
})
