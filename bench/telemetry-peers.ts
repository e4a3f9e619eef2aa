/** A thread that plays the peers of telemetry: a receiver of traces, and a scraper that comes every 5 s. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'

const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.end())
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const bound = receiver.address()
parentPort?.postMessage(typeof bound === 'object' && bound !== null ? bound.port : 0)
parentPort?.once('message', (address: string) => {
  const scrape = async (): Promise<void> => {
    await (await fetch(`${address}/metrics`)).text()
  }
  setInterval(() => void scrape(), 5000)
})
