import type { FastifyInstance } from 'fastify'
import type { Log } from '../log.ts'

/** Asked every few seconds by programs. */
const quiet = new Set(['health', 'ready', 'metrics'])

/**
 * A line for each request that was answered: the route's pattern and never the address itself, in which tokens may
 * stand. Level info; debug for what monitors ask.
 */
export function logAccess(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { url, config } = request.routeOptions
    const level = quiet.has(config.operation ?? '') ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      const who = request.ctx?.scope.check.who
      const line = {
        method: request.method,
        // Undefined where there is no such route, and then left out, like the other two.
        route: url,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
        request_id: request.id,
        user_id: who?.user_id ?? undefined,
        workspace_id: who?.workspace_id ?? undefined,
      }
      log[level](line, `${request.method} ${url ?? '(no such endpoint)'} ${reply.statusCode}`)
    }
    done()
  })
}
