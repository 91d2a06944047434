import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { audited } from '../audit.ts'
import { UserDeleted } from '../events.ts'
import { removeMember } from '../workspaces/members.ts'
import { publishRevoked, revokeOthers } from '../sessions/open-sessions.ts'
import { type Device } from '../sessions/device.ts'
import { proveOwner } from '../sessions/prove-owner.ts'
import { actAs } from '../people/users.ts'
import { deleteWorkspace } from '../workspaces/workspaces.ts'

/**
 * Deletes the caller's account. Throws 400 when the password is wrong, 403 `sign_in_again` when the user has no password
 * and signed in more than ten minutes ago, 409 `last_owner`, 429.
 */
export async function deleteOwnAccount(ctx: Ctx, password: string | undefined, device: Device): Promise<void> {
  const { id } = await proveOwner(ctx, password, device, 'delete your account')
  await eraseUser(ctx.services, id)
}

interface Belonging {
  workspace_id: string
  name: string
  /** The workspace has other members, and no other owner. */
  needs_heir: boolean
}

const belongings = statement(
  'identity.members.belongings',
  (_, p: { user_id: string }) => sql<Belonging>`
    select m.workspace_id, w.name,
           m.role = 'owner' and count(other.user_id) > 0
             and count(other.user_id) filter (where other.role = 'owner') = 0 as needs_heir
      from identity.members m
      join identity.workspaces w on w.id = m.workspace_id
      left join identity.members other on other.workspace_id = m.workspace_id and other.user_id <> m.user_id
     where m.user_id = ${p.user_id}
     group by m.workspace_id, w.name, m.role order by m.workspace_id`,
)

const countMembers = statement(
  'identity.members.count',
  () => sql<{ members: number }>`
    select count(*) as members from identity.members where workspace_id = app.workspace_id()`,
)

const erase = statement(
  'identity.users.erase',
  (_, p: { user_id: string }) => sql<Record<string, never>>`select identity.erase_user(${p.user_id})`,
)

/**
 * Replaces a user by an id with the name "Deleted user"; docs/operations.md lists what is erased and what stays. A
 * workspace with no other members is deleted too. After a failure, repeat the call; completed steps are kept. Throws 409
 * `last_owner` when a workspace would have members but no owner.
 */
export async function eraseUser(services: Services, userId: string): Promise<void> {
  const server = serverContext(services, { workspaceId: null })
  const workspaces = await server.db.all(belongings, { user_id: userId })
  const orphaned = workspaces.filter(({ needs_heir }) => needs_heir).map(({ name }) => `"${name}"`)
  if (orphaned.length > 0) {
    throw conflict('last_owner', `First make another member an owner of ${orphaned.join(', ')}, or delete it.`)
  }
  for (const { workspace_id } of workspaces) {
    await transaction(serverContext(services, { workspaceId: workspace_id, userId }), async (ctx) => {
      const { members } = await ctx.db.one(countMembers, {})
      await (members === 1 ? deleteWorkspace(ctx, workspace_id) : removeMember(ctx, userId))
    })
  }
  await transaction(server, async (ctx) => {
    const [, revoked] = await ctx.db.together([
      actAs.call({ user_id: userId }),
      revokeOthers.call({ keep: null }),
      erase.call({ user_id: userId }),
      audited({ action: 'user.deleted', target: `user:${userId}` }),
    ])
    publishRevoked(ctx, userId, revoked as { id: string }[], 'account_deleted')
    emit(ctx, UserDeleted, { user_id: userId })
  })
}
