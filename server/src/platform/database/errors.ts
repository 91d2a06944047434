import { AppError, badRequest, conflict, forbidden, notFound, unauthorized, unavailable } from '../errors.ts'

interface PgError extends Error {
  code?: string
  constraint?: string
}

// Each has a digit, unlike EPIPE.
const isSqlState = (code: string | undefined) => code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)

/** 57P0x: terminated by the server; 08: connection lost; no SQLSTATE at all: the socket failed, not the statement. */
export function isConnectionBroken(error: unknown): boolean {
  const { code } = error as PgError
  return !isSqlState(code) || /^(57P0|08)/.test(code as string)
}

// Ours, in the class of those that end a connection: a statement could only be ended together with its session.
const ENDED_WITH_CONNECTION = '57P0S'

/** What `pg` makes of the statements of a connection that was ended because one of them took too long. */
export const endedWithConnection = (): Error =>
  Object.assign(new Error('The statement took too long; its connection was ended with it.'), {
    code: ENDED_WITH_CONNECTION,
  })

/**
 * Returns the error that the caller of the API gets for a database error. Services check the constraints that users
 * can violate (`violates` identifies the constraint); this covers the others. An unknown error is returned as it is: a logged 500.
 */
export function databaseError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const { code, constraint, message } = error as PgError
  switch (code) {
    // Raised by session preambles and functions in SQL.
    case 'SB401':
      return unauthorized(message)
    case 'SB403':
      return forbidden(message)
    case 'SB404':
      return notFound(message)
    case 'SB409':
      return conflict('in_use', message)
    case 'SB413':
      return new AppError(413, 'storage_full', message)
    case '23505':
      return named(constraint, conflict('already_exists', 'A record with these values exists already.'))
    case '23503':
      return named(constraint, new AppError(404, 'not_found', 'A record this refers to does not exist.'))
    case '23P01':
      return named(constraint, conflict('overlap', 'This overlaps with an existing record.'))
    case '23502':
    case '23514':
      return named(constraint, badRequest('invalid_input', 'A value is missing or outside what is allowed.'))
    case '22001':
    case '22003':
    case '22007':
    case '22008':
    case '22021':
    case '22P02':
    case '22P05':
      return badRequest('invalid_input', 'A value has a form that cannot be stored.')
    case '40001':
    case '40P01':
    case '55P03':
      return unavailable('Another request is changing the same record. Try again.', 1, error)
    case '57014':
    case ENDED_WITH_CONNECTION:
      return new AppError(
        503,
        'query_too_slow',
        'This took longer than 5 s and was ended. Ask for less at a time, or try again when there is less to do.',
        { retryAfterSeconds: 5, cause: error },
      )
    case '42501':
      // PostgreSQL takes a disk that cannot be written for a lack of permission.
      if (!/read-only file system/i.test(message)) return error
      return unavailable('The disk cannot be written at the moment.', 10, error)
    case '58030':
      return unavailable('The disk does not work at the moment.', 10, error)
    case '53100':
      return unavailable('The disk is full; nothing was changed.', 60, error)
    case '53300':
      return unavailable('The database has no free connection.', 2, error)
  }
  // The words of pg's pool, which gives this error no code.
  if (message?.startsWith('timeout exceeded when trying to connect'))
    return unavailable('The database has no free connection.', 2, error)
  const socketFailed = isSqlState(code)
    ? isConnectionBroken(error)
    : code !== undefined || /terminated|not queryable|closed/i.test(message ?? '')
  return socketFailed ? unavailable('The database connection was lost.', 2, error) : error
}

const constraints = new WeakMap<AppError, string>()

function named(constraint: string | undefined, error: AppError): AppError {
  if (constraint) constraints.set(error, constraint)
  return error
}

/** Was it this constraint that refused? For `catch (error) { if (violates(error, 'contacts_phone_key')) throw … }`. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof AppError && constraints.get(error) === constraint
}
