import type { Ctx } from '../platform/context.ts'
import { type Services, serverContext } from '../platform/services.ts'

/** The server at work in a workspace, in its owner's name. Throws when there is no such workspace. */
export async function workspaceContext(services: Services, workspaceId: string): Promise<Ctx> {
  const { listAllWorkspaces } = await import('../modules/identity/index.ts')
  const found = (await listAllWorkspaces(services)).find(({ id }) => id === workspaceId)
  if (!found?.owner_id)
    throw new Error(`There is no workspace ${workspaceId}. See: npm run switchboard -- workspace list`)
  return serverContext(services, { workspaceId, userId: found.owner_id })
}
