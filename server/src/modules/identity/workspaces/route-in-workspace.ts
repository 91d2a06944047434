import type { z } from 'zod'
import { type Route, route } from '../../../platform/http/route.ts'
import { requireCurrent } from './workspaces.ts'

type InPath = { workspaceId: string } | { shopId: string }

/**
 * A route whose path names the workspace of the request. An API key always acts in its own workspace, so the path must
 * name that one.
 */
export function routeInWorkspace<
  P extends z.ZodType<InPath>,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(definition: Route<P, Q, B, A> & { params: P }): Route {
  return route<P, Q, B, A>({
    ...definition,
    async handler(ctx, input) {
      const named = input.params as InPath
      await requireCurrent(ctx, 'shopId' in named ? named.shopId : named.workspaceId)
      return definition.handler(ctx, input)
    },
  })
}
