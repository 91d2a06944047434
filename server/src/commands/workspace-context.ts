import type { Ctx } from '../platform/context.ts'
import type { Services } from '../platform/services.ts'

/** The server at work in a workspace, in its owner's name. Throws when there is no such workspace. */
export async function workspaceContext(services: Services, workspaceId: string): Promise<Ctx> {
  const [{ listAllWorkspaces }, { serverContext }] = await Promise.all([
    import('../modules/identity/index.ts'),
    import('../platform/services.ts'),
  ])
  const found = (await listAllWorkspaces(services)).find(({ id }) => id === workspaceId)
  if (!found?.owner_id)
    throw new Error(`There is no workspace ${workspaceId}. See: npm run switchboard -- workspace list`)
  return serverContext(services, { workspaceId, userId: found.owner_id })
}
