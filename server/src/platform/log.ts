import { pino, type Logger } from 'pino'

export type Log = Logger

/** Structured lines on stdout. Secrets never reach a log call; the redaction list is the second lock. */
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
    destination ?? pino.destination({ dest: 1, sync: false, minLength: 4096 }),
  )
}
