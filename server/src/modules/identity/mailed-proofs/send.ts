import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { job } from '../../../platform/jobs.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { actAs, findForSignIn } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { mailLimit, requireAdmitted, sendingLimit } from '../throttle.ts'
import { findPendingChange, mailEmailChange } from './email-change.ts'
import { confirmationHours, signInLinkMinutes, storeProof } from './mailed-proofs.ts'

const wanted = z.object({
  purpose: z.enum(['sign_in', 'confirm', 'change_email']),
  email: z.string(),
  address: z.string(),
  /** The page of a Supabase client that the link redirects to. */
  page: z.string(),
  /** Of a client that uses PKCE (RFC 7636, S256). */
  code_challenge: z.string().optional(),
  /** For `sign_in`: whether an unknown address gets an account, and its metadata. */
  create_user: z.boolean().default(false),
  metadata: z.record(z.string(), z.unknown()).default({}),
})
type Wanted = z.output<typeof wanted>

/**
 * Sends a link and a code: to sign in, to confirm the address of an account, or again for a change of address. Only the job
 * looks the account up, so that the request does the same for every address. Throws 429 within a minute of the last one or
 * after five in an hour.
 */
export async function requestProof(
  services: Services,
  request: Omit<z.input<typeof wanted>, 'address'>,
  device: Device,
): Promise<void> {
  const ctx = serverContext(services, { workspaceId: null })
  const [admitted] = await ctx.db.together([sendingLimit(request.purpose, request.email, device.address)])
  requireAdmitted(admitted, 'get a mail')
  await services.jobs.enqueue(ctx, sendProof, wanted.parse({ ...request, address: device.address }))
}

export const sendProof = job({
  name: 'identity.send_proof',
  input: wanted,
  async run(ctx, request) {
    await transaction(ctx, async (ctx) => {
      if (request.purpose === 'change_email') return mailPendingChange(ctx, request)
      const user = await ctx.db.maybe(findForSignIn, { email: request.email })
      if (user?.suspended_at) return
      if (request.purpose === 'sign_in') return user || request.create_user ? mailSignIn(ctx, request, user) : undefined
      if (user && !user.email_verified) await mailConfirmation(ctx, request, user)
    })
  },
})

type Account = { id: string; email: string; email_verified: boolean; password_hash: string | null }

async function mailSignIn(ctx: Ctx, request: Wanted, user: Account | undefined): Promise<void> {
  const address = user?.email ?? request.email
  const { link, code } = await storeProof(ctx, {
    purpose: 'sign_in',
    userId: user?.id ?? null,
    address,
    page: request.page,
    codeChallenge: request.code_challenge,
    metadata: user ? {} : request.metadata,
  })
  if (user) {
    const line = audited({ action: 'session.link_requested', target: `user:${user.id}`, address: request.address })
    await ctx.db.together([actAs.call({ user_id: user.id }), line])
  }
  const losesPassword = user && !user.email_verified && user.password_hash !== null
  await sendMessage(ctx, {
    channel: 'email',
    to: address,
    subject: 'Sign in',
    text:
      `Sign in within the next ${signInLinkMinutes} minutes:\n\n${link}\n\n` +
      `Or enter this code within ten minutes:  ${code}\n\n` +
      (losesPassword
        ? 'This address has not been confirmed yet. When you sign in with this mail, the password of the account and its other sessions end, because another person may have chosen it.\n\n'
        : '') +
      'If you did not request this, you can ignore this message.\n',
    expiresInSeconds: signInLinkMinutes * 60,
  })
}

async function mailConfirmation(ctx: Ctx, request: Wanted, user: Account): Promise<void> {
  const { link, code } = await storeProof(ctx, {
    purpose: 'confirm',
    userId: user.id,
    address: user.email,
    page: request.page,
    codeChallenge: request.code_challenge,
  })
  await sendMessage(ctx, {
    channel: 'email',
    to: user.email,
    subject: 'Confirm your e-mail address',
    text:
      `An account was created with this address. If it is yours, confirm the address within ${confirmationHours} hours:\n\n${link}\n\n` +
      `Or enter this code within ten minutes:  ${code}\n\n` +
      'If you did not create the account, ignore this message.\n',
    expiresInSeconds: confirmationHours * 60 * 60,
  })
}

async function mailPendingChange(ctx: Ctx, request: Wanted): Promise<void> {
  const change = await ctx.db.maybe(findPendingChange, { email: request.email })
  if (!change) return
  // The request may have named either address, so the new one has a limit of its own.
  const [admitted] = await ctx.db.together([mailLimit('change_email_again', change.new_email, 5)])
  if (only(admitted).wait_seconds > 0) return
  await mailEmailChange(ctx, change, { page: request.page, codeChallenge: request.code_challenge })
}
