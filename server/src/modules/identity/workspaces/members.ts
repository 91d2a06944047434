import { sql } from 'kysely'
import { type Role, scopes } from '../../../platform/access.ts'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { audited } from '../audit.ts'
import { MemberRemoved, MemberRoleChanged } from '../events.ts'

export interface Member {
  id: string
  user_id: string
  name: string | null
  email: string
  avatar_url: string | null
  role: Role
  created_at: string
}

const columns = sql`m.user_id as id, m.user_id, coalesce(u.full_name, u.display_name, u.username) as name, u.email,
  u.avatar_url, m.role, m.created_at`

const list = statement(
  'identity.members.list',
  (_, p: { before: string | null; limit: number }) => sql<Member>`
    select ${columns} from identity.members m join identity.users u on u.id = m.user_id
     where m.workspace_id = app.workspace_id()
       and m.user_id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by m.user_id desc limit ${p.limit}`,
)

const find = statement(
  'identity.members.find',
  (_, p: { user_id: string }) => sql<Member>`
    select ${columns} from identity.members m join identity.users u on u.id = m.user_id
     where m.workspace_id = app.workspace_id() and m.user_id = ${p.user_id}`,
)

// Locks all owners in a fixed order, so that two of them cannot demote each other concurrently.
const lockWithOwners = statement(
  'identity.members.lock_with_owners',
  (_, p: { user_id: string }) => sql<{ user_id: string; role: Role }>`
    select user_id, role from identity.members
     where workspace_id = app.workspace_id() and (role = 'owner' or user_id = ${p.user_id})
     order by user_id for update`,
)

const setRole = statement(
  'identity.members.set_role',
  (_, p: { user_id: string; role: string }) => sql<Record<string, never>>`
    update identity.members set role = ${p.role} where workspace_id = app.workspace_id() and user_id = ${p.user_id}`,
)

const narrowKeys = statement(
  'identity.api_keys.narrow',
  (_, p: { user_id: string; allowed: string[] }) => sql<Record<string, never>>`
    update identity.api_keys
       set scopes = array(select s from unnest(scopes) s where s = any (${p.allowed}::text[]))
     where workspace_id = app.workspace_id() and created_by = ${p.user_id} and revoked_at is null`,
)

const revokeKeys = statement(
  'identity.api_keys.revoke_of_member',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    update identity.api_keys set revoked_at = now()
     where workspace_id = app.workspace_id() and created_by = ${p.user_id} and revoked_at is null`,
)

const remove = statement(
  'identity.members.remove',
  (_, p: { user_id: string }) => sql<Record<string, never>>`
    delete from identity.members where workspace_id = app.workspace_id() and user_id = ${p.user_id}`,
)

export async function listMembers(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** The rights of this role, as scopes of API keys. */
const scopesOf = (role: Role): string[] =>
  Object.entries(scopes).flatMap(([scope, allowed]) => ((allowed as readonly Role[]).includes(role) ? scope : []))

/** Changes the role. The member's API keys lose scopes that the new role lacks. Throws 403, 404, or 409 for the last owner. */
export async function changeRole(ctx: Ctx, userId: string, role: Role): Promise<Member> {
  const { workspace_id } = await requireChangeable(ctx, userId, role)
  emit(ctx, MemberRoleChanged, { workspace_id, user_id: userId, role })
  const [, , , changed] = await ctx.db.together(
    [
      setRole.call({ user_id: userId, role }),
      narrowKeys.call({ user_id: userId, allowed: scopesOf(role) }),
      audited({ action: 'member.role_changed', target: `user:${userId}`, details: { role } }),
      find.call({ user_id: userId }),
    ],
    { commit: true },
  )
  return only(changed)
}

/** Removes a member, who may be the caller. Throws 403, 404, or 409 for the last owner. */
export async function removeMember(ctx: Ctx, userId: string): Promise<void> {
  const { workspace_id } = await requireChangeable(ctx, userId, null)
  emit(ctx, MemberRemoved, { workspace_id, user_id: userId })
  const line = audited({ action: 'member.removed', target: `user:${userId}` })
  await ctx.db.together([line, revokeKeys.call({ user_id: userId }), remove.call({ user_id: userId })], {
    commit: true,
  })
}

export async function leaveWorkspace(ctx: Ctx): Promise<void> {
  const { user_id } = await ctx.db.actor()
  await removeMember(ctx, user_id as string)
}

/** `role`: the new role, or null to remove. Only owners can change owners, and one must remain. */
async function requireChangeable(ctx: Ctx, userId: string, role: Role | null): Promise<{ workspace_id: string }> {
  const locked = await ctx.db.all(lockWithOwners, { user_id: userId })
  const { user_id: actor, workspace_id } = await ctx.db.actor()
  const member = locked.find(({ user_id }) => user_id === userId.toLowerCase()) ?? missing('member')
  const owners = locked.filter((other) => other.role === 'owner')
  const concernsOwners = member.role === 'owner' || role === 'owner'
  if (concernsOwners && !owners.some(({ user_id }) => user_id === actor))
    throw forbidden('Only owners can change owners.')
  if (member.role === 'owner' && role !== 'owner' && owners.length === 1) {
    throw conflict('last_owner', 'A workspace needs an owner. Make another member an owner first.')
  }
  return { workspace_id: workspace_id as string }
}
