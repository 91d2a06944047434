import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../context.ts'
import { statement } from '../database/statement.ts'
import { AppError, badRequest, unavailable } from '../errors.ts'
import { serverContext } from '../services.ts'
import { asAppError, errorBody } from './error-answer.ts'
import type { Route } from './route.ts'
import type { Answer } from './server.ts'

interface Place {
  principal: string
  workspace_id: string | null
  method: string
  path: string
  key: string
}

/** A request holds its key this long; after that its node is taken for dead and the next twin runs. */
const lockSeconds = 60
const waitMs = 30_000

// One statement decides: the key is ours to run (new, or its holder died), or the row says what became of it.
const claim = statement(
  'idempotency.claim',
  (_, p: Place & { body_hash: Buffer; lock_seconds: number }) =>
    sql<{ mine: boolean; body_hash: Buffer; status: number | null; answer: string | null; answer_type: string | null }>`
    with claimed as (
      insert into platform.idempotency_keys as k (principal, workspace_id, method, path, key, body_hash, locked_until)
      values (${p.principal}, ${p.workspace_id}, ${p.method}, ${p.path}, ${p.key}, ${p.body_hash},
              now() + make_interval(secs => ${p.lock_seconds}))
      on conflict on constraint idempotency_keys_key do update
        set locked_until = excluded.locked_until, body_hash = excluded.body_hash, created_at = now(),
            status = null, answer = null
        where (k.status is null and k.locked_until < now()) or k.created_at < now() - interval '24 hours'
      returning body_hash, status, answer, answer_type
    )
    select true as mine, * from claimed
    union all
    select false, body_hash, status, answer, answer_type from platform.idempotency_keys
     where not exists (select from claimed)
       and principal = ${p.principal} and workspace_id is not distinct from ${p.workspace_id}::uuid
       and method = ${p.method} and path = ${p.path} and key = ${p.key}`,
)

const keep = statement(
  'idempotency.keep',
  (_, p: Place & { status: number; answer: string; answer_type: string }) =>
    sql`update platform.idempotency_keys
         set status = ${p.status}, answer = ${p.answer}, answer_type = ${p.answer_type}
       where principal = ${p.principal} and workspace_id is not distinct from ${p.workspace_id}::uuid
         and method = ${p.method} and path = ${p.path} and key = ${p.key}`,
)

const forget = statement(
  'idempotency.forget',
  (_, p: Place) =>
    sql`delete from platform.idempotency_keys
       where principal = ${p.principal} and workspace_id is not distinct from ${p.workspace_id}::uuid
         and method = ${p.method} and path = ${p.path} and key = ${p.key} and status is null`,
)

/**
 * Runs a POST once per `Idempotency-Key`. The first answer (2xx, and 4xx but 401 and 429) is replayed for 24 hours; a
 * twin that comes meanwhile waits for it. Throws 422 when the key was used with another body.
 */
export async function replayable(
  ctx: Ctx,
  route: Route,
  request: FastifyRequest,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const key = request.headers['idempotency-key']
  if (key === undefined || route.method !== 'POST' || route.notIdempotent) return run()
  if (typeof key !== 'string' || key.length === 0 || key.length > 255) {
    throw badRequest('invalid_idempotency_key', 'Idempotency-Key must have 1 to 255 characters.')
  }
  const who = await ctx.db.entered()
  const place: Place = {
    principal: who.user_id ?? `address:${request.ip}`,
    workspace_id: who.workspace_id,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    key,
  }
  const body_hash = createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest()
  const keeper = serverContext(ctx.services, { workspaceId: null })
  const giveUpAt = Date.now() + waitMs
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    const found = await keeper.db.maybe(claim, { ...place, body_hash, lock_seconds: lockSeconds })
    if (found?.mine) return runAndKeep()
    if (found && !found.body_hash.equals(body_hash)) {
      throw new AppError(
        422,
        'idempotency_key_reused',
        'This Idempotency-Key was used with another body. Use a new one.',
      )
    }
    if (found?.status) return replay(found.status, found.answer ?? '', found.answer_type ?? 'application/json')
    if (Date.now() > giveUpAt) throw unavailable('The first request with this Idempotency-Key is still at work.', 5)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }

  async function runAndKeep(): Promise<Answer> {
    let answer: Answer
    try {
      answer = await run()
    } catch (error) {
      const failure = asAppError(error)
      const replayed = failure.status < 500 && failure.status !== 401 && failure.status !== 429
      if (replayed) {
        const text = JSON.stringify(errorBody(failure, ctx.requestId))
        await keeper.db.all(keep, {
          ...place,
          status: failure.status,
          answer: text,
          answer_type: 'application/json; charset=utf-8',
        })
      } else {
        await keeper.db.all(forget, place)
      }
      throw error
    }
    if (typeof answer.body === 'string') {
      await keeper.db.all(keep, {
        ...place,
        status: answer.status,
        answer: answer.body,
        answer_type: String(answer.headers['content-type']),
      })
    } else {
      await keeper.db.all(forget, place)
    }
    return answer
  }
}

const replay = (status: number, body: string, type: string): Answer => ({
  status,
  headers: { 'content-type': type, 'idempotency-replayed': 'true' },
  body,
})
