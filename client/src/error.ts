/** A refusal as the server words it. */
export class ApiError extends Error {
  readonly status: number
  /** Stable, snake_case. */
  readonly code: string
  /** Names this request in the server's log. */
  readonly requestId: string
  /** Which fields, and what is wrong with each. */
  readonly details: { path: string; message: string }[]
  /** When to try again, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    status: number,
    body: { error?: string; code?: string; request_id?: string; details?: ApiError['details'] },
    retryAfter: string | null,
  ) {
    super(body.error ?? `The server answered ${status}.`)
    this.name = 'ApiError'
    this.status = status
    this.code = body.code ?? 'unknown'
    this.requestId = body.request_id ?? ''
    this.details = body.details ?? []
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter)
  }
}
