/** JSON log lines on standard error. */
import { type Logger, pino } from 'pino'

export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['token', 'authorization', 'key', 'secret'],
    },
    pino.destination({ dest: 2, sync: true }),
  )
}
