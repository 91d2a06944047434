import { ApiError } from './error.ts'
import { type Operations, operations } from './operations.ts'
import { keepNextPage } from './pages.ts'
import { formOf, type Upload } from './upload.ts'

export interface ClientOptions {
  /** Where the server is, without `/api`. Default: the page's own origin. */
  url?: string
  /** An access token or API key, or how to get one; left out where the browser's cookie does it. */
  token?: string | (() => string | undefined | Promise<string | undefined>)
  /**
   * Returns a new token when the server has refused the present one with 401; the request is then sent once more.
   * Undefined: the refusal stands. A `Session` brings one.
   */
  renew?: () => Promise<string | undefined>
  /** Another workspace than the current one. */
  workspaceId?: string
  /** Default: the runtime's own. */
  fetch?: typeof fetch
}

export interface CallOptions {
  signal?: AbortSignal
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string
}

type Call<Name extends keyof Operations> = (
  ...args: Arguments<Operations[Name]['input']>
) => Promise<Operations[Name]['response']>
/** What is wholly optional may be left out. */
type Arguments<Input> = undefined extends Input
  ? [input?: undefined, options?: CallOptions]
  : object extends Input
    ? [input?: Input, options?: CallOptions]
    : [input: Input, options?: CallOptions]

/** Every operation as a function: `await api.createContact({ body: { … } })`. They throw `ApiError`. */
export type Client = { [Name in keyof Operations]: Call<Name> } & {
  /** The bytes at an address that a response names, like `recording_url`, `url` or `imageUrl`, and their type. */
  download(address: string, options?: Pick<CallOptions, 'signal'>): Promise<Blob>
}

export function createClient(options: ClientOptions = {}): Client {
  const { url = '', token, renew, workspaceId, fetch: send = fetch } = options
  const origin = url.replace(/\/+$/, '')

  const request = async (address: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> }) => {
    const ask = (bearer: string | undefined) =>
      send(address, {
        ...init,
        credentials: 'include',
        headers: {
          ...headers,
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(workspaceId && { 'x-workspace-id': workspaceId }),
        },
      })
    const bearer = typeof token === 'function' ? await token() : token
    const response = await ask(bearer)
    if (response.status !== 401 || !bearer || !renew) return response
    const renewed = await renew()
    return renewed ? ask(renewed) : response
  }

  const call = async (name: keyof Operations, input: Input = {}, { signal, idempotencyKey }: CallOptions = {}) => {
    const [method, template, carries] = operations[name] as readonly [string, string, ('form' | 'bytes')?]
    const { path = {}, query = {} } = input
    const body = carries === 'form' && isUpload(input.body) ? formOf(input.body) : input.body
    const isForm = body instanceof FormData
    const response = await request(origin + addressOf(template, path, query), {
      method,
      headers: {
        // A field that the server does not know is a mistake of the caller, and not to be ignored (RFC 7240).
        prefer: 'handling=strict',
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    return readAnswer(response, carries === 'bytes')
  }

  const download: Client['download'] = async (address, { signal } = {}) => {
    const path = origin !== '' && address.startsWith(`${origin}/`) ? address.slice(origin.length) : address
    const isOurs = path.startsWith('/') && !path.startsWith('//')
    const init = signal ? { signal } : {}
    // Credentials are for our own server: a signed address elsewhere brings its own.
    const response = isOurs ? await request(origin + path, init) : await send(address, { ...init, credentials: 'omit' })
    return (await readAnswer(response, true)) as Blob
  }

  const names = Object.keys(operations) as (keyof Operations)[]
  return { ...Object.fromEntries(names.map((name) => [name, call.bind(null, name)])), download } as unknown as Client
}

interface Input {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

const isUpload = (body: unknown): body is Upload & Record<string, unknown> =>
  typeof body === 'object' && body !== null && !(body instanceof FormData) && 'file' in body

/** Bytes as a `Blob` with its type, JSON as a value, text as a string; null where there is nothing. */
async function readAnswer(response: Response, isBytes: boolean): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) {
    const body: object = type.includes('json') ? ((await response.json()) as object) : {}
    throw new ApiError(response.status, body, response.headers.get('retry-after'))
  }
  if (isBytes) return response.blob()
  if (type.includes('json')) {
    const body: unknown = await response.json()
    if (typeof body === 'object' && body !== null) keepNextPage(body, response.headers.get('link'))
    return body
  }
  return (await response.text()) || null
}

function addressOf(template: string, path: Record<string, unknown>, query: Record<string, unknown>): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return pairs.length > 0
    ? `${filled}?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
    : filled
}
