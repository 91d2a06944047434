import { z } from 'zod'
import { FileResponse, JsonResponse, type Method, type Route } from '../platform/http/route.ts'
import { inputReader } from '../platform/http/read-input.ts'
import { serialiserOf } from '../platform/http/serialise.ts'
import type { Adapted } from './front-end.ts'

type Output<S> = S extends z.ZodType ? z.output<S> : unknown

/** A request as a front-end sends it, read through the schemas of its adaptation. */
export interface Sent<P, Q, B> {
  params: Output<P>
  query: Output<Q>
  body: Output<B>
}

/** The parts of a request to the operation; a part left out is what was sent. */
export interface Asked {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  /** Sees the headers of the response, such as the `Link` to the next page. Only in a composition. */
  seen?(headers: Record<string, string | string[]>): void
}

/** One request of a front-end in front of one operation. Everything but `operation` is optional. */
export interface Adaptation<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  A extends z.ZodType,
> {
  /** The id of the operation behind it, whose scope, limits, transaction and checks apply. */
  operation: string
  /** Default: the operation's. */
  method?: Method
  /** Without the prefix: `/api/users/change-password`. Default: the operation's. */
  path?: string
  /** Default: the operation's. */
  summary?: string
  /** What the front-end sends. A part left out is the operation's own. A part with a schema needs its part of `toRequest`. */
  params?: P
  query?: Q
  body?: B
  /** Fields that it sends and that mean nothing here; they are not named in `X-Ignored-Fields`. */
  ignores?: Route['ignores']
  accepts?: Route['accepts']
  /** An example of its body, where it has a schema of its own. */
  example?: Output<B>
  exampleQuery?: Record<string, string>
  /** Makes the operation's request. The operation reads the result through its own schemas. */
  toRequest?(sent: Sent<P, Q, B>): Asked
  /** Status of the usual response. Default: the operation's. */
  status?: number
  /** The response that the front-end reads. With `toResponse`. */
  response?: A
  // oxlint-disable-next-line no-explicit-any -- the operation's response as JSON; the result is checked by `response`.
  toResponse?(answer: any, sent: Sent<P, Q, B>): z.input<A>
}

/** Serves a request of a front-end by an operation of the API: a table of names before it and one after it. */
export function adapt<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(given: Adaptation<P, Q, B, A>): Adapted {
  const { operation: id, toRequest, toResponse } = given
  return (find) => {
    const operation = find(id)
    const read = inputReader(operation)
    const toJson = wireJson(operation)
    const own = <K extends 'params' | 'query' | 'body'>(part: K) => given[part] ?? operation[part]
    const example = given.body ? given.example : operation.example
    return {
      ...operation,
      method: given.method ?? operation.method,
      path: given.path ?? operation.path,
      signsInLike: operation.signsInLike ?? operation.path,
      summary: given.summary ?? operation.summary,
      params: own('params'),
      query: own('query'),
      body: own('body'),
      accepts: given.accepts ?? operation.accepts,
      ignores: given.ignores ?? operation.ignores,
      ...(example !== undefined && { example }),
      exampleQuery: given.exampleQuery ?? operation.exampleQuery,
      status: given.status ?? operation.status,
      response: given.response ?? operation.response,
      async handler(ctx, input) {
        const sent = input as unknown as Sent<P, Q, B>
        const asked = toRequest?.(sent) ?? {}
        const result = await operation.handler(ctx, {
          ...input,
          ...(asked.params && { params: read.params(asked.params) }),
          ...(asked.query && { query: read.query(asked.query, input.request) }),
          ...(asked.body !== undefined && { body: read.body(asked.body, input.request) }),
        } as typeof input)
        if (!toResponse || result instanceof FileResponse) return result
        const { body, headers } = result instanceof JsonResponse ? result : { body: result, headers: {} }
        const status = result instanceof JsonResponse ? (given.status ?? result.status) : undefined
        return new JsonResponse(toResponse(toJson(body), sent), { headers, ...(status !== undefined && { status }) })
      },
    } as Route
  }
}

/** Returns the response of an operation as its clients get it: undeclared fields are gone, times are texts. */
export function wireJson(operation: Route): (body: unknown) => unknown {
  const serialise = serialiserOf(operation.response)
  return (body) => JSON.parse(serialise(body))
}
