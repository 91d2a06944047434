import type { Ctx } from '../context.ts'
import type { Route, RouteInput } from './route.ts'

/** The input of a handler whose schemas are not known to the type checker. */
export type Input = RouteInput<undefined, undefined, undefined>

/** Runs the handler of a route, and checks the caller in any case. Throws 401, 403 or 404 when access is refused. */
export async function handle(route: Route, ctx: Ctx, input: Input): ReturnType<Route['handler']> {
  const result = await route.handler(ctx, input as Parameters<Route['handler']>[1])
  // Free once a statement has run. A handler may respond without one, but not to a caller who was not checked.
  if (route.access !== 'public') await ctx.db.actor()
  return result
}
