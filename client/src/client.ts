import { type Operations, operations } from './operations.ts'

/** A refusal as the server words it. */
export class ApiError extends Error {
  readonly status: number
  /** Stable, snake_case. */
  readonly code: string
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

export interface ClientOptions {
  /** Where the server is, without `/api`. Default: the page's own origin. */
  url?: string
  /** An access token or API key, or how to get one; left out where the browser's cookie does it. */
  token?: string | (() => string | undefined)
  /** Another workspace than the current one. */
  workspaceId?: string
  fetch?: typeof fetch
}

export interface CallOptions {
  signal?: AbortSignal
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string
}

type Call<Name extends keyof Operations> = (
  ...args: Arguments<Operations[Name]['input']>
) => Promise<Operations[Name]['answer']>
/** What is wholly optional may be left out. */
type Arguments<Input> = undefined extends Input
  ? [input?: undefined, options?: CallOptions]
  : object extends Input
    ? [input?: Input, options?: CallOptions]
    : [input: Input, options?: CallOptions]

/** Every operation as a function: `await api.createContact({ body: { … } })`. They throw `ApiError`. */
export type Client = { [Name in keyof Operations]: Call<Name> }

export function createClient({ url = '', token, workspaceId, fetch: send = fetch }: ClientOptions = {}): Client {
  const call = async (name: keyof Operations, input: Input = {}, { signal, idempotencyKey }: CallOptions = {}) => {
    const [method, template] = operations[name]
    const { path = {}, query = {}, body } = input
    const isForm = body instanceof FormData
    const bearer = typeof token === 'function' ? token() : token
    const response = await send(url + addressOf(template, path, query), {
      method,
      credentials: 'include',
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(workspaceId && { 'x-workspace-id': workspaceId }),
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    const answer: unknown = isJson ? await response.json() : await response.text()
    if (!response.ok)
      throw new ApiError(response.status, isJson ? (answer as object) : {}, response.headers.get('retry-after'))
    return answer
  }
  const names = Object.keys(operations) as (keyof Operations)[]
  return Object.fromEntries(names.map((name) => [name, call.bind(null, name)])) as unknown as Client
}

interface Input {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

function addressOf(template: string, path: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return pairs.length > 0
    ? `${filled}?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
    : filled
}
