/** Access log lines of Envoy, as a JSON format with the caller's SPIFFE id writes them. */

export interface GatewayCall {
  readonly requestId: string
  /** Epoch ms. */
  readonly time: number
  readonly principal: string
  /** Host that was asked for. */
  readonly authority: string
  readonly path: string
  readonly status: number
  /** Envoy's own words for what went wrong: `-`, `UF` (no connection to the upstream). */
  readonly flags: '-' | 'UF'
  readonly durationMs: number
}

export function gatewayRecord(call: GatewayCall): string {
  const { requestId, time, principal, authority, path, status, flags, durationMs } = call
  return JSON.stringify({
    start_time: new Date(time).toISOString(),
    request_id: requestId,
    downstream_peer_uri_san: principal,
    authority,
    method: 'GET',
    path,
    protocol: 'HTTP/2',
    response_code: status,
    response_flags: flags,
    upstream_host: flags === '-' ? '192.0.2.71:8443' : null,
    bytes_received: 0,
    bytes_sent: status === 200 ? 2048 : 91,
    duration: durationMs,
  })
}
