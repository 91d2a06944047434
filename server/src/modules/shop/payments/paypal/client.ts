import { z } from 'zod'
import { AppError, conflict } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import type { CredentialsOf } from '../../../integrations/index.ts'

export type PaypalAccount = CredentialsOf<'paypal'>

/** What PayPal answered: what was asked for, or why not (`issue`: its own name for that, such as `ORDER_NOT_APPROVED`). */
export type PaypalAnswer<T> =
  | { isRefused: false; body: T }
  | { isRefused: true; status: number; issue: string; message: string }

export interface PaypalClient {
  get<T>(path: string, shape: z.ZodType<T>): Promise<PaypalAnswer<T>>
  /** `body`: JSON as it is to be sent. Calls with the same `requestId` have one effect. Throws 409 for bad credentials, 502. */
  post<T>(path: string, shape: z.ZodType<T>, body: string, requestId?: string): Promise<PaypalAnswer<T>>
}

const Token = z.object({ access_token: z.string(), expires_in: z.number() })
const Refusal = z.object({
  name: z.string().optional(),
  message: z.string().optional(),
  error_description: z.string().optional(),
  details: z.array(z.object({ issue: z.string().optional(), description: z.string().optional() })).optional(),
})

/** The customary address of its API; its sandbox is `https://api-m.sandbox.paypal.com`. */
const liveUrl = 'https://api-m.paypal.com'
const earlyMs = 60_000

// Of this process, for as long as they last; a promise, so that twenty payments at once ask for one token.
const tokens = new WeakMap<Services, Map<string, Promise<{ value: string; expiresAt: number }>>>()

/** PayPal's REST API (developer.paypal.com/api/rest) as one of its apps. */
export function paypalClient(services: Services, { clientId, clientSecret }: PaypalAccount): PaypalClient {
  const { outbound, config } = services
  const baseUrl = config.paypal.apiUrl ?? liveUrl
  const account = `${clientId}:${clientSecret}`
  const known = tokens.get(services) ?? new Map<string, Promise<{ value: string; expiresAt: number }>>()
  tokens.set(services, known)

  return {
    get: (path, shape) => call('GET', path, shape),
    post: (path, shape, body, requestId) => call('POST', path, shape, body, requestId),
  }

  async function call<T>(
    method: 'GET' | 'POST',
    path: string,
    shape: z.ZodType<T>,
    body?: string,
    requestId?: string,
    isSecondTry = false,
  ): Promise<PaypalAnswer<T>> {
    const answer = await outbound.fetch(`${baseUrl}${path}`, {
      // One account's requests keep no other shop waiting.
      key: account,
      method,
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { 'content-type': 'application/json', prefer: 'return=representation' }),
        ...(requestId && { 'paypal-request-id': requestId }),
      },
      ...(body !== undefined && { body }),
      timeoutMs: 30_000,
    })
    // The token was taken back before its time.
    if (answer.status === 401 && !isSecondTry) {
      known.delete(account)
      return call(method, path, shape, body, requestId, true)
    }
    const { status } = answer
    if (status < 400) return { isRefused: false, body: read(shape, answer.body, status) }
    // Busy, or at work on the same request: nobody knows yet what becomes of it.
    if (status === 401 || status === 409 || status === 429 || status >= 500) throw failed(status)
    const { name, message, details } = read(Refusal, answer.body, status)
    const [detail] = details ?? []
    const reason = detail?.description ?? message ?? 'it gave no reason.'
    return { isRefused: true, status, issue: detail?.issue ?? name ?? '', message: reason.slice(0, 300) }
  }

  async function token(): Promise<string> {
    const now = services.now().getTime()
    let current = known.get(account)
    if (current && (await current).expiresAt <= now) current = undefined
    if (!current) {
      current = askForToken(now)
      known.set(account, current)
      current.catch(() => known.delete(account))
    }
    return (await current).value
  }

  async function askForToken(now: number) {
    const answer = await outbound.fetch(`${baseUrl}/v1/oauth2/token`, {
      key: account,
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(account).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
    if (answer.status === 401) {
      const { error_description = 'it does not know this app.' } = read(Refusal, answer.body, 401)
      throw refused(error_description)
    }
    if (answer.status !== 200) throw failed(answer.status)
    const { access_token, expires_in } = read(Token, answer.body, 200)
    return { value: access_token, expiresAt: now + expires_in * 1000 - earlyMs }
  }
}

/** For a person: PayPal will not do it. */
export const refused = (why: string) => conflict('payment_refused', `PayPal refused: ${why}`)

/** The body of an answer that must be one. Throws 409 `payment_refused`. */
export function granted<T>(answer: PaypalAnswer<T>): T {
  if (answer.isRefused) throw refused(answer.message)
  return answer.body
}

const failed = (status: number) => new AppError(502, 'payment_provider_failed', `PayPal answered ${status}. Try again.`)

function read<T>(shape: z.ZodType<T>, body: Buffer, status: number): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw failed(status)
    throw error
  }
  const result = shape.safeParse(value)
  if (!result.success) throw failed(status)
  return result.data
}
