import type { z } from 'zod'
import { type Route, route } from '../../platform/http/route.ts'
import { requireCurrent } from '../identity/index.ts'

/**
 * A route under `/api/shops/:shopId`, which is the workspace that the request works in. An API key works in its own,
 * whatever the path says, so there the two must be the same.
 */
export function shopRoute<
  P extends z.ZodType<{ shopId: string }>,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(definition: Route<P, Q, B, A> & { params: P }): Route {
  return route<P, Q, B, A>({
    ...definition,
    async handler(ctx, input) {
      await requireCurrent(ctx, (input.params as { shopId: string }).shopId)
      return definition.handler(ctx, input)
    },
  })
}
