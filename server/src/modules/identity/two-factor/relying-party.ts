import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { sql } from 'kysely'
import type { Config } from '../../../config.ts'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest, conflict } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'

// The relying party, and the challenges that authenticators sign (WebAuthn level 3, sections 7.1 and 7.2).

const challengeLifeSeconds = 5 * 60

/**
 * Returns the relying party id: the host name of PUBLIC_URL, or `localhost` for a loopback address. Throws 409 for another
 * IP address, because browsers do not create passkeys for those.
 */
export function relyingPartyId({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  const { hostname } = new URL(publicUrl)
  if (/^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return 'localhost'
  if (/^[\d.]+$|^\[/.test(hostname)) {
    throw conflict('not_configured', 'Passkeys need a host name in PUBLIC_URL. It is an IP address here.')
  }
  return hostname
}

/** Returns the origin in the browser's response. Throws 400 unless it is this server's or one of CORS_ORIGINS. */
export function requireOwnOrigin(config: Config, response: RegistrationResponseJSON | AuthenticationResponseJSON) {
  const { origin } = read(() => decodeClientDataJSON(response.response.clientDataJSON))
  if (typeof origin !== 'string' || !isAllowedOrigin(config, origin)) throw invalidPasskey()
  return origin
}

function read<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw invalidPasskey(error)
  }
}

const keep = statement(
  'identity.passkey_challenges.keep',
  (_, p: { bound_to: string; challenge: string }) => sql<Record<string, never>>`
    insert into identity.passkey_challenges (bound_to, challenge, expires_at)
    values (${p.bound_to}, ${p.challenge}, now() + make_interval(secs => ${sql.lit(challengeLifeSeconds)}))
    on conflict (bound_to) do update set challenge = excluded.challenge, expires_at = excluded.expires_at`,
)

const take = statement(
  'identity.passkey_challenges.take',
  (_, p: { bound_to: string }) => sql<{ challenge: string; expired: boolean }>`
    delete from identity.passkey_challenges where bound_to = ${p.bound_to}
    returning challenge, expires_at < clock_timestamp() as expired`,
)

export const deleteExpiredChallenges = statement(
  'identity.passkey_challenges.system',
  () => sql<Record<string, never>>`delete from identity.passkey_challenges where expires_at < now()`,
)

/** `boundTo`: the session or sign-in that the challenge is for; it replaces an earlier challenge. */
export const storeChallenge = (ctx: Ctx, boundTo: string, challenge: string) =>
  ctx.db.all(keep, { bound_to: boundTo, challenge })

/** Consumes the challenge even if the response is invalid: call it outside the transaction that may fail. Throws 400. */
export async function takeChallenge(ctx: Ctx, boundTo: string): Promise<string> {
  const taken = await ctx.db.maybe(take, { bound_to: boundTo })
  if (!taken || taken.expired) {
    throw badRequest('challenge_expired', 'The challenge was used or has expired. Request new options.')
  }
  return taken.challenge
}

export const invalidPasskey = (cause?: unknown) =>
  badRequest(
    'invalid_passkey',
    'This passkey could not be verified.',
    [{ path: 'body.response', message: 'Not a response of a passkey of this account to these options.' }],
    cause,
  )
