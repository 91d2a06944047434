import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, invalidField } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { UserVerified } from '../events.ts'
import { dropResets } from '../passwords/password-reset.ts'
import { takenOr } from '../people/sign-up.ts'
import { actAs, findForSignIn, findMe } from '../people/users.ts'
import type { Device } from '../sessions/device.ts'
import { hourlyLimit, requireAdmitted, sendingLimit } from '../throttle.ts'
import { confirmationHours, dropProofs, type MailedProof, storeProof } from './mailed-proofs.ts'

const changesPerHour = 10

interface PendingChange {
  user_id: string
  email: string
  new_email: string
  confirmed: boolean
  approved: boolean
}

const keep = statement(
  'identity.email_changes.keep',
  (_, p: { user_id: string; new_email: string; approved: boolean }) => sql<Record<string, never>>`
    insert into identity.email_changes (user_id, new_email, approved_at, expires_at)
    values (${p.user_id}, ${p.new_email}, case when ${p.approved}::boolean then now() end,
            now() + make_interval(hours => ${sql.lit(confirmationHours)}))
    on conflict (user_id) do update
      set new_email = excluded.new_email, approved_at = excluded.approved_at, confirmed_at = null, created_at = now(),
          expires_at = excluded.expires_at`,
)

const pending = sql`c.user_id, u.email, c.new_email, c.confirmed_at is not null as confirmed,
  c.approved_at is not null as approved`

/** By the present address or the new one. For the server. */
export const findPendingChange = statement(
  'identity.email_changes.find',
  (_, p: { email: string }) => sql<PendingChange>`
    select ${pending} from identity.email_changes c join identity.users u on u.id = c.user_id
     where (lower(u.email) = lower(${p.email}) or lower(c.new_email) = lower(${p.email}))
       and c.expires_at > now() and u.suspended_at is null
     order by c.created_at desc limit 1`,
)

const mark = statement(
  'identity.email_changes.mark',
  (_, p: { user_id: string; address: string; approves: boolean }) => sql<PendingChange>`
    update identity.email_changes c
       set approved_at = case when ${p.approves}::boolean then now() else c.approved_at end,
           confirmed_at = case when ${p.approves}::boolean then c.confirmed_at else now() end
      from identity.users u
     where c.user_id = ${p.user_id} and u.id = c.user_id and c.expires_at > now()
       and lower(${p.address}) = lower(case when ${p.approves}::boolean then u.email else c.new_email end)
    returning ${pending}`,
)

const drop = statement(
  'identity.email_changes.drop',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    delete from identity.email_changes where user_id = ${p.user_id}`,
)

const setEmail = statement(
  'identity.users.set_email',
  (_, p: { user_id: string; email: string }) => sql<{ id: string }>`
    update identity.users set email = ${p.email}, email_verified = true where id = ${p.user_id} returning id`,
)

export const deleteExpiredEmailChanges = statement(
  'identity.email_changes.system',
  () => sql<Record<string, never>>`delete from identity.email_changes where expires_at < now()`,
)

interface Links {
  page?: string | undefined
  codeChallenge?: string | undefined
}

/**
 * Mails a link to the new address; the address is changed when it is followed. `approved`: the caller has just proven
 * more than an open session. Otherwise the present address gets a link as well, and both have to be followed, since a
 * stolen session must not be enough to take over the account. Throws 400 for the present address, 409 `email_taken`, 429.
 */
export async function requestEmailChange(
  ctx: Ctx,
  { email: new_email, approved, ...links }: { email: string; approved: boolean } & Links,
  device: Device,
): Promise<void> {
  const { id, email } = await ctx.db.one(findMe, {})
  if (email.toLowerCase() === new_email.toLowerCase()) throw invalidField('body.email', 'This is your address already.')
  const server = serverContext(ctx.services, { workspaceId: null })
  const [byUser, byAddress, owners] = await server.db.together([
    hourlyLimit(`change-email:${id}`, changesPerHour),
    sendingLimit('change_email', new_email, device.address),
    findForSignIn.call({ email: new_email }),
  ])
  for (const admitted of [byUser, byAddress]) requireAdmitted(admitted, 'change your address')
  if (owners.length > 0) throw conflict('email_taken', 'Another account has this e-mail address.')
  await transaction(server, async (server) => {
    await server.db.together([
      actAs.call({ user_id: id }),
      dropProofs.call({ user_id: id }),
      keep.call({ user_id: id, new_email, approved }),
      audited({ action: 'user.email_change_requested', target: `user:${id}`, address: device.address }),
    ])
    await mailEmailChange(server, { user_id: id, email, new_email, approved, confirmed: false }, links)
    if (approved) await mailNotice(server, email, `A change of the e-mail address of your account was requested.`)
  })
}

/** Sends the mails that are still to be answered. For the server, in a transaction. */
export async function mailEmailChange(ctx: Ctx, change: PendingChange, { page, codeChallenge }: Links): Promise<void> {
  const { user_id: userId, email, new_email } = change
  if (!change.confirmed) {
    const proof = { purpose: 'change_email', userId, address: new_email, page, codeChallenge } as const
    const { link, code } = await storeProof(ctx, proof)
    await mail(
      ctx,
      new_email,
      'Confirm your new e-mail address',
      `Confirm this address for your account within ${confirmationHours} hours:\n\n${link}\n\nOr enter this code within ten minutes:  ${code}\n\n` +
        'If you did not request this, you can ignore this message.\n',
    )
  }
  if (!change.approved) {
    const { link, code } = await storeProof(ctx, { purpose: 'approve_email', userId, address: email, page })
    await mail(
      ctx,
      email,
      'Approve the change of your e-mail address',
      `Your account is to get the address ${new_email}. If you requested this, approve it within ${confirmationHours} hours:\n\n${link}\n\n` +
        `Or enter this code within ten minutes:  ${code}\n\n` +
        'If you did not request this, another person has access to your account: choose a new password, which ends all sessions.\n',
    )
  }
}

const mail = (ctx: Ctx, to: string, subject: string, text: string) =>
  sendMessage(ctx, { channel: 'email', to, subject, text, expiresInSeconds: confirmationHours * 60 * 60 })

const mailNotice = (ctx: Ctx, to: string, text: string) =>
  mail(
    ctx,
    to,
    'Your e-mail address',
    `${text}\n\nIf this was not you, choose a new password at once, which ends all sessions.\n`,
  )

/**
 * Records that a mail of a change was answered, and changes the address when nothing is left to answer. Returns the
 * progress, or undefined when there is no such change any more. For the server, in a transaction. Throws 409
 * `email_taken`.
 */
export async function answerEmailChange(
  ctx: Ctx,
  { user_id, address, purpose }: MailedProof,
  device: Device,
): Promise<'changed' | 'awaiting' | undefined> {
  if (user_id === null) return undefined
  const change = await ctx.db.maybe(mark, { user_id, address, approves: purpose === 'approve_email' })
  if (!change) return undefined
  if (!change.approved || !change.confirmed) return 'awaiting'
  try {
    await ctx.db.together([
      actAs.call({ user_id }),
      setEmail.call({ user_id, email: change.new_email }),
      drop.call({ user_id }),
      dropProofs.call({ user_id }),
      dropResets.call({ user_id }),
      audited({ action: 'user.email_changed', target: `user:${user_id}`, address: device.address }),
    ])
  } catch (error) {
    throw takenOr(error)
  }
  emit(ctx, UserVerified, { user_id, type: 'email' })
  await mailNotice(
    ctx,
    change.email,
    'Your account has another e-mail address now. This one cannot sign in to it any more.',
  )
  return 'changed'
}
