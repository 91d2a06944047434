import { pino, type Logger } from 'pino'

/** Structured: `log.warn({ err: error }, 'What happened, in a sentence.')`. */
export type Log = Logger

/** Structured lines on stderr, because stdout is what commands answer. Secrets never reach a log call; the redaction list is the second lock. */
export function createLog(level: string, destination?: { write(line: string): void }): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'password',
          'token',
          '*.password',
          '*.token',
          '*.access_token',
          '*.refresh_token',
          '*.authorization',
          '*.cookie',
        ],
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination({ dest: 2, sync: false, minLength: 4096, periodicFlush: 500 }),
  )
}
