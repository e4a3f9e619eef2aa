/** What goes wrong in the week, and when. */
import { at, minute } from './week.ts'

type Window = readonly [from: number, to: number]

/** The incident: an access review takes the checkout API's roles away, and a colleague gives them back. */
export const appRoleRemoved: Window = [at('Thu', '09:40:07'), at('Thu', '10:24:41')]
export const vaultRoleRemoved: Window = [at('Thu', '09:41:33'), at('Thu', '10:25:02')]

/** A typo in the trust policy of the deployment role: pipelines cannot get credentials. */
export const trustBroken: Window = [at('Tue', '14:05:20'), at('Tue', '14:17:48')]

/** Nodes are drained, and the API server sheds the TokenRequests of the pods that move. */
export const nodesDrained: Window = [at('Sun', '04:00:00'), at('Sun', '04:06:00')]

/** Replicas of the payments API find that their cached token has expired, fetch another, and go on. */
export const tokensRotated: Window = [at('Wed', '02:00:00'), at('Wed', '02:08:00')]

/** From here on the legacy importer's client secret is refused. */
export const secretExpires = at('Sun', '00:00:00')

/** What comes back this soon is a retry of the same request. */
export const retryDelays = [1100, 3300, 7600] as const

export function isWithin(time: number, [from, to]: Window): boolean {
  return time >= from && time < to
}

/** Role changes take a moment to reach every server. */
export const propagation = minute / 2
