/** Logs and inventories of one command, in any mixture: the rights that lists have, and what events told of them. */
import type { Connector } from '../../connectors/connector.ts'
import { Decoder, DecoderPlan } from '../../connectors/decode.ts'
import type { Actor, AssignmentChange, IdentityEvent } from '../../events/event.ts'
import { pseudonymise } from '../../events/pseudonyms.ts'
import type { Account, Baseline } from '../../inventory/drift/baseline.ts'
import { type Listing, listingOf } from '../../inventory/drift/listing.ts'
import { Tellings } from '../../inventory/drift/tellings.ts'
import { inflate } from '../../platform/inflate.ts'
import type { Attribution } from '../attribution.ts'
import { AppError } from '../errors.ts'
import { readInventoryFile } from '../inventory-files.ts'
import { feedFile, findLogFiles } from '../log-inputs.ts'
import { atOnce } from '../steps.ts'

/** The record that told of a change. */
export interface ChangeRecord {
  readonly event: string
  /** Epoch ms. */
  readonly time: number
  readonly actor: Actor
  readonly connector: string
  /** File, and byte offset in it after unpacking. */
  readonly source: string
  readonly position: number
  /** What accounts for the change; `undefined` without a baseline, too. */
  readonly account: Account | undefined
}

export interface ToldChange {
  readonly change: AssignmentChange
  readonly record: ChangeRecord
}

export interface DriftInputs {
  readonly listings: readonly Listing[]
  readonly tellings: Tellings<ChangeRecord>
  /** All of them, each once, in order of time. */
  readonly changes: readonly ToldChange[]
  /** What could not be read, for standard error. */
  readonly messages: readonly string[]
}

export interface DriftInputOptions {
  readonly attribution: Attribution
  readonly connectors: readonly Connector[]
  /** Cluster of Kubernetes files. */
  readonly cluster: string
  readonly baseline: Baseline | undefined
}

/** Memory grows with the changes and the rights, not with the logs. */
class Reading {
  readonly listings: Listing[] = []
  readonly tellings = new Tellings<ChangeRecord>()
  readonly changes = new Map<string, ToldChange>()
  readonly messages: string[] = []
  readonly #options: DriftInputOptions
  readonly #plan: DecoderPlan

  constructor(options: DriftInputOptions) {
    this.#options = options
    this.#plan = new DecoderPlan(options.connectors)
  }

  /** Whether any connector recognised a record of the file. */
  async readLog(file: ReturnType<typeof findLogFiles>[number]): Promise<boolean> {
    let [isLog, rejected] = [false, 0]
    const decoder = new Decoder(this.#plan, inflate, {
      events: (events, from) => {
        isLog = true
        for (const event of events) this.#event(event, from.source, file.path, from.offset)
      },
      rejection: (_rejection, from) => {
        if (from.source === '') rejected++
        else isLog = true
      },
    })
    const broken = await feedFile(file, decoder)
    if (!isLog) return false
    if (broken !== undefined) this.messages.push(`${file.path}: ${broken.message}`)
    if (rejected > 0) this.messages.push(`${file.path}: ${rejected} records are of no format that is known`)
    return true
  }

  #event(raw: IdentityEvent, connector: string, source: string, position: number): void {
    if (raw.kind !== 'assignment.change') return
    const { attribution, baseline } = this.#options
    // A copy: the event's texts are cut from the window of bytes that it was read in.
    const change = structuredClone(pseudonymise(raw, attribution.policy, attribution.pseudonym))
    if (change.kind !== 'assignment.change') return
    const account = baseline?.accountFor(change, raw)
    const { id: event, time, actor } = change
    const record = { event, time, actor, connector, source, position, account }
    this.tellings.add(change, record, raw)
    if (!this.changes.has(event)) this.changes.set(event, { change, record })
  }

  /** Whether the file holds anything. */
  readInventory(path: string): boolean {
    const { attribution, cluster: tenant } = this.#options
    const { snapshot, problems } = readInventoryFile({ path, tenant }, attribution)
    this.listings.push(atOnce(listingOf(snapshot)))
    for (const { at, message } of problems)
      this.messages.push(`${path}: ${at === '' ? '' : `${at} `}${message}`)
    return snapshot.facts.length > 0 || problems.length === 0
  }
}

/** Throws AppError for a file that cannot be read, and where no file is a log or an inventory. */
export async function readDriftInputs(
  paths: readonly string[],
  options: DriftInputOptions,
): Promise<DriftInputs> {
  const reading = new Reading(options)
  let isAnyRead = false
  for (const file of findLogFiles(paths)) {
    const isRead = file.size === 0 || (await reading.readLog(file)) || reading.readInventory(file.path)
    isAnyRead ||= isRead
  }
  if (!isAnyRead) throw AppError.of('nothingToCompare', { paths: paths.join(', ') }, reading.messages)
  const { listings, tellings, messages } = reading
  const changes = [...reading.changes.values()].sort(
    (a, b) => a.record.time - b.record.time || (a.record.event < b.record.event ? -1 : 1),
  )
  return { listings, tellings, changes, messages }
}
