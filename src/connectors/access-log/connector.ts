/** Access logs of Envoy, nginx and Traefik as JSON: who called which service, and how it ended. */
import type { Connector } from '../connector.ts'
import { genericConnector } from '../generic/connector.ts'
import { coverage } from './coverage.ts'
import { accessLogMappings } from './mappings.ts'

const proxies = accessLogMappings.map((mapping) => genericConnector(mapping, []))

export const accessLog: Connector = {
  id: 'access-log',
  provider: 'other',
  title: 'Access logs of Envoy, nginx and Traefik (JSON) with a principal and a status',
  coverage,
  reads: Object.assign({}, ...proxies.map(({ reads }) => reads)) as Connector['reads'],
  detect: (record) => proxies.some((proxy) => proxy.detect(record)),
  map: (record) =>
    proxies.find((proxy) => proxy.detect(record))?.map(record) ?? {
      reason: 'not_relevant',
      message: 'not an access log of Envoy, nginx or Traefik',
    },
}
