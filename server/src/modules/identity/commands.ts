import { sql } from 'kysely'
import { transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { audited } from './audit.ts'
import { MemberJoined, UserSignedUp, WorkspaceCreated } from './events.ts'
import { hashPassword, requireAcceptablePassword } from './passwords/passwords.ts'
import { publishRevoked, revokeOthers } from './sessions/open-sessions.ts'
import { newUser, takenOr } from './people/sign-up.ts'
import { actAs, findForSignIn, setPasswordHash } from './people/users.ts'
import { createWorkspaceCall } from './workspaces/workspaces.ts'

// Commands that the operator runs from the command line, without a session.

export interface UserSummary {
  id: string
  email: string
  name: string | null
  is_admin: boolean
  suspended: boolean
  workspaces: number
  last_active_at: string | null
  created_at: string
}

const list = statement(
  'identity.users.list_all',
  (_, p: { limit: number }) => sql<UserSummary>`
    select u.id, u.email, coalesce(u.full_name, u.display_name, u.username) as name, u.is_admin,
           u.suspended_at is not null as suspended,
           (select count(*) from identity.members m where m.user_id = u.id) as workspaces, u.last_active_at, u.created_at
      from identity.users u where u.deleted_at is null order by u.id desc limit ${p.limit}`,
)

const setAdmin = statement(
  'identity.users.set_admin',
  (_, p: { id: string; is_admin: boolean }) => sql<Record<string, never>>`
    update identity.users set is_admin = ${p.is_admin} where id = ${p.id}`,
)

/** Newest first, at most `limit`. */
export const listUsers = (services: Services, limit = 1000): Promise<UserSummary[]> =>
  serverContext(services, { workspaceId: null }).db.all(list, { limit })

/** Creates a user with a workspace of their own. Throws 409 when the e-mail address is taken. */
export async function createUser(
  services: Services,
  input: { email: string; password: string; name?: string; isAdmin?: boolean },
): Promise<{ id: string; workspaceId: string }> {
  requireAcceptablePassword(input.password, services.config.signIn)
  const id = newId()
  const workspaceId = newId()
  const { insert, workspaceName } = await newUser(id, input)
  try {
    await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
      await ctx.db.together([
        insert,
        setAdmin.call({ id, is_admin: input.isAdmin ?? false }),
        actAs.call({ user_id: id }),
        createWorkspaceCall(workspaceId, workspaceName),
        audited({ action: 'user.created', target: `user:${id}`, details: { by: 'command line' } }),
      ])
      emit(ctx, UserSignedUp, { user_id: id })
      emit(ctx, WorkspaceCreated, { workspace_id: workspaceId })
      emit(ctx, MemberJoined, { workspace_id: workspaceId, user_id: id, role: 'owner' })
    })
  } catch (error) {
    throw takenOr(error)
  }
  return { id, workspaceId }
}

/** Grants or revokes the platform administrator role. Throws 404. */
export async function makeAdmin(services: Services, email: string, isAdmin = true): Promise<void> {
  const user = await findUser(services, email)
  const action = isAdmin ? 'user.made_admin' : 'user.unmade_admin'
  await serverContext(services, { workspaceId: null }).db.together([
    setAdmin.call({ id: user.id, is_admin: isAdmin }),
    actAs.call({ user_id: user.id }),
    audited({ action, target: `user:${user.id}`, details: { by: 'command line' } }),
  ])
}

/** Sets the password and ends all sessions of the user. Throws 400 or 404. */
export async function setPassword(services: Services, email: string, password: string): Promise<void> {
  requireAcceptablePassword(password, services.config.signIn)
  const user = await findUser(services, email)
  const password_hash = await hashPassword(password)
  await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
    const results = await ctx.db.together([
      actAs.call({ user_id: user.id }),
      setPasswordHash.call({ id: user.id, password_hash }),
      audited({ action: 'password.changed', target: `user:${user.id}`, details: { by: 'command line' } }),
      revokeOthers.call({ keep: null }),
    ])
    publishRevoked(ctx, user.id, results.at(-1) as { id: string }[], 'password_changed')
  })
}

export interface WorkspaceSummary {
  id: string
  name: string
  owner_id: string | null
  owner: string | null
  members: number
  created_at: string
}

const listWorkspaces = statement(
  'identity.workspaces.list_all',
  (_, p: { limit: number }) => sql<WorkspaceSummary>`
    select w.id, w.name, o.id as owner_id, o.email as owner,
           (select count(*) from identity.members m where m.workspace_id = w.id) as members, w.created_at
      from identity.workspaces w
      left join lateral (select u.id, u.email from identity.members m join identity.users u on u.id = m.user_id
                          where m.workspace_id = w.id and m.role = 'owner' order by m.created_at limit 1) o on true
     where w.deleted_at is null
     order by w.id desc limit ${p.limit}`,
)

/** Newest first, at most `limit`. */
export const listAllWorkspaces = (services: Services, limit = 1000): Promise<WorkspaceSummary[]> =>
  serverContext(services, { workspaceId: null }).db.all(listWorkspaces, { limit })

/** Creates another workspace for a user, who owns it and is switched to it. Throws 404. */
export async function createWorkspaceFor(
  services: Services,
  input: { name: string; ownerEmail: string },
): Promise<string> {
  const owner = await findUser(services, input.ownerEmail)
  const id = newId()
  await transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
    await ctx.db.together([
      actAs.call({ user_id: owner.id }),
      createWorkspaceCall(id, input.name),
      audited({ action: 'workspace.created', target: `workspace:${id}`, details: { by: 'command line' } }),
    ])
    emit(ctx, WorkspaceCreated, { workspace_id: id })
    emit(ctx, MemberJoined, { workspace_id: id, user_id: owner.id, role: 'owner' })
  })
  return id
}

const findUser = async (services: Services, email: string) =>
  (await serverContext(services, { workspaceId: null }).db.maybe(findForSignIn, { email })) ?? missing('user')
