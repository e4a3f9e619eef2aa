/** JSON log lines on standard error: without secrets, and with a bound on lines of one kind. */
import { type DestinationStream, pino } from 'pino'
import { LogLimit } from './log-limit.ts'

export interface Log {
  readonly info: (facts: object, message: string) => void
  readonly warn: (facts: object, message: string) => void
  readonly error: (facts: object, message: string) => void
}

type Level = keyof Log

export interface ClosableLog extends Log {
  /** Says how many lines were left out; nothing is to be logged afterwards. */
  readonly close: () => void
}

export interface LoggerOptions {
  readonly destination?: DestinationStream
  /** Epoch ms. */
  readonly now?: () => number
  /** Lines of one message, at one level. */
  readonly perMinute?: number
}

const settleEveryMs = 10_000
const secretNames = ['token', 'tokens', 'authorization', 'key', 'secret', 'password', 'headers']
const redaction = { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' }

/** JSON web tokens and bearer credentials, wherever they stand in a text. */
const credentials = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\bBearer\s+[\w.~+/=-]+/gi

function clean(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(credentials, '[secret]') : value
}

function cleanFacts(facts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, clean(value)]))
}

/** `level` is the least severe that is written, in pino's words. The same message is the same kind, whatever its facts. */
export function createLogger(level: string, options: LoggerOptions = {}): ClosableLog {
  const { destination = pino.destination({ dest: 2, sync: true }), now = Date.now, perMinute = 20 } = options
  const logger = pino(
    {
      level,
      base: {},
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      redact: redaction,
      formatters: { log: cleanFacts },
    },
    destination,
  )
  const write = (at: Level, facts: object, message: string): void => {
    logger[at](facts, String(clean(message)))
  }
  const limitOf = (at: Level): LogLimit =>
    new LogLimit({ perMinute, now, more: (kind, more) => write(at, { kind }, `${more} more like this`) })
  const limits = { info: limitOf('info'), warn: limitOf('warn'), error: limitOf('error') }
  const logAt = (at: Level) => (facts: object, message: string) => {
    if (logger.isLevelEnabled(at) && limits[at].admits(message)) write(at, facts, message)
  }
  const timer = setInterval(() => {
    for (const limit of Object.values(limits)) limit.settle()
  }, settleEveryMs).unref()
  return {
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('error'),
    close: () => {
      clearInterval(timer)
      for (const limit of Object.values(limits)) limit.close()
    },
  }
}
