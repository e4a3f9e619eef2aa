/** Records of a long history: few enough to be read at once, and spread so that every bucket that can be kept is. */

const secondMs = 1000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Epoch ms: histories end here. */
export const historyEnd = Date.UTC(2026, 10, 13)

export interface TokenIssued {
  readonly number: number
  /** Epoch ms. */
  readonly time: number
  readonly namespace: string
  readonly account: string
  readonly isRefused?: boolean
}

/** Kubernetes: a service account was given a token, or refused one. One line. */
export function issuanceLine({ number, time, namespace, account, isRefused = false }: TokenIssued): string {
  const requested = new Date(time).toISOString()
  const answered = new Date(time + 5 + (number % 40)).toISOString()
  const record = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    verb: 'create',
    user: { username: `system:node:pool-${number % 60}`, groups: ['system:nodes'] },
    objectRef: {
      resource: 'serviceaccounts',
      namespace,
      name: account,
      apiVersion: 'v1',
      subresource: 'token',
    },
    responseStatus: { metadata: {}, code: isRefused ? 403 : 201 },
    requestReceivedTimestamp: requested,
    stageTimestamp: answered,
  }
  return `${JSON.stringify(record)}\n`
}

const identities = 200

/** Six events a day, every other one a failure of another identity; in the last two hours one every 20 seconds. */
export function historyLines(days: number): string {
  const times: number[] = []
  for (let time = historyEnd - days * dayMs; time < historyEnd - 2 * hourMs; time += 4 * hourMs)
    times.push(time)
  for (let time = historyEnd - 2 * hourMs; time < historyEnd; time += 20 * secondMs) times.push(time)
  return times
    .map((time, number) => {
      const account = `app-${number % identities}`
      return issuanceLine({ number, time, namespace: 'shop', account, isRefused: number % 2 === 0 })
    })
    .join('')
}
