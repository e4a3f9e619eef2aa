/** The fields of the proxy's and the webhook's log lines, and of what collectors put around them, that are read. */
import type { Shape } from '../connector.ts'

/** `message` is read of every record, since it may be a wrapper; so is `log`. */
const line: Shape = {
  timestamp: true,
  /** Before version 1.0: seconds since 1970. */
  ts: true,
  logger: true,
  caller: true,
  msg: true,
  uri: true,
  /** A number; elsewhere it is an object. */
  status: {},
  /** A text; elsewhere it is an object. */
  error: {},
  'service-account': true,
}

export const reads: Shape = {
  ...line,
  time: true,
  '@timestamp': true,
  kubernetes: { pod_name: true, namespace_name: true, pod_namespace: true },
  // Container insights of AKS (ContainerLogV2).
  timeGenerated: true,
  podName: true,
  podNamespace: true,
  logMessage: { ...line, message: true },
}
