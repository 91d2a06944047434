import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { AppError, badRequest } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { job } from '../../platform/jobs.ts'
import { sendMessage } from '../../platform/mail/messages.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { requireAdmitted, resetLimit, sendingLimit, signInLimits } from './attempts.ts'
import { audited } from './audit.ts'
import { keepCode, newCode, redeemCode } from './codes.ts'
import { UserVerified } from './events.ts'
import { hashPassword, requireAcceptablePassword } from './passwords.ts'
import type { SignedIn } from './schema.ts'
import { type Device, announceRevoked, revokeOthers, startSession } from './sessions.ts'
import { actAs, findForSignIn, setPasswordHash } from './users.ts'

const tokenBytes = 32
const linkLifeMinutes = 30

const hashToken = (token: string) => createHash('sha256').update(token).digest()

const insert = statement(
  'identity.password_resets.insert',
  (_, p: { token_hash: Buffer; user_id: string }) => sql<Record<string, never>>`
    insert into identity.password_resets (token_hash, user_id, expires_at)
    values (${p.token_hash}, ${p.user_id}, now() + make_interval(mins => ${sql.lit(linkLifeMinutes)}))`,
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
  (_, p: { token_hash: Buffer }) => sql<{ user_id: string }>`
    delete from identity.password_resets where token_hash = ${p.token_hash} and expires_at > now() returning user_id`,
)

const dropOthers = statement(
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

/**
 * Has a link sent, if there is such an account; to a client of Supabase (`page`: where it goes on) with a code to type
 * instead. Whether there is one is only looked up by the job, so that the request
 * does the same for every address. Throws 429 within a minute of the last one or after five in an hour.
 */
export async function requestPasswordReset(
  services: Services,
  email: string,
  device: Device,
  page?: string,
): Promise<void> {
  const ctx = serverContext(services, { workspaceId: null })
  const [admitted] = await ctx.db.together([sendingLimit('password_reset', email, device.address)])
  requireAdmitted(admitted, 'get a link')
  await services.jobs.enqueue(ctx, sendPasswordReset, { email, address: device.address, page })
}

export const sendPasswordReset = job({
  name: 'identity.send_password_reset',
  input: z.object({ email: z.string(), address: z.string(), page: z.string().optional() }),
  async run(ctx, { email, address, page }) {
    await transaction(ctx, async (ctx) => {
      const user = await ctx.db.maybe(findForSignIn, { email })
      if (!user || user.suspended_at) return
      const token = randomBytes(tokenBytes).toString('base64url')
      await ctx.db.together([
        insert.call({ token_hash: hashToken(token), user_id: user.id }),
        actAs.call({ user_id: user.id }),
        audited({ action: 'password.reset_requested', target: `user:${user.id}`, address }),
      ])
      const { services } = ctx
      const link = page ? supabaseLink(services.config, token, page) : new URL(services.config.mail.passwordResetUrl)
      link.searchParams.set('token', token)
      const code = newCode()
      if (page) await ctx.db.together([keepCode(services, { ...codeOf(user), code })])
      const orCode = page ? `Or type this code, within ten minutes: ${code}\n\n` : ''
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

const codeOf = ({ id, email }: { id: string; email: string }) => ({
  purpose: codePurpose,
  userId: id,
  address: email,
})

/** What a mail about a forgotten password brings: the token of its link, or its code. */
export type Proof = { token: string } | { email: string; code: string }

/**
 * Signs in whom the mail was sent to; for half an hour they may choose a password without the old one. Throws 403 for a
 * proof that is not good, 429 after too many tries.
 */
export async function recover(services: Services, proof: Proof, device: Device): Promise<SignedIn> {
  const server = serverContext(services, { workspaceId: null })
  const [admitted] = await server.db.together([resetLimit(device.address)])
  requireAdmitted(admitted, 'get back in')
  const signedIn = await transaction(server, async (ctx) => {
    const userId = await redeemProof(ctx, proof)
    // Not thrown from here: the try must be counted.
    if (!userId) return undefined
    const before = [actAs.call({ user_id: userId }), proveMailbox.call({ user_id: userId })]
    return startSession(ctx, before, device, { recoveryMinutes: linkLifeMinutes })
  })
  if (!signedIn)
    throw new AppError(403, 'otp_expired', 'This link or code is not valid, or no longer. Ask for a new one.')
  return signedIn
}

async function redeemProof(ctx: Ctx, proof: Proof): Promise<string | undefined> {
  if ('token' in proof) {
    const token_hash = hashToken(proof.token)
    const found = await ctx.db.maybe(find, { token_hash })
    return found && (await ctx.db.maybe(take, { token_hash })) ? found.user_id : undefined
  }
  const user = await ctx.db.maybe(findForSignIn, { email: proof.email })
  if (!user || user.suspended_at) return undefined
  const [, [redeemed]] = (await ctx.db.together([
    actAs.call({ user_id: user.id }),
    redeemCode(ctx.services, { ...codeOf(user), code: proof.code }),
  ])) as unknown as [unknown, [{ right: boolean }]]
  return redeemed.right ? user.id : undefined
}

/**
 * Sets a new password with the token of a mailed link, which is good once and proves that the address is theirs. Every
 * session of the user ends. Throws 400
 * for a password that is not acceptable and a token that is not good, 429 after too many tries.
 */
export async function resetPassword(
  services: Services,
  { token, password }: { token: string; password: string },
  device: Device,
): Promise<void> {
  requireAcceptablePassword(password, services.config.signIn.minPasswordLength)
  const token_hash = hashToken(token)
  const server = serverContext(services, { workspaceId: null })
  const [admitted, [found]] = (await server.db.together([
    resetLimit(device.address),
    find.call({ token_hash }),
  ])) as unknown as [Record<string, unknown>[], { user_id: string; email: string }[]]
  requireAdmitted(admitted, 'choose a new password')
  if (!found) throw isOver()
  const password_hash = await hashPassword(password)
  await transaction(server, async (ctx) => {
    if (!(await ctx.db.maybe(take, { token_hash }))) throw isOver()
    const { user_id, email } = found
    const results = await ctx.db.together([
      actAs.call({ user_id }),
      setPasswordHash.call({ id: user_id, password_hash }),
      dropOthers.call({ user_id }),
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

const isOver = () =>
  badRequest('invalid_token', 'This link is no longer good. Ask for a new one.', [
    { path: 'body.token', message: 'Unknown, used or expired.' },
  ])
