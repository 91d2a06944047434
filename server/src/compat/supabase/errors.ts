import type { FastifyRequest } from 'fastify'
import { AppError } from '../../platform/errors.ts'
import type { ErrorForm } from '../../platform/http/error-form.ts'
import { FacadeError, decoded, postgrestBody } from './failure.ts'
import type { TableView } from './tables/table.ts'

/** Errors of `/rest/v1` as PostgREST writes them: `{ code, message, details, hint }`. */
export function postgrestErrors(prefix: string, tables: readonly TableView[]): ErrorForm {
  const at = new RegExp(`^${prefix}/rest/v1(/|$)`)
  const byName = new Map(tables.map((view) => [view.name, view]))
  return {
    at,
    write(failure, request) {
      const shown = request.is404 ? unknownAddress(byName, request, prefix) : failure
      return { status: statusOf(shown, request), body: postgrestBody(shown) }
    },
  }
}

/** A 404 without a body counts as success for supabase-js, and a HEAD has none. */
const statusOf = ({ status }: AppError, { method }: FastifyRequest) =>
  method === 'HEAD' && status === 404 ? 400 : status

const verbs: Record<string, 'insert' | 'update' | 'remove'> = { POST: 'insert', PATCH: 'update', DELETE: 'remove' }

function unknownAddress(
  tables: ReadonlyMap<string, TableView>,
  { method, url }: FastifyRequest,
  prefix: string,
): AppError {
  const name = decoded(/^[^?]*/.exec(url.slice(`${prefix}/rest/v1/`.length))?.[0] ?? '')
  const rpc = /^rpc\/(.*)/s.exec(name)?.[1]
  if (rpc !== undefined)
    return new FacadeError(404, 'unknown_function', `Could not find the function public.${rpc.slice(0, 100)}.`, {
      pgCode: 'PGRST202',
      hint: 'Supported functions are listed in the guide of the Supabase-compatible API.',
    })
  const view = tables.get(name)
  if (!view)
    return new FacadeError(404, 'unknown_table', `Could not find the table 'public.${name.slice(0, 100)}'.`, {
      pgCode: 'PGRST205',
      hint: `Supported tables: ${[...tables.keys()].toSorted().join(', ')}.`,
    })
  const verb = verbs[method]
  return new FacadeError(
    405,
    'not_supported',
    (verb && view.refuses?.[verb]) ?? `${method} is not supported for ${name}.`,
    {
      pgCode: 'PGRST117',
    },
  )
}
