import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { challengeOf, freshSecret, hashOf } from '../../../platform/oauth/attempt.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { SignedIn } from '../sessions/schema.ts'

// With PKCE (RFC 7636), a redirect carries a code instead of the session. Only the client that started the login can
// redeem it, so a leaked URL is useless.

const lifeMinutes = 5
const encryptionContext = (codeHash: Buffer) => `identity.auth_codes/session/${codeHash.toString('hex')}`

const insert = statement(
  'identity.auth_codes.insert',
  (_, p: { code_hash: Buffer; user_id: string; code_challenge: string; sealed_session: string }) => sql`
    insert into identity.auth_codes (code_hash, user_id, code_challenge, sealed_session, expires_at)
    values (${p.code_hash}, ${p.user_id}, ${p.code_challenge}, ${p.sealed_session},
            now() + make_interval(mins => ${sql.lit(lifeMinutes)}))`,
)

const take = statement(
  'identity.auth_codes.take',
  (_, p: { code_hash: Buffer; code_challenge: string }) => sql<{ sealed_session: string }>`
    delete from identity.auth_codes
     where code_hash = ${p.code_hash} and code_challenge = ${p.code_challenge} and expires_at > now()
    returning sealed_session`,
)

export const deleteExpiredAuthCodes = statement(
  'identity.auth_codes.system',
  () => sql`delete from identity.auth_codes where expires_at < now()`,
)

type Session = SignedIn['session']

/** Stores the session for the client with the verifier. Returns the code for it. */
export async function storeAuthCode(services: Services, session: Session, codeChallenge: string): Promise<string> {
  const code = freshSecret()
  const code_hash = hashOf(code)
  await serverContext(services, { workspaceId: null }).db.all(insert, {
    code_hash,
    user_id: session.user.id,
    code_challenge: codeChallenge,
    sealed_session: services.secrets.seal(JSON.stringify(session), encryptionContext(code_hash)),
  })
  return code
}

/** Returns the session of a code: once, within five minutes, for the right verifier. Throws 400 `bad_code_verifier`. */
export async function exchangeForSession(services: Services, code: string, verifier: string): Promise<Session> {
  const code_hash = hashOf(code)
  const found = await serverContext(services, { workspaceId: null }).db.maybe(take, {
    code_hash,
    code_challenge: challengeOf(verifier),
  })
  if (!found)
    throw new AppError(
      400,
      'bad_code_verifier',
      'This code is invalid or has expired, or it belongs to another client.',
    )
  return JSON.parse(services.secrets.open(found.sealed_session, encryptionContext(code_hash)))
}
