import { pino, type Logger } from 'pino'
import { forPerson } from './log-lines.ts'

/** Structured: `log.warn({ err: error }, 'What happened, in a sentence.')`. */
export type Log = Logger

/** `pretty`: for a person at a terminal. `json`: one object a line, for programs that gather logs. */
export type LogFormat = 'pretty' | 'json'

/** Structured lines on stderr, because stdout is what commands answer. Secrets never reach a log call; the redaction list is the second lock. */
export function createLog(level: string, destination?: { write(line: string): void }, format: LogFormat = 'json'): Log {
  return pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
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
    destination ??
      (format === 'pretty' ? forPerson(process.stderr) : undefined) ??
      pino.destination({ dest: 2, sync: false, minLength: 4096, periodicFlush: 500 }),
  )
}
