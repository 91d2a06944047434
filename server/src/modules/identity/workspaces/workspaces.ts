import { sql } from 'kysely'
import type { Role } from '../../../platform/access.ts'
import type { Ctx } from '../../../platform/context.ts'
import { only } from '../../../platform/database/scope.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing, notFound } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { readCursor, toPage } from '../../../platform/http/page.ts'
import { newId } from '../../../platform/id.ts'
import { audited } from '../audit.ts'
import { MemberJoined, WorkspaceCreated, WorkspaceDeleted } from '../events.ts'
import type { NewWorkspace, WorkspaceChanges } from './schema.ts'

export interface Workspace {
  id: string
  name: string
  role: Role | null
  default_country: string
  currency: string
  time_zone: string
  created_at: string
  updated_at: string
}

const columns = sql`id, name, app.role_in(id) as role, default_country, currency, time_zone, created_at, updated_at`

const list = statement(
  'identity.workspaces.list',
  (_, p: { before: string | null; limit: number }) => sql<Workspace>`
    select ${columns} from identity.workspaces
     where id in (select app.my_workspaces()) and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

const findCurrent = statement(
  'identity.workspaces.find_current',
  () => sql<Workspace>`select ${columns} from identity.workspaces where id = app.workspace_id()`,
)

const create = statement(
  'identity.workspaces.create',
  (_, p: { id: string; name: string }) => sql<Record<string, never>>`select app.create_workspace(${p.id}, ${p.name})`,
)

/** Creates a workspace owned by the current user, and switches the transaction to it. */
export const createWorkspaceCall = (id: string, name: string) => create.call({ id, name })

const update = statement(
  'identity.workspaces.update',
  (_, p: { name?: string; default_country?: string; currency?: string; time_zone?: string }) => sql<Workspace>`
    update identity.workspaces
       set name = coalesce(${p.name}, name), default_country = coalesce(${p.default_country}, default_country),
           currency = coalesce(${p.currency}, currency), time_zone = coalesce(${p.time_zone}, time_zone)
     where id = app.workspace_id()
    returning ${columns}`,
)

const remove = statement(
  'identity.workspaces.remove',
  () => sql<Record<string, never>>`
    update identity.workspaces set deleted_at = now() where id = app.workspace_id()`,
)

const removeMembers = statement(
  'identity.members.remove_all',
  () => sql<Record<string, never>>`delete from identity.members where workspace_id = app.workspace_id()`,
)

const enter = statement(
  'identity.workspaces.switch',
  () => sql<Record<string, never>>`
    update identity.users set current_workspace_id = app.workspace_id() where id = app.user_id()`,
)

/** Lists the workspaces of the current user. */
export async function listWorkspaces(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Throws 404 unless this is the current workspace. An API key's workspace is always its own. */
export async function requireCurrent(ctx: Ctx, workspaceId: string): Promise<void> {
  if (ctx.principal.kind !== 'api_key') return
  if ((await ctx.db.actor()).workspace_id !== workspaceId.toLowerCase()) throw notFound('workspace')
}

/** Returns the current workspace. Throws 404 without one. */
export const currentWorkspace = async (ctx: Ctx): Promise<Workspace> =>
  (await ctx.db.maybe(findCurrent, {})) ?? missing('workspace')

/** Creates a workspace owned by the current user, and switches to it, in this transaction and permanently. */
export async function createWorkspace(ctx: Ctx, input: NewWorkspace): Promise<Workspace> {
  const id = newId()
  const [, created] = await ctx.db.together([
    createWorkspaceCall(id, input.name),
    update.call(input),
    audited({ action: 'workspace.created', target: `workspace:${id}` }),
  ])
  const user_id = (await ctx.db.actor()).user_id as string
  emit(ctx, WorkspaceCreated, { workspace_id: id })
  emit(ctx, MemberJoined, { workspace_id: id, user_id, role: 'owner' })
  return only(created)
}

export async function updateWorkspace(ctx: Ctx, changes: WorkspaceChanges): Promise<Workspace> {
  const line = audited({ action: 'workspace.updated', details: changes })
  const [updated] = await ctx.db.together([update.call(changes), line], { commit: true })
  return only(updated)
}

/** Removes all members. The data is permanently deleted after 30 days. */
export async function deleteWorkspace(ctx: Ctx, id: string): Promise<void> {
  emit(ctx, WorkspaceDeleted, { workspace_id: id })
  const line = audited({ action: 'workspace.deleted', target: `workspace:${id}` })
  await ctx.db.together([line, remove.call({}), removeMembers.call({})], { commit: true })
}

/** Makes the current workspace the default for requests that name none. */
export async function switchWorkspace(ctx: Ctx): Promise<Workspace> {
  const [, current] = await ctx.db.together([enter.call({}), findCurrent.call({})], { commit: true })
  return only(current)
}
