import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { sql } from 'kysely'
import type { Config } from '../../../config.ts'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest, conflict } from '../../../platform/errors.ts'
import { isAllowedOrigin } from '../../../platform/http/cors.ts'

// Who we are to an authenticator, and the challenges that it signs (WebAuthn level 3, sections 7.1 and 7.2).

const challengeLifeSeconds = 5 * 60

/**
 * The relying party's id: the name in PUBLIC_URL, `localhost` for an installation on this machine. Throws 409 when that
 * is an IP address, for which browsers make no passkeys.
 */
export function relyingPartyId({ publicUrl }: Pick<Config, 'publicUrl'>): string {
  const { hostname } = new URL(publicUrl)
  if (/^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return 'localhost'
  if (/^[\d.]+$|^\[/.test(hostname)) {
    throw conflict('not_configured', 'Passkeys need a host name in PUBLIC_URL. It is an IP address here.')
  }
  return hostname
}

/** Where the browser says that it was. Throws 400 unless that is a page of ours or of CORS_ORIGINS. */
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

export const forgetChallenges = statement(
  'identity.passkey_challenges.sweep',
  () => sql<Record<string, never>>`delete from identity.passkey_challenges where expires_at < now()`,
)

/** `boundTo`: the session or sign-in that it is for. It replaces an earlier one. */
export const keepChallenge = (ctx: Ctx, boundTo: string, challenge: string) =>
  ctx.db.all(keep, { bound_to: boundTo, challenge })

/** Once, whatever becomes of the answer: call it outside of the transaction that may fail. Throws 400. */
export async function takeChallenge(ctx: Ctx, boundTo: string): Promise<string> {
  const taken = await ctx.db.maybe(take, { bound_to: boundTo })
  if (!taken || taken.expired) {
    throw badRequest('challenge_expired', 'Ask for new options; the challenge was used or is too old.')
  }
  return taken.challenge
}

export const invalidPasskey = (cause?: unknown) =>
  badRequest(
    'invalid_passkey',
    'This passkey could not be verified.',
    [{ path: 'body.response', message: 'Not the answer of a passkey of this account to these options.' }],
    cause,
  )
