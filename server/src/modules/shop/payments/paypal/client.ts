import { z } from 'zod'
import { AppError, conflict } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import type { CredentialsOf } from '../../../integrations/index.ts'

export type PaypalAccount = CredentialsOf<'paypal'>

/** PayPal's response: the body, or the refusal. `issue` is PayPal's code, such as `ORDER_NOT_APPROVED`. */
export type PaypalResponse<T> =
  | { isRefused: false; body: T }
  | { isRefused: true; status: number; issue: string; message: string }

export interface PaypalClient {
  get<T>(path: string, shape: z.ZodType<T>): Promise<PaypalResponse<T>>
  /** `body`: JSON text. Calls with the same `requestId` have one effect. Throws 409 for invalid credentials, 502. */
  post<T>(path: string, shape: z.ZodType<T>, body: string, requestId?: string): Promise<PaypalResponse<T>>
}

const Token = z.object({ access_token: z.string(), expires_in: z.number() })
const Refusal = z.object({
  name: z.string().optional(),
  message: z.string().optional(),
  error_description: z.string().optional(),
  details: z.array(z.object({ issue: z.string().optional(), description: z.string().optional() })).optional(),
})

/** The base URL of the live API. The sandbox is `https://api-m.sandbox.paypal.com`. */
const liveUrl = 'https://api-m.paypal.com'
/** A token is renewed this long before it expires. */
const earlyMs = 60_000

// The access tokens of this process. Stored as promises, so that concurrent payments share one token request.
const tokens = new WeakMap<Services, Map<string, Promise<{ value: string; expiresAt: number }>>>()

/** Returns a client of PayPal's REST API (developer.paypal.com/api/rest) for one app. */
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
  ): Promise<PaypalResponse<T>> {
    const response = await outbound.fetch(`${baseUrl}${path}`, {
      // Each account has its own queue, so it does not delay other shops.
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
    // The token was revoked before it expired.
    if (response.status === 401 && !isSecondTry) {
      known.delete(account)
      return call(method, path, shape, body, requestId, true)
    }
    const { status } = response
    if (status < 400) return { isRefused: false, body: read(shape, response.body, status) }
    // PayPal is busy or still processing the same request, so the result is unknown.
    if (status === 401 || status === 409 || status === 429 || status >= 500) throw failed(status)
    const { name, message, details } = read(Refusal, response.body, status)
    const [detail] = details ?? []
    const reason = detail?.description ?? message ?? 'no reason given.'
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
    const response = await outbound.fetch(`${baseUrl}/v1/oauth2/token`, {
      key: account,
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(account).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
    if (response.status === 401) {
      const { error_description = 'it does not recognize this app.' } = read(Refusal, response.body, 401)
      throw refused(error_description)
    }
    if (response.status !== 200) throw failed(response.status)
    const { access_token, expires_in } = read(Token, response.body, 200)
    return { value: access_token, expiresAt: now + expires_in * 1000 - earlyMs }
  }
}

/** Returns the error for a request that PayPal refused. `why` is shown to the user. */
export const refused = (why: string) => conflict('payment_refused', `PayPal refused: ${why}`)

/** Returns the body of a response. Throws 409 `payment_refused` for a refusal. */
export function bodyOf<T>(response: PaypalResponse<T>): T {
  if (response.isRefused) throw refused(response.message)
  return response.body
}

const failed = (status: number) =>
  new AppError(502, 'payment_provider_failed', `PayPal responded with status ${status}. Try again.`)

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
