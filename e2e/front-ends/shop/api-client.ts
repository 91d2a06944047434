/** What the front-end's pages read of a response. Without success there is a sentence. */
export interface Read {
  success: boolean
  // oxlint-disable-next-line no-explicit-any -- the test checks its type.
  data: any
  error: string | undefined
  status: number
}

/** The shop's API client: how it sends each request, and what it reads of each response. */
export interface ShopClient {
  token: string | undefined
  request(method: string, path: string, body?: unknown): Promise<Read>
  /** A request of the services that send only the cookie. Returns the response itself. */
  byCookie(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
}

export type Send = (url: string, options: RequestInit) => Promise<Response>

/**
 * It sends JSON with a bearer, and `X-CSRF-Token` with everything that changes something, whatever the token is worth to
 * the server. `base` ends with `/api`.
 */
export function openShopClient(base: string, send: Send): ShopClient {
  const csrf = crypto.randomUUID()
  const client: ShopClient = {
    token: undefined,
    async request(method, path, body) {
      const isChange = method !== 'GET'
      const response = await send(base + path, {
        method,
        headers: {
          'Content-Type': 'application/json',
          ...(client.token && { Authorization: `Bearer ${client.token}` }),
          ...(isChange && { 'X-CSRF-Token': csrf }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        credentials: 'include',
      })
      const answer = (await response.json()) as { success?: boolean; data?: unknown; error?: string }
      const { status } = response
      if (!response.ok) return { success: false, data: undefined, error: answer.error, status }
      return { success: answer.success !== false, data: answer.data, error: undefined, status }
    },
    async byCookie(method, path, body) {
      const response = await send(base + path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        credentials: 'include',
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
  }
  return client
}

/** A browser's `fetch`, with cookies; `origin` is that of the page. It asks before what another origin may not just send. */
export function browserSend(origin: string): Send {
  const cookies = new Map<string, string>()
  return async (url, options) => {
    const isForeign = new URL(url).origin !== origin
    const named = Object.keys((options.headers ?? {}) as Record<string, string>)
    if (isForeign) await askFirst(url, { origin, method: options.method ?? 'GET', headers: named })
    const response = await fetch(url, {
      ...options,
      headers: {
        ...(options.headers as Record<string, string>),
        origin,
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      },
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s)
      cookies.set(name, value)
    }
    if (isForeign && response.headers.get('access-control-allow-origin') !== origin)
      throw new TypeError('Failed to fetch')
    return response
  }
}

async function askFirst(
  url: string,
  { origin, method, headers }: { origin: string; method: string; headers: string[] },
) {
  const asked = headers.map((name) => name.toLowerCase())
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': asked.join(', '),
    },
  })
  const allowed = (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/,\s*/)
  const methods = (response.headers.get('access-control-allow-methods') ?? '').split(/,\s*/)
  const isAllowed =
    response.headers.get('access-control-allow-origin') === origin &&
    response.headers.get('access-control-allow-credentials') === 'true' &&
    methods.includes(method) &&
    asked.every((name) => allowed.includes(name))
  if (!isAllowed) throw new TypeError(`Failed to fetch: ${method} ${url} is not allowed to send ${asked.join(', ')}.`)
}
