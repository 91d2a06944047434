import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../context.ts'
import { statement } from '../database/statement.ts'
import { AppError, badRequest, unavailable } from '../errors.ts'
import { newId } from '../id.ts'
import { serverContext } from '../services.ts'
import { asAppError, errorBody } from './error-response.ts'
import type { HttpResponse, Route } from './route.ts'

interface Place {
  principal: string
  workspace_id: string | null
  method: string
  path: string
  key: string
}

/** A request holds its key this long. After that its node is considered dead and the next duplicate runs. */
const lockSeconds = 60
const waitMs = 8_000

interface Claimed {
  mine: boolean
  body_hash: Buffer
  effect_id: string
  status: number | null
  answer: string | null
  answer_type: string | null
}

// One statement decides: the key is ours to run (new, or its holder died or failed), or the row has the outcome.
// Running the same request again gives the created records the same ids.
const claim = statement(
  'idempotency.claim',
  (_, p: Place & { body_hash: Buffer; lock_seconds: number; effect_id: string }) =>
    sql<Claimed>`
    with claimed as (
      insert into platform.idempotency_keys as k (principal, workspace_id, method, path, key, body_hash, effect_id, locked_until)
      values (${p.principal}, ${p.workspace_id}, ${p.method}, ${p.path}, ${p.key}, ${p.body_hash}, ${p.effect_id},
              now() + make_interval(secs => ${p.lock_seconds}))
      on conflict on constraint idempotency_keys_key do update
        set locked_until = excluded.locked_until, body_hash = excluded.body_hash, created_at = now(),
            status = null, answer = null,
            effect_id = case when k.body_hash = excluded.body_hash and k.created_at >= now() - interval '24 hours'
                             then k.effect_id else excluded.effect_id end
        where (k.status is null and k.locked_until < now()) or k.created_at < now() - interval '24 hours'
      returning body_hash, effect_id, status, answer, answer_type
    )
    select true as mine, * from claimed
    union all
    select false, body_hash, effect_id, status, answer, answer_type from platform.idempotency_keys
     where not exists (select from claimed)
       and principal = ${p.principal} and workspace_id is not distinct from ${p.workspace_id}::uuid
       and method = ${p.method} and path = ${p.path} and key = ${p.key}`,
)

interface StoredResponse extends Place {
  status: number
  answer: string
  answer_type: string
}

const keep = statement(
  'idempotency.keep',
  (_, p: StoredResponse) =>
    sql`select platform.keep_answer(${p.principal}, ${p.workspace_id}::uuid, ${p.method}, ${p.path}, ${p.key},
                                    ${p.status}::int, ${p.answer}, ${p.answer_type})`,
)

const release = statement(
  'idempotency.release',
  (_, p: Place) =>
    sql`update platform.idempotency_keys set locked_until = '-infinity'
       where principal = ${p.principal} and workspace_id is not distinct from ${p.workspace_id}::uuid
         and method = ${p.method} and path = ${p.path} and key = ${p.key} and status is null`,
)

/** Those without an account are told apart by their tokens too: what one may read by theirs is not replayed without it. */
function guestFrom({ ip, headers }: FastifyRequest): string {
  const { authorization } = headers
  if (authorization === undefined) return `address:${ip}`
  return `address:${ip} ${createHash('sha256').update(authorization).digest('base64url')}`
}

const sealContext = ({ principal, method, path, key }: Place) =>
  `platform.idempotency_keys/answer/${JSON.stringify([principal, method, path, key])}`

/** Stores the response in the context's transaction: both commit, or neither. */
export type StoreResponse = (ctx: Ctx, response: HttpResponse) => Promise<void>

/** What a run of a request gets from its Idempotency-Key. */
export interface Run {
  /** See `RouteInput.effectId`. */
  effectId?: string
  storeResponse?: StoreResponse
}

/**
 * Runs a POST once per `Idempotency-Key`. The first response (2xx, and 4xx except 401 and 429) is replayed for 24 hours; a
 * concurrent duplicate waits for it. Responses are stored encrypted. `run` receives `storeResponse`, which stores the
 * response in the transaction of the effect. `nontransactional` routes have no such transaction: their response is stored
 * right after, and a retry after a crash in between finds the effect by its id. Throws 422 when the key was used with
 * another body.
 */
export async function replayable(
  ctx: Ctx,
  route: Route,
  request: FastifyRequest,
  run: (given: Run) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const key = request.headers['idempotency-key']
  if (key === undefined || route.method !== 'POST' || route.notIdempotent) return run({})
  if (typeof key !== 'string' || key.length === 0 || key.length > 255) {
    throw badRequest('invalid_idempotency_key', 'Idempotency-Key must have 1 to 255 characters.')
  }
  const who = await ctx.db.actor()
  const place: Place = {
    principal: who.user_id ?? guestFrom(request),
    workspace_id: who.workspace_id,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    key,
  }
  const body_hash = createHash('sha256')
    .update(JSON.stringify(request.body ?? null))
    .digest()
  const { secrets, connections } = ctx.services
  const share = connections.shares.keyOf(ctx.scope.check.caller)
  const storage = serverContext(ctx.services, { workspaceId: null, share })
  const giveUpAt = Date.now() + waitMs
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    const found = await storage.db.maybe(claim, { ...place, body_hash, lock_seconds: lockSeconds, effect_id: newId() })
    if (found?.mine) return runAndStore(found.effect_id)
    if (found && !found.body_hash.equals(body_hash)) {
      throw new AppError(
        422,
        'idempotency_key_reused',
        'This Idempotency-Key was used with another body. Use a new one.',
      )
    }
    if (found?.status) {
      const stored = found.answer ?? ''
      // The version before this one stored answers in clear, and may still run beside it.
      const body = stored.startsWith('v1.') ? secrets.open(stored, sealContext(place)) : stored
      return replay(found.status, body, found.answer_type ?? 'application/json')
    }
    if (Date.now() > giveUpAt) throw unavailable('The first request with this Idempotency-Key is still at work.', 5)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }

  async function runAndStore(effectId: string): Promise<HttpResponse> {
    const storeIn = async (ctx: Ctx, response: HttpResponse) => {
      if (typeof response.body !== 'string') return
      const answer_type = String(response.headers['content-type'])
      // It may hold what is shown once, such as a token of which only the hash is stored.
      const sealed = secrets.seal(response.body, sealContext(place))
      await ctx.db.all(keep, { ...place, status: response.status, answer: sealed, answer_type })
    }
    try {
      const response = await run({ effectId, storeResponse: storeIn })
      if (route.kind !== 'write') await storeIn(storage, response)
      if (typeof response.body !== 'string') await storage.db.all(release, place)
      return response
    } catch (error) {
      const failure = asAppError(error)
      const replayed = failure.status < 500 && failure.status !== 401 && failure.status !== 429
      if (replayed) {
        const body = JSON.stringify(errorBody(failure, ctx.requestId))
        const headers = { 'content-type': 'application/json; charset=utf-8' }
        await storeIn(storage, { status: failure.status, headers, body })
      } else {
        await storage.db.all(release, place)
      }
      throw error
    }
  }
}

const replay = (status: number, body: string, type: string): HttpResponse => ({
  status,
  headers: { 'content-type': type, 'idempotency-replayed': 'true' },
  body,
})
