import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Role } from '../../../platform/access.ts'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { job } from '../../../platform/jobs.ts'
import { sendMessage } from '../../../platform/mail/messages.ts'
import { serverContext } from '../../../platform/services.ts'
import { mailLimit } from '../throttle.ts'
import { audited } from '../audit.ts'
import { MemberJoined } from '../events.ts'
import { type Workspace, currentWorkspace } from './workspaces.ts'

const lifeDays = 7

interface Invitation {
  id: string
  email: string
  role: Role
  created_at: string
  expires_at: string
}

const columns = sql`id, email, role, created_at, expires_at`

const findMember = statement(
  'identity.members.find_by_email',
  (_, p: { email: string }) => sql<{ id: string }>`
    select u.id from identity.members m join identity.users u on u.id = m.user_id
     where m.workspace_id = app.workspace_id() and lower(u.email) = lower(${p.email})`,
)

const removePending = statement(
  'identity.invitations.remove_pending',
  (_, p: { email: string }) => sql<Record<string, never>>`
    delete from identity.invitations
     where workspace_id = app.workspace_id() and lower(email) = lower(${p.email}) and accepted_at is null`,
)

const insert = statement(
  'identity.invitations.insert',
  (_, p: { id: string; email: string; role: string; token_hash: Buffer }) => sql<Invitation>`
    insert into identity.invitations (id, email, role, token_hash, expires_at)
    values (${p.id}, ${p.email}, ${p.role}, ${p.token_hash}, now() + make_interval(days => ${sql.lit(lifeDays)}))
    returning ${columns}`,
)

const list = statement(
  'identity.invitations.list',
  (_, p: { before: string | null; limit: number }) => sql<Invitation>`
    select ${columns} from identity.invitations
     where workspace_id = app.workspace_id() and accepted_at is null and expires_at > now()
       and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

const remove = statement(
  'identity.invitations.remove',
  (_, p: { id: string }) => sql<{ id: string }>`
    delete from identity.invitations
     where workspace_id = app.workspace_id() and id = ${p.id} and accepted_at is null returning id`,
)

const accept = statement(
  'identity.invitations.accept',
  (_, p: { token_hash: Buffer }) => sql<{ workspace_id: string; role: Role }>`
    select workspace_id, role from app.accept_invitation(${p.token_hash})`,
)

const hashToken = (token: string) => createHash('sha256').update(token).digest()

/**
 * Creates an invitation for a week and mails it. It replaces an earlier one for the same address. The token is returned
 * only here. Throws 403 unless an owner invites an owner, 409 when the address belongs to a member.
 */
export async function createInvitation(ctx: Ctx, { email, role }: { email: string; role: Role }) {
  const [members] = await ctx.db.together([findMember.call({ email }), removePending.call({ email })])
  if (role === 'owner' && (await ctx.db.actor()).role !== 'owner') throw forbidden('Only owners can change owners.')
  if (members.length > 0) throw conflict('already_member', 'This person is already a member of the workspace.')
  const id = newId()
  const token = `sbi_${randomBytes(32).toString('base64url')}`
  const [inserted] = await ctx.db.together([
    insert.call({ id, email, role, token_hash: hashToken(token) }),
    audited({ action: 'invitation.created', target: `invitation:${id}`, details: { email, role } }),
  ])
  const { jobs, secrets } = ctx.services
  await jobs.enqueue(ctx, sendInvitation, { id, sealed_token: secrets.seal(token, tokenContext(id)) })
  return { ...only(inserted), token, accept_url: acceptUrl(ctx, token) }
}

// The fragment stays in the browser, so servers and proxies do not log the token.
const acceptUrl = ({ services }: Ctx, token: string) => `${services.config.publicUrl}/invitation#${token}`

const tokenContext = (id: string) => `identity.invitations/token/${id}`

const findToSend = statement(
  'identity.invitations.find_to_send',
  (_, p: { id: string }) => sql<{ email: string; role: string; workspace: string; inviter: string }>`
    select i.email, i.role, w.name as workspace, coalesce(u.full_name, u.display_name, u.username, u.email) as inviter
      from identity.invitations i
      join identity.workspaces w on w.id = i.workspace_id and w.deleted_at is null
      join identity.users u on u.id = i.invited_by
     where i.id = ${p.id} and i.accepted_at is null and i.expires_at > now()`,
)

/** Shortens a name to one line, because mails to unknown recipients contain it. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 100)

/** Mails the invitation, unless the address was sent five within an hour. The inviter has the link in any case. */
export const sendInvitation = job({
  name: 'identity.send_invitation',
  input: z.object({ id: z.uuid(), sealed_token: z.string() }),
  async run({ services }, { id, sealed_token }) {
    // Mails and limits belong to the installation, not to the workspace of the job.
    await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
      const invitation = await ctx.db.maybe(findToSend, { id })
      if (!invitation) return
      const { email, role } = invitation
      const [admitted] = await ctx.db.together([mailLimit('invitation', email, 5)])
      if (only(admitted).wait_seconds > 0)
        return ctx.log.warn(
          { invitation_id: id },
          'Invitation not mailed: too many mails to this address within an hour.',
        )
      const [inviter, workspace] = [oneLine(invitation.inviter), oneLine(invitation.workspace)]
      const token = services.secrets.open(sealed_token, tokenContext(id))
      await sendMessage(ctx, {
        channel: 'email',
        to: email,
        subject: `${inviter} invites you to ${workspace}`,
        text:
          `${inviter} invites you to work in "${workspace}", as ${role.replaceAll('_', ' ')}.\n\n` +
          `Accept within ${lifeDays} days:\n\n${acceptUrl(ctx, token)}\n\n` +
          'If you do not know them, you can ignore this message.\n',
        expiresInSeconds: lifeDays * 24 * 60 * 60,
      })
    })
  },
})

/** Lists the invitations that can still be accepted. */
export async function listInvitations(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Revokes an invitation. Throws 404. */
export async function deleteInvitation(ctx: Ctx, id: string): Promise<void> {
  const line = audited({ action: 'invitation.deleted', target: `invitation:${id}` })
  const [removed] = await ctx.db.together([remove.call({ id }), line])
  if (removed.length === 0) missing('invitation')
}

/** Makes the current user a member and switches the transaction to the workspace: send it first. */
export const acceptInvitationCall = (token: string) => accept.call({ token_hash: hashToken(token) })

/** Makes the current user a member of the workspace and switches to it. Throws 404, or 403 for another user's invitation. */
export async function acceptInvitation(ctx: Ctx, token: string): Promise<Workspace> {
  const { workspace_id, role } = await ctx.db.one(accept, { token_hash: hashToken(token) })
  const { user_id } = await ctx.db.actor()
  emit(ctx, MemberJoined, { workspace_id, user_id: user_id as string, role })
  await ctx.db.together([audited({ action: 'member.joined', target: `user:${user_id}` })])
  return currentWorkspace(ctx)
}
