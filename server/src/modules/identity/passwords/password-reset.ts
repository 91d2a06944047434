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
import { keepCode, newCode } from '../codes/codes.ts'
import { UserVerified } from '../events.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import { announceRevoked, revokeOthers } from '../sessions/open-sessions.ts'
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

// Of two at once the second finds nothing left to delete.
const take = statement(
  'identity.password_resets.take',
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string; code_challenge: string | null }>`
    delete from identity.password_resets where token_hash = ${p.token_hash} and expires_at > now()
    returning user_id, code_challenge`,
)

/** A password that was just chosen voids every link that was sent before. */
export const dropResets = statement(
  'identity.password_resets.drop_others',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    delete from identity.password_resets where user_id = ${p.user_id}`,
)

// Who reads the mails of an address has it. If nobody had proved that before, whoever made the account may have been
// somebody else, so nothing they could come back with stays.
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

/** The link of a client of Supabase, which signs in with it and changes the password then. */
function supabaseLink({ publicUrl }: Config, token: string, page: string): URL {
  const link = new URL(`${publicUrl}/auth/v1/verify`)
  link.search = new URLSearchParams({ token, type: 'recovery', redirect_to: page }).toString()
  return link
}

const supabaseClient = z.object({ page: z.string(), code_challenge: z.string().optional() })
/** A client of Supabase: the page where it goes on, and the challenge if it wants PKCE (RFC 7636, S256). */
export type SupabaseClient = z.output<typeof supabaseClient>

/**
 * Has a link sent, if there is such an account; to a client of Supabase with a code to type instead. Whether there is one
 * is only looked up by the job, so that the request does the same for every address. Throws 429 within a minute of the
 * last one or after five in an hour.
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
      if (supabase) await ctx.db.together([keepCode(services, { ...recoveryCode(user), code })])
      const orCode = supabase ? `Or type this code, within ten minutes: ${code}\n\n` : ''
      await sendMessage(ctx, {
        channel: 'email',
        to: user.email,
        subject: 'Choose a new password',
        text:
          `Here you can choose a new password, within the next ${linkLifeMinutes} minutes:\n\n${link.href}\n\n${orCode}` +
          'If you did not ask for this, you need not do anything; your password stays as it is.\n',
        expiresInSeconds: linkLifeMinutes * 60,
      })
    })
  },
})

/** The code in the same mail. */
export const recoveryCode = ({ id, email }: { id: string; email: string }) => ({
  purpose: codePurpose,
  userId: id,
  address: email,
})

/**
 * Sets a new password with the token of a mailed link, which is good once and proves that the address is theirs. Every
 * session of the user ends. Throws 400 for a password that is not acceptable and a token that is not good, 429 after too
 * many tries.
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
  if (!found) throw isOver()
  const password_hash = await hashPassword(password)
  await transaction(server, async (ctx) => {
    if (!(await ctx.db.maybe(take, { token_hash }))) throw isOver()
    const { user_id, email } = found
    const results = await ctx.db.together([
      actAs.call({ user_id }),
      setPasswordHash.call({ id: user_id, password_hash }),
      dropResets.call({ user_id }),
      // Who came here because they had forgotten it has failed often enough.
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
    announceRevoked(ctx, user_id, results.at(-1) as { id: string }[], 'password_changed')
  })
}

/** Takes the token of a link; undefined when it is not good, or no longer. */
export async function takeReset(ctx: Ctx, token: string) {
  const token_hash = hashToken(token)
  return (await ctx.db.maybe(find, { token_hash })) && (await ctx.db.maybe(take, { token_hash }))
}

const isOver = () =>
  badRequest('invalid_token', 'This link is no longer good. Ask for a new one.', [
    { path: 'body.token', message: 'Unknown, used or expired.' },
  ])
