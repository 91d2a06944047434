import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Role } from '../../platform/access.ts'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, toPage } from '../../platform/http/fields.ts'
import { newId } from '../../platform/id.ts'
import { audited } from './audit.ts'
import { MemberJoined } from './events.ts'
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
 * Invites somebody for a week; an earlier invitation for the same address is replaced. The token is shown this once.
 * Throws 403 when somebody else than an owner makes one for an owner, 409 when they are a member already.
 */
export async function createInvitation(ctx: Ctx, { email, role }: { email: string; role: Role }) {
  const [members] = await ctx.db.together([findMember.call({ email }), removePending.call({ email })])
  if (role === 'owner' && (await ctx.db.entered()).role !== 'owner') throw forbidden('Only an owner changes owners.')
  if (members?.length) throw conflict('already_member', 'This person is a member of the workspace already.')
  const id = newId()
  const token = `sbi_${randomBytes(32).toString('base64url')}`
  const results = await ctx.db.together(
    [
      insert.call({ id, email, role, token_hash: hashToken(token) }),
      audited({ action: 'invitation.created', target: `invitation:${id}`, details: { email, role } }),
    ],
    { commit: true },
  )
  const invitation = results[0]?.[0] as unknown as Invitation
  // After the # it stays in the browser: no server or proxy logs it.
  return { ...invitation, token, accept_url: `${ctx.services.config.publicUrl}/invitation#${token}` }
}

/** Those that can still be accepted. */
export async function listInvitations(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Takes an invitation back. Throws 404. */
export async function deleteInvitation(ctx: Ctx, id: string): Promise<void> {
  const line = audited({ action: 'invitation.deleted', target: `invitation:${id}` })
  const [removed] = await ctx.db.together([remove.call({ id }), line])
  if (removed?.length === 0) missing('invitation')
}

/** Makes the user at work a member and enters the workspace: the first statement of whatever follows. */
export const acceptInvitationCall = (token: string) => accept.call({ token_hash: hashToken(token) })

/** Makes the user at work a member of the workspace and switches to it. Throws 404, or 403 when it is for another. */
export async function acceptInvitation(ctx: Ctx, token: string): Promise<Workspace> {
  const { workspace_id, role } = await ctx.db.one(accept, { token_hash: hashToken(token) })
  const { user_id } = await ctx.db.entered()
  emit(ctx, MemberJoined, { workspace_id, user_id: user_id as string, role })
  await ctx.db.together([audited({ action: 'member.joined', target: `user:${user_id}` })])
  return currentWorkspace(ctx)
}
