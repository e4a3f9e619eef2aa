/** One line of the proxy, the webhook or a client, out of whatever a collector put around it. */
import type { Workload } from '../../events/event.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { clientMarks, lineKinds } from './codes.ts'
import { readKlog } from './klog.ts'

export type Writer = 'proxy' | 'webhook' | 'client'

export interface Line {
  readonly writer: Writer
  readonly message: string
  /** Path and query of the pod's request. */
  readonly uri: string
  readonly status: number | undefined
  readonly error: string
  /** Epoch ms; NaN for what cannot be read, undefined where only the line's own clock says it, without a year. */
  readonly time: number | undefined
  /** The pod whose container wrote it: of the proxy and of clients, the workload itself. */
  readonly pod: Workload | undefined
}

type Said = Pick<Line, 'writer' | 'message' | 'uri' | 'status' | 'error'>

function fromObject(line: JsonObject): Said | undefined {
  const message = text(line['message']) ?? text(line['msg'])
  const logger = line['logger']
  if (message === undefined || (logger !== 'proxy' && logger !== 'handler')) return undefined
  const isOurs =
    logger === 'proxy'
      ? lineKinds.has(message) || text(line['caller'])?.includes('proxy/') === true
      : text(line['service-account']) !== undefined
  if (!isOurs) return undefined
  return {
    writer: logger === 'proxy' ? 'proxy' : 'webhook',
    message,
    uri: text(line['uri']) ?? '',
    status: number(line['status']),
    error: text(line['error']) ?? '',
  }
}

function fromText(line: string): Said | undefined {
  const klog = readKlog(line)
  const kind = klog === undefined ? undefined : lineKinds.get(klog.message)
  if (klog === undefined || kind === undefined) return undefined
  const { file, message, values } = klog
  const error = values['err'] ?? values['error'] ?? values['"error"'] ?? ''
  const isProxys = file === 'proxy.go'
  if (!isProxys && !(kind === 'refused' && clientMarks.some((mark) => error.includes(mark)))) return undefined
  return {
    writer: isProxys ? 'proxy' : 'client',
    message,
    uri: values['uri'] ?? values['"uri"'] ?? '',
    status: number(values['status'] ?? values['"status"']),
    error,
  }
}

/** A line as it stands in a record: an object, a text in klog's format, or the record itself. */
function saidBy(record: JsonObject): Said | undefined {
  const held = record['log'] ?? record['logMessage'] ?? record['message']
  if (typeof held === 'string') {
    const said = fromText(held)
    if (said !== undefined) return said
  }
  const inner = object(record['log_processed']) ?? object(held)
  return fromObject(inner ?? record)
}

/** The line's own time first: a collector's may be of when it read the line. */
function timeOf(record: JsonObject): number | undefined {
  const inner = object(record['log_processed']) ?? object(record['log']) ?? object(record['logMessage'])
  const line = inner ?? object(record['message']) ?? record
  const seconds = number(line['ts'])
  if (seconds !== undefined && seconds > 0 && seconds < 1e11) return Math.round(seconds * 1000)
  const written = text(line['timestamp']) ?? collected(record)
  return written === undefined ? undefined : parseInstant(written)
}

function collected(record: JsonObject): string | undefined {
  const stamped = text(record['time']) ?? text(record['@timestamp'])
  return stamped ?? text(record['timestamp']) ?? text(record['timeGenerated'])
}

function podOf(record: JsonObject): Workload | undefined {
  const kubernetes = object(record['kubernetes'])
  const name = text(kubernetes?.['pod_name']) ?? text(record['podName'])
  if (name === undefined) return undefined
  const written: JsonValue | undefined =
    kubernetes?.['namespace_name'] ?? kubernetes?.['pod_namespace'] ?? record['podNamespace']
  return { kind: 'pod', name: `${text(written) ?? ''}/${name}` }
}

export function isLine(record: JsonObject): boolean {
  return saidBy(record) !== undefined
}

export function readLine(record: JsonObject): Line | undefined {
  const said = saidBy(record)
  return said === undefined ? undefined : { ...said, time: timeOf(record), pod: podOf(record) }
}
