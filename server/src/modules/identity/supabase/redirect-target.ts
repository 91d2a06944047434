import type { AppError } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { TwoFactorRequired } from '../two-factor/pending-sign-ins.ts'
import { storeAuthCode } from './auth-codes.ts'

// Redirects with a session or an error, in the form that Supabase's auth-js reads.

/**
 * Returns the page with a code if the client uses PKCE, else with the session in the fragment, which no server receives.
 * `type`: the purpose of the mail that started the session.
 */
export async function withSession(
  services: Services,
  page: URL,
  session: SignedIn['session'],
  { codeChallenge, type }: { codeChallenge: string | null; type?: string },
): Promise<URL> {
  const target = new URL(page)
  if (codeChallenge) {
    target.searchParams.set('code', await storeAuthCode(services, session, codeChallenge))
    return target
  }
  const { access_token, refresh_token, expires_in, expires_at } = session
  target.hash = new URLSearchParams({
    access_token,
    refresh_token,
    expires_in: String(expires_in),
    expires_at: String(expires_at),
    token_type: 'bearer',
    ...(type && { type }),
  }).toString()
  return target
}

/** Returns the page with a message in the fragment, when there is no session to give. */
export function withMessage(page: URL, message: string): URL {
  const target = new URL(page)
  target.hash = new URLSearchParams({ message }).toString()
  return target
}

/** Returns the page with the error in the fragment, and in the query for pages whose server redeems the code. */
export function withFailure(page: URL, failure: AppError): URL {
  const { code, message } = failure
  const target = new URL(page)
  const params = { error: 'access_denied', error_code: code, error_description: message }
  for (const [name, value] of Object.entries(params)) target.searchParams.set(name, value)
  const more = failure instanceof TwoFactorRequired ? failure.forPage : {}
  target.hash = new URLSearchParams({ ...params, ...more }).toString()
  return target
}
