import assert from 'node:assert/strict'

export interface Reply {
  status: number
  headers: Headers
  // oxlint-disable-next-line no-explicit-any -- the tests check its type.
  body: any
  text: string
}

/** The functions of the front-end's API client, each with the request that it sends. */
const functions = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/logout',
  'POST /auth/refresh',
  'GET /auth/me',
  'POST /auth/forgot-password',
  'POST /auth/reset-password',
  'GET /users/profile',
  'PUT /users/profile',
  'POST /users/change-password',
  'DELETE /users/account',
  'GET /clients',
  'GET /clients/:id',
  'POST /clients',
  'PUT /clients/:id',
  'DELETE /clients/:id',
  'GET /clients/:id/stats',
  'GET /calls',
  'GET /calls/:id',
  'POST /calls',
  'GET /calls/export',
  'GET /analytics/dashboard',
  'GET /analytics/calls-per-day',
  'GET /analytics/sentiment',
  'GET /analytics/client/:id/stats',
  'GET /analytics/revenue',
  'GET /billing/subscription',
  'POST /billing/subscription',
  'PUT /billing/subscription',
  'DELETE /billing/subscription',
  'GET /billing/invoices',
  'GET /billing/invoices/:id/download',
  'GET /settings',
  'PUT /settings',
  'GET /settings/api-keys',
  'POST /settings/api-keys',
  'DELETE /settings/api-keys/:id',
  'GET /health',
]

/** A page of the front-end in a browser: it keeps the token and sends it with each request. */
export class Page {
  readonly base: string
  token: string | null = null
  refreshToken: string | null = null
  private readonly called = new Set<string>()

  constructor(base: string) {
    this.base = base
  }

  /** Sends a request as the API client does. Fails when a field of it had no effect without the server saying so. */
  async send(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Reply> {
    const isForm = body instanceof FormData
    const response = await fetch(this.base + path, {
      method,
      headers: {
        ...(!isForm && { 'content-type': 'application/json' }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...more,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    const reply = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, text }
    assert.ok(reply.status < 500, `${method} ${path}: ${reply.status} ${text}`)
    const plain = path.replace(/\?.*/, '')
    this.called.add(`${method} ${plain.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, ':id')}`)
    return reply
  }

  /** Sends a request that must succeed. Returns the body. */
  async done(method: string, path: string, body?: unknown, ignored: string | null = null): Promise<Reply['body']> {
    const reply = await this.send(method, path, body)
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    assert.equal(reply.headers.get('x-ignored-fields'), ignored, `${method} ${path}`)
    return reply.body
  }

  /** Sends a request that must be refused. Returns what the front-end shows: the text in `message`. */
  async refused(status: number, method: string, path: string, body?: unknown): Promise<string> {
    const reply = await this.send(method, path, body)
    assert.equal(reply.status, status, `${method} ${path}: ${reply.text}`)
    assert.match(reply.body.message, /\S/)
    return reply.body.message
  }

  notCalled(): string[] {
    return functions.filter((one) => !this.called.has(one))
  }
}
