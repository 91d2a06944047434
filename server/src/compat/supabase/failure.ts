import { AppError, type FieldFault } from '../../platform/errors.ts'

/** What supabase-js reads of an error. */
export interface FacadeFields {
  /** A code of PostgREST, such as `PGRST116`. */
  pgCode: string
  hint?: string | undefined
  /** A sentence with more detail. */
  detail?: string | undefined
}

/** A failure with the code and the hint that clients of PostgREST expect. */
export class FacadeError extends AppError {
  readonly pgCode: string
  readonly hint: string | undefined
  readonly detail: string | undefined
  constructor(status: number, code: string, message: string, { pgCode, hint, detail }: FacadeFields) {
    super(status, code, message)
    this.pgCode = pgCode
    this.hint = hint
    this.detail = detail
  }
}

/** Decodes a part of an address; as it is when its encoding is broken. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A query that PostgREST would not understand either, or that is not supported here. */
export const badQuery = (message: string, hint?: string) =>
  new FacadeError(400, 'unsupported_query', message, { pgCode: 'PGRST100', hint })

export const unknownColumn = (table: string, column: string, columns: Iterable<string>) =>
  new FacadeError(400, 'unknown_column', `Could not find the '${column.slice(0, 100)}' column of '${table}'.`, {
    pgCode: 'PGRST204',
    hint: `Columns of ${table}: ${[...columns].join(', ')}.`,
  })

/** `single()` found none or several. */
export const notOneRow = (rows: number) =>
  new FacadeError(406, 'not_one_row', 'JSON object requested, multiple (or no) rows returned', {
    pgCode: 'PGRST116',
    detail: `The result contains ${rows} rows`,
  })

/** A value that the client may not set: the sentence says what sets it. */
export const refusedChange = (message: string, hint?: string) =>
  new FacadeError(400, 'refused_change', message, { pgCode: '22023', hint })

/** Codes of PostgREST and PostgreSQL for failures of ours without one. */
const codes: Record<number, string> = {
  401: 'PGRST301',
  403: '42501',
  404: 'PGRST116',
  409: '23505',
  413: '54000',
}

/** Returns the error as PostgREST writes it. */
export function postgrestBody(failure: AppError): {
  code: string
  message: string
  details: string | null
  hint: string | null
} {
  const { pgCode, hint, detail } = failure instanceof FacadeError ? failure : ({} as Partial<FacadeError>)
  return {
    code: pgCode ?? codes[failure.status] ?? failure.code,
    message: failure.message,
    details: detail ?? (failure.details ? describe(failure.details) : null),
    hint: hint ?? null,
  }
}

const describe = (faults: FieldFault[]) => faults.map(({ path, message }) => `${path}: ${message}`).join(' ')
