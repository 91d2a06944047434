import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Config } from '../../../config.ts'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { badRequest } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { job } from '../../../platform/jobs.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { requireAdmitted, resetLimit, sendingLimit, signInLimits } from '../throttle.ts'
import { audited } from '../audit.ts'
import { storeCode, newCode } from '../codes/codes.ts'
import { UserVerified } from '../events.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import { publishRevoked, revokeOthers } from '../sessions/open-sessions.ts'
import { type Device } from '../sessions/device.ts'
import { actAs, findForSignIn, setPasswordHash } from '../people/users.ts'

const tokenBytes = 32
export const linkLifeMinutes = 30

const hashToken = (token: string) => createHash('sha256').update(token).digest()

const insert = statement(
  'identity.password_resets.insert',
  (_, p: { token_hash: Buffer; user_id: string; code_challenge: string | null }) => sql<Record<string, never>>`
    insert into identity.password_resets (token_hash, user_id, code_challenge, expires_at)
    values (${p.token_hash}, ${p.user_id}, ${p.code_challenge}, now() + make_interval(mins => ${sql.lit(linkLifeMinutes)}))`,
)

const find = statement(
  'identity.password_resets.find',
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string; email: string }>`
    select r.user_id, u.email from identity.password_resets r join identity.users u on u.id = r.user_id
     where r.token_hash = ${p.token_hash} and r.expires_at > now() and u.suspended_at is null`,
)

// Of two concurrent uses the second deletes no row.
const take = statement(
  'identity.password_resets.take',
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string; code_challenge: string | null }>`
    delete from identity.password_resets where token_hash = ${p.token_hash} and expires_at > now()
    returning user_id, code_challenge`,
)

/** A new password invalidates all links sent before. */
export const dropResets = statement(
  'identity.password_resets.drop_others',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    delete from identity.password_resets where user_id = ${p.user_id}`,
)

// A user who receives the mails of an address owns it. If the address was not verified before, another person may have
// created the account, so all of its other credentials are removed.
export const proveMailbox = statement(
  'identity.users.prove_mailbox',
  (_, p: { user_id: string }) => sql<{ id: string }>`
    with proven as (
      update identity.users set email_verified = true where id = ${p.user_id} and not email_verified returning id
    ), revoked as (
      update identity.api_keys k set revoked_at = now() from proven where k.created_by = proven.id and k.revoked_at is null
    )
    select id from proven`,
)

const codePurpose = 'recovery'

/** The link for a Supabase client, which signs in with it and then changes the password. */
function supabaseLink({ publicUrl }: Config, token: string, page: string): URL {
  const link = new URL(`${publicUrl}/auth/v1/verify`)
  link.search = new URLSearchParams({ token, type: 'recovery', redirect_to: page }).toString()
  return link
}

const supabaseClient = z.object({ page: z.string(), code_challenge: z.string().optional() })
/** A Supabase client: the page to redirect to, and the challenge if it uses PKCE (RFC 7636, S256). */
export type SupabaseClient = z.output<typeof supabaseClient>

/**
 * Sends a link if the account exists; for a Supabase client the mail also has a code. Only the job looks the account up,
 * so that the request does the same for every address. Throws 429 within a minute of the last one or after five in an
 * hour.
 */
export async function requestPasswordReset(
  services: Services,
  email: string,
  device: Device,
  supabase?: SupabaseClient,
): Promise<void> {
  const ctx = serverContext(services, { workspaceId: null })
  const [admitted] = await ctx.db.together([sendingLimit('password_reset', email, device.address)])
  requireAdmitted(admitted, 'get a link')
  await services.jobs.enqueue(ctx, sendPasswordReset, { email, address: device.address, supabase })
}

export const sendPasswordReset = job({
  name: 'identity.send_password_reset',
  input: z.object({ email: z.string(), address: z.string(), supabase: supabaseClient.optional() }),
  async run(ctx, { email, address, supabase }) {
    await transaction(ctx, async (ctx) => {
      const user = await ctx.db.maybe(findForSignIn, { email })
      if (!user || user.suspended_at) return
      const token = randomBytes(tokenBytes).toString('base64url')
      await ctx.db.together([
        insert.call({
          token_hash: hashToken(token),
          user_id: user.id,
          code_challenge: supabase?.code_challenge ?? null,
        }),
        actAs.call({ user_id: user.id }),
        audited({ action: 'password.reset_requested', target: `user:${user.id}`, address }),
      ])
      const { services } = ctx
      const link = supabase
        ? supabaseLink(services.config, token, supabase.page)
        : new URL(services.config.mail.passwordResetUrl)
      link.searchParams.set('token', token)
      const code = newCode()
      if (supabase) await ctx.db.together([storeCode(services, { ...recoveryCode(user), code })])
      const orCode = supabase ? `Or enter this code within ten minutes:  ${code}\n\n` : ''
      await sendMessage(ctx, {
        channel: 'email',
        to: user.email,
        subject: 'Choose a new password',
        text:
          `Choose a new password within the next ${linkLifeMinutes} minutes:\n\n${link.href}\n\n${orCode}` +
          'If you did not request this, you can ignore this message. Your password has not changed.\n',
        expiresInSeconds: linkLifeMinutes * 60,
      })
    })
  },
})

/** The purpose and recipient of the code in that mail. */
export const recoveryCode = ({ id, email }: { id: string; email: string }) => ({
  purpose: codePurpose,
  userId: id,
  address: email,
})

/**
 * Sets a new password with the token of a mailed link, which is valid once and verifies the address. Ends all sessions of
 * the user. Throws 400 for a password that is not acceptable or an invalid token, 429 after too many attempts.
 */
export async function resetPassword(
  services: Services,
  { token, password }: { token: string; password: string },
  device: Device,
): Promise<void> {
  requireAcceptablePassword(password, services.config.signIn)
  const token_hash = hashToken(token)
  const server = serverContext(services, { workspaceId: null })
  const [admitted, [found]] = await server.db.together([resetLimit(device.address), find.call({ token_hash })])
  requireAdmitted(admitted, 'choose a new password')
  if (!found) throw invalidToken()
  const password_hash = await hashPassword(password)
  await transaction(server, async (ctx) => {
    if (!(await ctx.db.maybe(take, { token_hash }))) throw invalidToken()
    const { user_id, email } = found
    const results = await ctx.db.together([
      actAs.call({ user_id }),
      setPasswordHash.call({ id: user_id, password_hash }),
      dropResets.call({ user_id }),
      // A user who forgot the password has probably failed before; these failures no longer count.
      signInLimits(services.config, email, device.address).forgive,
      audited({
        action: 'password.changed',
        target: `user:${user_id}`,
        details: { by: 'mail' },
        address: device.address,
      }),
      proveMailbox.call({ user_id }),
      revokeOthers.call({ keep: null }),
    ])
    if (results.at(-2)?.length) emit(ctx, UserVerified, { user_id, type: 'email' })
    publishRevoked(ctx, user_id, results.at(-1) as { id: string }[], 'password_changed')
  })
}

/** Consumes the token of a link. Returns undefined when it is unknown, used or expired. */
export async function takeReset(ctx: Ctx, token: string) {
  const token_hash = hashToken(token)
  return (await ctx.db.maybe(find, { token_hash })) && (await ctx.db.maybe(take, { token_hash }))
}

const invalidToken = () =>
  badRequest('invalid_token', 'This link is no longer valid. Request a new one.', [
    { path: 'body.token', message: 'Unknown, used or expired.' },
  ])
