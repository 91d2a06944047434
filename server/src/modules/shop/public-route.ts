import type { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { type Route, type RouteInput, route } from '../../platform/http/route.ts'
import { requireOpenShop } from './shops.ts'

/** Defines a public route of a shop. It responds with 404 when the shop does not exist or is being deleted. */
export function publicRoute<
  P extends z.ZodType,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(definition: Omit<Route<P, Q, B, A>, 'access'>): Route {
  return route<P, Q, B, A>({
    ...definition,
    access: 'public',
    bodyLimitBytes: 64 * 1024,
    async handler(ctx: Ctx, input: RouteInput<P, Q, B>) {
      await requireOpenShop(ctx)
      return definition.handler(ctx, input)
    },
  })
}
