/** What was asked of an issuer, compared with what its log tells and with what a running instance has counted. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Connector } from '../../../src/connectors/connector.ts'
import { isIrrelevant } from '../../../src/events/rejection.ts'
import { until } from '../embedded-service.ts'
import { Instance } from '../instance.ts'
import { outcomesOf } from '../outcomes.ts'
import type { Workspace } from '../workspace.ts'
import { countedBy, countedIn } from './counted.ts'
import { type Asked, essenceOf, linesOfEvents } from './truth.ts'

/** The real program over one state folder, to be killed in the middle of a drive. */
export class Run implements AsyncDisposable {
  readonly #folder: Workspace
  readonly #settings: Readonly<Record<string, unknown>>
  #instance: Instance | undefined

  private constructor(folder: Workspace, settings: Readonly<Record<string, unknown>>) {
    this.#folder = folder
    this.#settings = { ...settings, state: { folder: 'state' } }
  }

  /** @param settings as in the configuration file, without the state folder */
  static async start(folder: Workspace, settings: Readonly<Record<string, unknown>>): Promise<Run> {
    const run = new Run(folder, settings)
    await run.restart()
    return run
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#instance?.kill('SIGKILL')
    this.#instance = undefined
  }

  /** `kill -9`, and a start over what the former process left behind. */
  async restart(): Promise<void> {
    await this.kill()
    this.#instance = await Instance.start(this.#folder, this.#settings)
  }

  get instance(): Instance {
    if (this.#instance === undefined) throw new Error('it is not running')
    return this.#instance
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#instance?.[Symbol.asyncDispose]()
  }
}

function recordsIn(log: Uint8Array): number {
  return log.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 0)
}

/** The log has an event for each that was asked for, no other, and no record that cannot be read. */
export function expectLogToTell(connector: Connector, log: Uint8Array, asked: readonly Asked[]): void {
  const outcomes = outcomesOf([connector], log)
  expect(outcomes.length).toBe(recordsIn(log))
  const unread = outcomes.flatMap(({ rejection }) => rejection ?? [])
  expect(unread.filter((rejection) => !isIrrelevant(rejection))).toEqual([])
  const events = outcomes.flatMap((outcome) => outcome.events ?? [])
  expect(linesOfEvents(events.map(essenceOf))).toEqual(linesOfEvents(asked.flatMap((one) => one.events)))
}

/**
 * Waits until the instance has read what the issuer has logged; then both say what was asked for, and no record has got
 * lost. Gives the log as it was then.
 */
export async function expectAgreement(
  { instance }: Run,
  connector: Connector,
  path: string,
  asked: readonly Asked[],
): Promise<Buffer> {
  let log = Buffer.alloc(0)
  let records = (await instance.status()).records
  await until(`all of ${path} is read`, async () => {
    records = (await instance.status()).records
    log = readFileSync(path)
    return records.read - records.duplicates === recordsIn(log)
  })
  expectLogToTell(connector, log, asked)
  expect(records).toMatchObject({ rejected: 0, late: 0 })
  expect(records.accepted + records.irrelevant + records.duplicates).toBe(records.read)
  expect(await countedIn(instance)).toEqual(countedBy(asked.flatMap((one) => one.events)))
  return log
}
