import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { lockCall, run } from './call-state.ts'

// As the server for all: the caller may have left the chat meanwhile.
const timeOut = (services: Services, callId: string) =>
  transaction(serverContext(services, { workspaceId: null }), async (ctx) => {
    const call = await lockCall(ctx, callId)
    if (call.rang_out || call.status === 'accepted') await run(ctx, call, 'time_out')
  })

const findRinging = statement(
  'video.calls.rang_out.sweep',
  (_, p: { call_id: string }) => sql<{ id: string }>`
    select id from video.calls where id = ${p.call_id} and status = 'ringing' and ring_expires_at <= now()`,
)

/** Nobody answered in time. */
export const missRinging = job({
  name: 'video.miss_ringing',
  input: z.object({ call_id: z.uuid() }),
  async run({ services }, { call_id }) {
    const late = await serverContext(services, { workspaceId: null }).db.maybe(findRinging, { call_id })
    if (late) await timeOut(services, call_id)
  },
})

const findLeftOpen = statement(
  'video.calls.left_open.sweep',
  () => sql<{ id: string }>`
    (select id from video.calls where status = 'ringing' and ring_expires_at < now() - interval '1 minute' limit 500)
    union all (select id from video.calls where status = 'accepted' and expires_at < now() limit 500)`,
)

/** Calls that nobody hung up end with their last token. */
export const endForgottenCalls = job({
  name: 'video.end_forgotten_calls',
  input: z.object({}),
  schedule: '*/5 * * * *',
  async run(ctx) {
    for (const { id } of await ctx.db.all(findLeftOpen, {})) await timeOut(ctx.services, id)
  },
})
