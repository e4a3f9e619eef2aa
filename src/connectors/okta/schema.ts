/** Which fields of a System Log event are read: addresses, devices, sessions and places of people never are. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  uuid: true,
  published: true,
  eventType: true,
  outcome: { result: true, reason: true },
  actor: { id: true, type: true, displayName: true },
  client: { id: true },
  target: {
    id: true,
    type: true,
    displayName: true,
    detailEntry: { expires: true, signOnModeType: true },
  },
  transaction: { id: true, detail: { requestApiTokenId: true } },
  debugContext: {
    debugData: {
      grantType: true,
      authorizationServerAudience: true,
      privilegeGranted: true,
      privilegeRevoked: true,
      requestId: true,
    },
  },
}
