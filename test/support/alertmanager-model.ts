/**
 * One Alertmanager as its API v2 was measured to behave, by the clock of a test: what it merges, when it takes an alert for
 * over, and what it would tell people. For outages of ten minutes; that it is like the real one is shown in test/real.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'

const posted = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    startsAt: z.iso.datetime().transform(Date.parse),
    endsAt: z.iso.datetime().transform(Date.parse),
  }),
)
type Posted = z.infer<typeof posted>[number]

/** How it answers: with a status, never, by breaking the connection off, or as it should. */
export type Manner = 'up' | 'hangs' | 'down' | number

export interface Told {
  /** Epoch ms. */
  readonly at: number
  readonly status: 'firing' | 'resolved'
  readonly objective: string
}

export class AlertmanagerModel implements AsyncDisposable {
  manner: Manner = 'up'
  /** Objectives whose alerts it takes for invalid. */
  readonly invalid = new Set<string>()
  /** Notifications, as people got them. */
  readonly told: Told[] = []
  posts = 0
  readonly #now: () => number
  readonly #alerts = new Map<string, Posted>()
  readonly #toldAs = new Map<string, Told['status']>()
  readonly #server: Server

  private constructor(now: () => number) {
    this.#now = now
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  static async start(now: () => number): Promise<AlertmanagerModel> {
    const model = new AlertmanagerModel(now)
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve))
    return model
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  /** Objectives with an alert that has not ended. */
  get firing(): readonly string[] {
    return this.#of((alert) => alert.endsAt > this.#now()).map(([, { labels }]) => labels['objective'] ?? '')
  }

  /** Of the objective's alert. Epoch ms. */
  times(objective: string): Pick<Posted, 'startsAt' | 'endsAt'> | undefined {
    return this.#of(({ labels }) => labels['objective'] === objective)[0]?.[1]
  }

  #of(isMeant: (alert: Posted) => boolean): readonly (readonly [string, Posted])[] {
    return [...this.#alerts].filter(([, alert]) => alert.labels['objective'] !== undefined && isMeant(alert))
  }

  /** It begins anew. What it has told lies on its disk; alerts never do. */
  restart(disk: 'kept' | 'wiped'): void {
    this.#alerts.clear()
    if (disk === 'wiped') this.#toldAs.clear()
  }

  /** Tells people what has changed. */
  look(): void {
    const now = this.#now()
    for (const [key, alert] of this.#of(() => true)) {
      const status = alert.endsAt > now ? 'firing' : 'resolved'
      const before = this.#toldAs.get(key)
      // An end of which nobody knows the beginning is told to nobody.
      if (status === before || (status === 'resolved' && before === undefined)) continue
      this.#toldAs.set(key, status)
      this.told.push({ at: now, status, objective: alert.labels['objective'] ?? '' })
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      this.posts++
      if (this.manner === 'hangs') return
      if (this.manner === 'down') request.socket.destroy()
      else if (this.manner !== 'up') response.writeHead(this.manner).end()
      else response.writeHead(this.#take(Buffer.concat(chunks).toString())).end()
    })
  }

  /** 400 when one of them is invalid; the others are in nevertheless. */
  #take(body: string): number {
    const alerts = posted.parse(JSON.parse(body))
    const valid = alerts.filter(
      ({ labels, startsAt, endsAt }) => endsAt >= startsAt && !this.invalid.has(labels['objective'] ?? ''),
    )
    for (const alert of valid) this.#merge(alert)
    return valid.length === alerts.length ? 200 : 400
  }

  #merge(alert: Posted): void {
    const key = JSON.stringify(Object.entries(alert.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const known = this.#alerts.get(key)
    const isSame = known !== undefined && known.endsAt >= alert.startsAt && known.startsAt <= alert.endsAt
    if (!isSame) this.#alerts.set(key, alert)
    else {
      const startsAt = Math.min(known.startsAt, alert.startsAt)
      const endsAt = alert.endsAt <= this.#now() ? alert.endsAt : Math.max(known.endsAt, alert.endsAt)
      this.#alerts.set(key, { ...alert, startsAt, endsAt })
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections()
      this.#server.close(() => resolve())
    })
  }
}
