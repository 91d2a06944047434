import type { Clock } from '@switchboard/voice'
import { sql } from 'kysely'
import { transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { refreshStatistics } from '../../../platform/database/statistics.ts'
import { emit } from '../../../platform/events.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { StoredQuality } from '../../telephony/index.ts'
import { addToCallSums } from '../call-log.ts'
import { CampaignCallLogged } from '../events.ts'
import type { CallStatus } from '../call-schema.ts'
import { workingTables } from '../targets.ts'
import { addCosts, costOf, costsOf } from './spend.ts'
import { attemptTransitions, change, isInProgress, reachablePairs, targetTransitions } from './transitions.ts'

/** An event of a call. Later events of an attempt are merged into the earlier ones. Times are ISO 8601. */
export interface CallEvent {
  attempt_id: string
  /** Fencing token under which the attempt was begun. */
  node_id: string
  status?: CallStatus
  ringing_at?: string
  answered_at?: string
  key?: string
  transfer_number?: string
  /** The number is not the first of the campaign's transfer numbers, so the attempt has another's rate. */
  is_other_number?: boolean
  transferred_at?: string
  /** The first press of a key that transfers. */
  transfer_requested_at?: string
  /** The last wait for a channel. */
  transfer_wait_began_at?: string
  transfer_wait_ended_at?: string
  /** The sum of all waits of the call. */
  transfer_wait_ms?: number
  /** No channel became free for the transfer. */
  transfer_lost?: true
  ended_at?: string
  /** When the engine received the end, in engine time. The retry delay starts here. */
  observed_at?: string
  cause?: string
  sip_status?: number
  quality?: StoredQuality
}

interface RecordedCall {
  campaign_id: string
  call_id: string
  attempt_id: string
  contact_id: string | null
  phone_number: string
  status: string
  attempts: number
  duration_seconds: number | null
  key: string | null
  transferred: boolean
  cause: string | null
  ended: boolean
  final: boolean
  cost_micros: number | null
}

// An attempt begins with the rate of the first transfer number.
const transferRate = sql`
  case when n.is_other_number then telephony.rate_of(a.workspace_id, n.transfer_number) else a.transfer_rate end`

const retry = change(targetTransitions, 'queued')

// Moves the campaign's counters: trigger campaigns.count_targets.
// An event never returns a call to an earlier state. Only the node that began an attempt may record its events, and only until it has ended, so a lost call stays lost.
// A call that was cancelled because the server stopped counts as not answered for the retry rule.
const recordEvents = statement(
  'campaigns.record',
  (_, p: { events: string }) =>
    sql<RecordedCall>`
    with event as (
      select * from jsonb_to_recordset(${p.events}::jsonb) as n (
        attempt_id uuid, node_id uuid, status text, ringing_at timestamptz, answered_at timestamptz, key text, transfer_number text,
        transferred_at timestamptz, transfer_requested_at timestamptz, transfer_wait_began_at timestamptz,
        transfer_wait_ended_at timestamptz, transfer_wait_ms int, transfer_lost boolean, ended_at timestamptz, observed_at timestamptz,
        cause text, sip_status int, is_other_number boolean, quality jsonb)
    ), attempt as (
      update campaigns.attempts a
         set status = case when (a.status, n.status) in ${reachablePairs(attemptTransitions)} then n.status else a.status end,
             ringing_at = coalesce(a.ringing_at, n.ringing_at),
             answered_at = coalesce(a.answered_at, n.answered_at),
             key = coalesce(n.key, a.key),
             transfer_number = coalesce(n.transfer_number, a.transfer_number),
             transfer_rate = ${transferRate},
             transferred_at = coalesce(a.transferred_at, n.transferred_at),
             ended_at = n.ended_at,
             duration_seconds = greatest(0, round(extract(epoch from n.ended_at - coalesce(a.answered_at, n.answered_at))))::int,
             cost_micros = case when n.ended_at is not null then ${costOf({
               answered: sql`coalesce(a.answered_at, n.answered_at)`,
               transferred: sql`coalesce(a.transferred_at, n.transferred_at)`,
               ended: sql`n.ended_at`,
               transferRate,
             })} end,
             cause = coalesce(n.cause, a.cause),
             sip_status = coalesce(n.sip_status, a.sip_status),
             quality = coalesce(n.quality, a.quality)
        from event n join campaigns.attempts before on before.id = n.attempt_id
       where a.id = n.attempt_id and a.node_id = n.node_id and ${isInProgress('a')}
      returning a.*, n.observed_at, before.transferred_at is null and a.transferred_at is not null as now_transferred,
                n.transfer_requested_at, n.transfer_wait_began_at, n.transfer_wait_ended_at, n.transfer_wait_ms, n.transfer_lost
    ), judged as (
      select a.*, c.retry,
             a.ended_at is not null and c.status in ('active', 'paused') and a.answered_at is null
               and c.retry -> 'on' ? case a.status when 'cancelled' then 'no_answer' else a.status end
               and a.number < (c.retry ->> 'max_attempts')::int as again
        from attempt a join campaigns.campaigns c on c.workspace_id = a.workspace_id and c.id = a.campaign_id
    ), target as (
      update campaigns.targets t
         set status = case when j.again and ${retry.guard('t.status')} then ${retry.to}
                           when (t.status, j.status) in ${reachablePairs(targetTransitions)} then j.status else t.status end,
             answered_at = coalesce(t.answered_at, j.answered_at),
             transferred_at = coalesce(t.transferred_at, j.transferred_at),
             transfer_requested_at = coalesce(t.transfer_requested_at, j.transfer_requested_at),
             transfer_wait_began_at = coalesce(j.transfer_wait_began_at, t.transfer_wait_began_at),
             transfer_wait_ended_at = coalesce(j.transfer_wait_ended_at, t.transfer_wait_ended_at),
             transfer_wait_ms = coalesce(j.transfer_wait_ms, t.transfer_wait_ms),
             transfer_lost = t.transfer_lost or coalesce(j.transfer_lost, false),
             node_id = case when j.ended_at is null then t.node_id end,
             next_attempt_at = case when j.again then coalesce(j.observed_at, j.ended_at) + campaigns.retry_delay(j.retry, j.number) else t.next_attempt_at end,
             finished_at = case when not j.again then j.ended_at end,
             cause = coalesce(j.cause, t.cause)
        from judged j
       where t.id = j.target_id
      returning t.id
    ), transferred as (
      update telephony.transfer_numbers n set call_count = n.call_count + counted.calls
        from (select transfer_number, count(*) as calls from attempt where now_transferred group by transfer_number) counted
       where n.phone_number = counted.transfer_number
    ), used as (
      insert into telephony.call_usage as u (day, calls, seconds, cost_micros)
      select (coalesce(observed_at, ended_at) at time zone 'UTC')::date, count(*),
             sum(greatest(0, coalesce(duration_seconds, 0))
                 + greatest(0, round(extract(epoch from coalesce(ended_at - transferred_at, interval '0')))))::bigint,
             coalesce(sum(cost_micros), 0)::bigint
        from attempt where ended_at is not null group by 1 order by 1
      on conflict (workspace_id, day) do update
         set calls = u.calls + excluded.calls, seconds = u.seconds + excluded.seconds, cost_micros = u.cost_micros + excluded.cost_micros
    ), summed as (${addToCallSums(sql`attempt`)})
    select j.campaign_id, j.target_id as call_id, j.id as attempt_id, t.contact_id, j.phone_number, j.status, j.number as attempts,
           j.duration_seconds, j.key, j.transferred_at is not null as transferred, j.cause, j.ended_at is not null as ended,
           not j.again as final, j.cost_micros
      from judged j join campaigns.targets t on t.id = j.target_id`,
)

/** Writes events of calls in batches. Each write moves the campaigns' counters (trigger `campaigns.count_targets`). */
export interface Recorder {
  record(workspaceId: string, event: CallEvent): void
  /** Resolves when the recorded end of the attempt is written. */
  written(attemptId: string): Promise<void>
  /** Resolves when all events recorded so far are written. */
  flush(): Promise<void>
}

export interface RecorderOptions {
  services: Services
  clock: Clock
  /** How long events are gathered before a write. Default 50 ms. */
  gatherMs?: number
  /** Called after each write with the campaigns whose counts changed. */
  onRecorded(workspaceId: string, campaignIds: Set<string>): void
}

const retryMs = 1_000
/** The maximum number of events in one statement. */
const batchSize = 500

export function createRecorder({ services, clock, gatherMs = 50, onRecorded }: RecorderOptions): Recorder {
  const waiting = new Map<string, Map<string, CallEvent>>()
  const ends = new Map<string, PromiseWithResolvers<void>>()
  let writing: Promise<void> | undefined
  let scheduled = false
  let written = 0
  // The planner's statistics are refreshed early and then less and less often. Autovacuum does the rest.
  let nextRefreshAt = 50

  function schedule(ms: number): void {
    if (scheduled) return
    scheduled = true
    clock.setTimeout(() => {
      scheduled = false
      void write()
    }, ms)
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (waiting.size > 0) schedule(gatherMs)
    })
    return writing
  }

  async function writeAll(): Promise<void> {
    const taken = Array.from(waiting)
    waiting.clear()
    for (const [workspaceId, events] of taken) {
      const all = [...events.values()]
      for (let from = 0; from < all.length; from += batchSize) {
        const batch = all.slice(from, from + batchSize)
        try {
          await writeBatch(workspaceId, batch)
        } catch (error) {
          services.log.error(
            { err: error, calls: batch.length },
            'Results of calls could not be written. The engine tries again.',
          )
          for (const event of all.slice(from)) enqueue(workspaceId, event, 'older')
          await new Promise<void>((resolve) => clock.setTimeout(resolve, retryMs))
          break
        }
      }
    }
  }

  async function writeBatch(workspaceId: string, events: CallEvent[]): Promise<void> {
    const calls = await transaction(serverContext(services, { workspaceId }), async (ctx) => {
      const calls = await ctx.db.all(recordEvents, { events: JSON.stringify(events) })
      const costs = costsOf(calls)
      if (costs) await ctx.db.all(addCosts, costs)
      for (const { ended, cost_micros: _, ...call } of calls) if (ended) emit(ctx, CampaignCallLogged, call)
      return calls
    })
    for (const { attempt_id, ended_at } of events) {
      if (!ended_at) continue
      ends.get(attempt_id)?.resolve()
      ends.delete(attempt_id)
    }
    written += events.length
    if (written >= nextRefreshAt) {
      nextRefreshAt *= 8
      void refreshStatistics(services, workingTables)
    }
    onRecorded(workspaceId, new Set(calls.map((call) => call.campaign_id)))
  }

  function enqueue(workspaceId: string, event: CallEvent, age: 'newer' | 'older'): void {
    const events = waiting.get(workspaceId) ?? new Map<string, CallEvent>()
    const known = events.get(event.attempt_id)
    events.set(event.attempt_id, age === 'newer' ? { ...known, ...event } : { ...event, ...known })
    waiting.set(workspaceId, events)
  }

  return {
    record(workspaceId, event) {
      if (event.ended_at) ends.set(event.attempt_id, Promise.withResolvers())
      enqueue(workspaceId, event, 'newer')
      schedule(gatherMs)
    },
    written: (attemptId) => ends.get(attemptId)?.promise ?? Promise.resolve(),
    async flush() {
      while (writing || waiting.size > 0) await write()
    },
  }
}
