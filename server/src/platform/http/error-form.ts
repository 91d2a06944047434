import type { FastifyRequest } from 'fastify'
import type { AppError } from '../errors.ts'

/** Error responses under some addresses, for clients that read another form than ours. */
export interface ErrorForm {
  /** Matches the address, without the query. */
  at: RegExp
  write(failure: AppError, request: FastifyRequest): { status: number; body: object }
}

declare module 'fastify' {
  interface FastifyInstance {
    errorForms: readonly ErrorForm[]
  }
}

/** Returns the form of errors at the address of this request, if it is not ours. */
export function errorFormOf({ server, url }: FastifyRequest): ErrorForm | undefined {
  const path = url.split('?', 1)[0] as string
  return server.errorForms.find(({ at }) => at.test(path))
}
