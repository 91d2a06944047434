import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Access } from '../access.ts'
import type { Ctx } from '../context.ts'
import type { AppError } from '../errors.ts'
import type { Aliases } from './names/translate.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * `read`: each statement is a read-only transaction. `write`: the handler is one transaction. `nontransactional`: no transaction
 * of its own, because it may wait for an outside party; it opens short ones with `transaction(ctx, …)`.
 */
export type Kind = 'read' | 'write' | 'nontransactional'

type Input<S> = S extends z.ZodType ? z.output<S> : undefined

export interface RouteInput<P, Q, B> {
  params: Input<P>
  query: Input<Q>
  body: Input<B>
  /** Under an Idempotency-Key: an id for what the request does, the same when it is repeated after a crash or a 5xx. */
  effectId?: string | undefined
  /** For what only HTTP knows: uploads, the client's address, cookies. */
  request: FastifyRequest
}

/** Further names in a response. */
export interface AlsoReturns {
  /** Where: the response itself (default), its items (`[]`), a field (`data`), the items of a field (`data[]`). */
  at?: string
  /** The name of a field beside it, or how the value is made of the object that gets the name. */
  names: Readonly<Record<string, string | AnotherValue>>
}

export interface AnotherValue {
  /** With a description for the API reference. */
  schema: z.ZodType
  // oxlint-disable-next-line no-explicit-any -- the object's type is that of the response's schema, which is erased here.
  from(of: any): unknown
}

/** One endpoint. The table of them makes the Fastify routes, OpenAPI, the isolation, role and fuzz tests. */
export interface Route<
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  A extends z.ZodType = z.ZodType,
> {
  kind: Kind
  method: Method
  /** Fastify's form: `/api/contacts/:id`. */
  path: string
  access: Access
  /** True when it takes the token of a shop's visitor, for the API reference; the handler reads it from `request`. */
  visitor?: 'required' | 'optional'
  /** One line for the API reference. */
  summary: string
  /** Path parameters. Ids that are not UUIDs are 404 by default, not 400: such a thing is not there. */
  params?: P
  query?: Q
  body?: B
  /** Also or only takes a form with a file; the handler reads it from `request`, and `body` is undefined then. */
  upload?: boolean
  /** The other fields of that form, for the API reference; the handler reads them with the file. */
  form?: z.ZodObject
  /**
   * Other names of fields that clients of another API send, each with the field's own:
   * `{ body: { phone: 'phone_number', 'schedule.startDate': 'start_at' } }`. The field under its own name wins. The
   * camelCase spelling of every field is accepted anyway.
   */
  accepts?: { readonly query?: Aliases; readonly body?: Aliases }
  /** Fields that such clients send and that mean nothing here; they are not named in `X-Ignored-Fields`. */
  ignores?: { readonly query?: readonly string[]; readonly body?: readonly string[] }
  /** Other names of fields in the response, for clients of another API. */
  alsoReturns?: readonly AlsoReturns[]
  /** Status of the usual response; 200 by default. */
  status?: number
  /** The schema of the response. Undeclared fields are not sent. */
  response: A
  /** Expected failures besides 400, 401, 403, 404 and 429. */
  errors?: readonly number[]
  /** Further fields of its error responses, for clients of another API. */
  failureFields?(failure: AppError): object
  /** An example body for the docs and the fuzz test's starting point. */
  example?: Input<B>
  /** The example's query, where what is required does not say enough. */
  exampleQuery?: Record<string, string>
  /** Limit for JSON bodies, in bytes. Default: 16 KiB on public routes and where no body is expected, else 1 MiB. */
  bodyLimitBytes?: number
  /** The body comes as it was sent, in `request.body` as a Buffer, whatever its type: its sender signed its bytes. */
  rawBody?: boolean
  /** Answers are never stored for replay (credentials in them). */
  notIdempotent?: boolean
  /** The path of the operation that a compatibility route stands in front of, whose rules for credentials apply. */
  signsInLike?: string
  /** Credentials that come along are not looked at: the route has its own, or none. */
  ignoresCredentials?: boolean
  /** Not in the API document (the document itself, health checks). */
  hidden?: boolean
  handler(ctx: Ctx, input: RouteInput<P, Q, B>): Promise<z.input<A> | JsonResponse<z.input<A>> | FileResponse>
}

/** Checks the handler against the schemas; at run time it is the identity. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(definition: Route<P, Q, B, A>): Route {
  return definition as unknown as Route
}

/**
 * PATCH and PUT of one thing, which are the same: both change only the fields sent. `...patchAndPut('Contact', { … })` in a
 * table makes `updateContact` and `putContact`.
 */
export function patchAndPut<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType = z.ZodType,
>(noun: string, definition: Omit<Route<P, Q, B, A>, 'kind' | 'method'>): Record<string, Route> {
  const by = (method: Method) => route({ ...definition, kind: 'write', method } as Route<P, Q, B, A>)
  return { [`update${noun}`]: by('PATCH'), [`put${noun}`]: by('PUT') }
}

/** A module's endpoints, under their operation ids. */
export interface RouteTable {
  /** The heading in the API reference. */
  tag: string
  /** Name of the front-end whose API these routes imitate. They are not in the API document. */
  compat?: string
  routes: Record<string, Route>
}

/** The response as sent. */
export interface HttpResponse {
  status: number
  headers: Record<string, string | string[]>
  body: unknown
}

/** A response with another status or with headers. */
export class JsonResponse<T> {
  readonly body: T
  readonly status: number | undefined
  readonly headers: Record<string, string | string[]>
  constructor(body: T, more: { status?: number; headers?: Record<string, string | string[]> } = {}) {
    this.body = body
    this.status = more.status
    this.headers = more.headers ?? {}
  }
}

/** Bytes instead of JSON. */
export class FileResponse {
  readonly content: Readable | Buffer | string
  readonly headers: Record<string, string | string[]>
  readonly status: number
  constructor(content: Readable | Buffer | string, headers: Record<string, string | string[]>, status = 200) {
    this.content = content
    this.headers = headers
    this.status = status
  }
}
