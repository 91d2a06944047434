import type { AppError } from '../../../platform/errors.ts'
import type { Services } from '../../../platform/services.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { TwoFactorRequired } from '../two-factor/pending-sign-ins.ts'
import { keepForVerifier } from './auth-codes.ts'

// How the browser brings a client of Supabase's its session, as its auth-js reads it.

/**
 * The page with a code for those who can prove that they asked (PKCE), else with the session after the `#`, which no
 * server sees. `type`: what the session is for, where it is not for anything.
 */
export async function withSession(
  services: Services,
  page: URL,
  session: SignedIn['session'],
  { codeChallenge, type }: { codeChallenge: string | null; type?: 'recovery' },
): Promise<URL> {
  const target = new URL(page)
  if (codeChallenge) {
    target.searchParams.set('code', await keepForVerifier(services, session, codeChallenge))
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

/** The page with what went wrong: after the `#`, and before it for a page whose server is to redeem the code. */
export function withFailure(page: URL, failure: AppError): URL {
  const { code, message } = failure
  const target = new URL(page)
  const told = { error: 'access_denied', error_code: code, error_description: message }
  for (const [name, value] of Object.entries(told)) target.searchParams.set(name, value)
  const more = failure instanceof TwoFactorRequired ? failure.forPage : {}
  target.hash = new URLSearchParams({ ...told, ...more }).toString()
  return target
}
