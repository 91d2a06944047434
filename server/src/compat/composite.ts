import type { z } from 'zod'
import { type Ctx, createContext, transaction } from '../platform/context.ts'
import { type Input, handle } from '../platform/http/handle.ts'
import { inputReader } from '../platform/http/read-input.ts'
import { FileResponse, JsonResponse, type Route } from '../platform/http/route.ts'
import { type Asked, wireJson } from './adapt.ts'
import type { Adapted } from './front-end.ts'

/**
 * Calls an operation of the API as the caller of the present request: with its own check of role and scope, its own
 * schemas and its own transaction. Returns its response as JSON, or the file that it responds with. Throws what the
 * operation throws.
 */
// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
export type CallOperation<Id extends string> = (operation: Id, asked?: Asked) => Promise<any>

type Composed<P extends z.ZodType | undefined, Q extends z.ZodType | undefined, B extends z.ZodType | undefined> = Omit<
  Route<P, Q, B>,
  'handler' | 'kind' | 'response'
>

/** One request of a front-end that several operations of the API answer together. */
export interface Composition<
  Id extends string,
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType,
> extends Composed<P, Q, B> {
  /** `read` when all its operations are. Otherwise each operation is a transaction of its own, and not all of them together. */
  kind: 'read' | 'nontransactional'
  /** The ids of the operations that the handler may call. */
  operations: readonly Id[]
  response: A
  handler(
    call: CallOperation<Id>,
    input: Parameters<Route<P, Q, B, A>['handler']>[1],
    ctx: Ctx,
  ): ReturnType<Route<P, Q, B, A>['handler']>
}

/** Serves a request of a front-end by several operations of the API. */
export function composite<
  Id extends string,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>({ operations, handler, ...given }: Composition<Id, P, Q, B, A>): Adapted {
  return (find) => {
    const callable = new Map(operations.map((id) => [id, callOf(find(id))]))
    return {
      ...given,
      handler(ctx, input) {
        const call: CallOperation<Id> = (id, asked = {}) => {
          const run = callable.get(id)
          if (!run) throw new Error(`${given.method} ${given.path} calls ${id}, which is not among its operations.`)
          return run(ctx, asked, input as Input)
        }
        return handler(call, input as Parameters<Route<P, Q, B, A>['handler']>[1], ctx)
      },
    } as Route
  }
}

function callOf(operation: Route) {
  const read = inputReader(operation)
  const toJson = wireJson(operation)
  return async (ctx: Ctx, asked: Asked, { request, effectId }: Input): Promise<unknown> => {
    const input = {
      params: read.params(asked.params ?? {}),
      query: read.query(asked.query ?? {}, request),
      body: read.body(asked.body, request),
      request,
      effectId,
    } as Input
    const own = sameCaller(ctx, operation, asked.params?.shopId ?? asked.params?.workspaceId)
    if (operation.kind === 'nontransactional' && operation.access !== 'public') await own.db.actor()
    const result =
      operation.kind === 'write'
        ? await transaction(own, (tx) => handle(operation, tx, input))
        : await handle(operation, own, input)
    if (result instanceof FileResponse) return result
    if (result instanceof JsonResponse) asked.seen?.(result.headers)
    return toJson(result instanceof JsonResponse ? result.body : result)
  }
}

/** The caller of this request, to be checked for another operation: in the workspace of its path, else in the same one. */
function sameCaller(
  { services, principal, scope, requestId, log }: Ctx,
  { access, kind }: Route,
  wanted: string | undefined,
): Ctx {
  const { address } = scope.check.caller
  const workspaceId = wanted ?? scope.check.caller.workspaceId
  return createContext({
    services,
    principal,
    entry: { access, workspaceId },
    ...(address !== null && { address }),
    requestId,
    log,
    readOnly: kind === 'read',
  })
}
