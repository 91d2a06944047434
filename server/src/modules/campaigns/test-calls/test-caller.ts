import { type Clock, type Leg, NotAdmitted, type Timer, systemClock } from '@switchboard/voice'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError } from '../../../platform/errors.ts'
import { workspaceTopic } from '../../../platform/events.ts'
import { serverContext } from '../../../platform/services.ts'
import { limitsOf } from '../../billing/index.ts'
import { addDoNotCall } from '../../contacts/index.ts'
import { type CallService, type CallingContext, mayTransferTo } from '../../telephony/index.ts'
import type { CallStatus } from '../call-schema.ts'
import { checkExhaustion } from '../engine/allowances.ts'
import { runCall } from '../engine/call.ts'
import { lastCheck, lockPlan } from '../engine/claims.ts'
import type { CallEvent } from '../engine/recorder.ts'
import { costOf, lockSpend, maxCallMs, reservationOf } from '../engine/spend.ts'
import { isInProgress, reachablePairs, targetTransitions } from '../engine/transitions.ts'
import { TestCallRequested } from '../events.ts'
import type { KeyMap } from '../settings-schema.ts'
import type { TestCall } from './schema.ts'
import { type TestCallRow, getTestCall, testCallColumns, toTestCall } from './test-calls.ts'

/** How often queued calls are looked for, besides at each request. */
const pollMs = 10_000
/** A call that no node could make within this time fails. */
const queuedAtMostMs = 30_000
/** How long a number's lock is held at most when the voice process does not respond. */
const maxLockMs = 250
const retryMs = 1_000

interface Queued {
  id: string
  workspace_id: string
  user_id: string
}

// Through trunks that this node holds.
const findQueued = statement(
  'campaigns.test_calls.queued.system',
  (_, p: { node_id: string }) =>
    sql<Queued>`
    select a.id, a.workspace_id, a.user_id
      from campaigns.test_calls a
      join telephony.trunks held on held.workspace_id = a.workspace_id and held.sip_provider_id = a.sip_provider_id and held.node_id = ${p.node_id}
     where a.status = 'queued' and ${isInProgress('a')} order by a.created_at limit 100`,
)

// Calls of a lost node, and calls that no node has made.
const endLost = statement(
  'campaigns.test_calls.end_lost.system',
  (_, p: { now: string; queued_before: string }) =>
    sql<TestCallRow & { workspace_id: string }>`
    update campaigns.test_calls a
       set status = case when a.node_id is null then 'failed' else 'unknown' end, ended_at = ${p.now}::timestamptz,
           cause = case when a.node_id is null then 'no_line' else 'lost' end,
           cost_micros = case when a.node_id is not null then
             ${costOf({ answered: sql`a.answered_at`, transferred: sql`a.transferred_at`, ended: sql`${p.now}::timestamptz` })} end
     where ${isInProgress('a')}
       and case when a.node_id is null then a.created_at < ${p.queued_before}::timestamptz
                else not exists (select from telephony.nodes n where n.id = a.node_id) end
    returning a.workspace_id, ${testCallColumns}`,
)

interface Begun {
  phone_number: string
  caller_id: string
  sip_provider_id: string
  key_map: KeyMap
  transfer_numbers: string[]
  ring_timeout_seconds: number
  transfer_wait_seconds: number
  greeting_key: string | null
  hold_key: string | null
  apology_key: string | null
  spend_limited: boolean
  rated_transfer_numbers: string[]
}

// Nothing when another node was faster, the provider was switched off, or nothing is left to spend or to call.
const begin = statement(
  'campaigns.test_calls.begin',
  (_, p: { id: string; node_id: string; now: string; max_calls_per_month: number | null }) =>
    sql<Begun>`
    with rated as (
      select a.id, telephony.rate_of(a.workspace_id, a.phone_number) as rate, transfers.*,
             campaigns.spend_left(a.workspace_id, ${p.now}::timestamptz) as spend_left,
             campaigns.calls_left(a.workspace_id, ${p.now}::timestamptz, ${p.max_calls_per_month}::bigint) as calls_left
        from campaigns.test_calls a
        join telephony.sip_providers p on p.workspace_id = a.workspace_id and p.id = a.sip_provider_id and p.active
        cross join lateral (
          select (array_agg(n.rate order by n.position))[1] as transfer_rate,
                 coalesce(max(${reservationOf('n.rate')}), 0) as transfer_reservation,
                 coalesce(array_agg(n.number) filter (where n.rate is not null), '{}') as rated_transfer_numbers
            from (select number, position, telephony.rate_of(a.workspace_id, number) as rate
                    from unnest(a.transfer_numbers) with ordinality numbers (number, position)) n) transfers
       where a.id = ${p.id} and a.status = 'queued'
    )
    update campaigns.test_calls a
       set status = 'dialling', node_id = ${p.node_id}, invite_at = ${p.now}::timestamptz, rate = r.rate, transfer_rate = r.transfer_rate,
           reserved_micros = ${reservationOf('r.rate')} + r.transfer_reservation
      from rated r
     where a.id = r.id and a.status = 'queued' and ${isInProgress('a')}
       and (r.spend_left is null or (r.rate is not null and r.spend_left > 0)) and (r.calls_left is null or r.calls_left > 0)
    returning a.phone_number, a.caller_id, a.sip_provider_id, a.key_map, a.transfer_numbers, a.ring_timeout_seconds, a.transfer_wait_seconds,
              r.spend_left is not null as spend_limited, r.rated_transfer_numbers,
              (select g.telephone_storage_key from files.greetings g where g.workspace_id = a.workspace_id and g.id = a.greeting_id) as greeting_key,
              (select g.telephone_storage_key from files.greetings g where g.workspace_id = a.workspace_id and g.id = a.hold_greeting_id) as hold_key,
              (select g.telephone_storage_key from files.greetings g where g.workspace_id = a.workspace_id and g.id = a.apology_greeting_id) as apology_key`,
)

const mayStillCall = statement(
  'campaigns.test_calls.may_still_call',
  (_, p: { phone_number: string }) =>
    sql<{ allowed: boolean }>`
    select not exists (select from contacts.do_not_call d where d.phone_number = ${p.phone_number}) as allowed`,
)

const recordEvent = statement(
  'campaigns.test_calls.record',
  (_, p: { id: string; event: string }) =>
    sql<TestCallRow>`
    with recorded as (
      update campaigns.test_calls a
         set status = case when (a.status, n.status) in ${reachablePairs(targetTransitions)} then n.status else a.status end,
             ringing_at = coalesce(a.ringing_at, n.ringing_at), answered_at = coalesce(a.answered_at, n.answered_at),
             key = coalesce(n.key, a.key), transfer_number = coalesce(n.transfer_number, a.transfer_number),
             transfer_rate = case when n.is_other_number then telephony.rate_of(a.workspace_id, n.transfer_number) else a.transfer_rate end,
             transferred_at = coalesce(a.transferred_at, n.transferred_at), ended_at = n.ended_at,
             duration_seconds = greatest(0, round(extract(epoch from n.ended_at - coalesce(a.answered_at, n.answered_at))))::int,
             cost_micros = case when n.ended_at is not null then ${costOf({
               answered: sql`coalesce(a.answered_at, n.answered_at)`,
               transferred: sql`coalesce(a.transferred_at, n.transferred_at)`,
               ended: sql`n.ended_at`,
             })} end,
             cause = coalesce(n.cause, a.cause), sip_status = coalesce(n.sip_status, a.sip_status),
             quality = coalesce(n.quality, a.quality)
        from jsonb_to_record(${p.event}::jsonb) as n (
             status text, ringing_at timestamptz, answered_at timestamptz, key text, transfer_number text, is_other_number boolean,
             transferred_at timestamptz, ended_at timestamptz, cause text, sip_status int, quality jsonb)
       where a.id = ${p.id} and ${isInProgress('a')}
      returning a.*
    ), used as (
      insert into telephony.call_usage as u (day, calls, seconds, cost_micros)
      select (ended_at at time zone 'UTC')::date, 1,
             coalesce(duration_seconds, 0) + greatest(0, round(extract(epoch from coalesce(ended_at - transferred_at, interval '0')))),
             coalesce(cost_micros, 0)
        from recorded where ended_at is not null and invite_at is not null
      on conflict (workspace_id, day) do update
         set calls = u.calls + excluded.calls, seconds = u.seconds + excluded.seconds, cost_micros = u.cost_micros + excluded.cost_micros
    )
    select ${testCallColumns} from recorded a`,
)

/** Makes the test calls over the trunks of this node. */
export function createTestCaller(
  { services, gateway, telephony }: CallingContext,
  clock: Clock = systemClock,
): CallService {
  const calls = new Map<string, Promise<void>>()
  let stopped = true
  let looking: Promise<void> | undefined
  let again = false
  let timer: Timer | undefined
  const system = serverContext(services, { workspaceId: null })
  const nowText = () => new Date(clock.now()).toISOString()

  function publish(workspaceId: string, call: TestCall): void {
    services.live.publish(workspaceTopic(workspaceId, 'campaigns:read'), 'test-call:update', call)
  }

  /** One pass at a time, and another one when this was called meanwhile. */
  function look(): void {
    again = true
    timer?.cancel()
    looking ??= lookForCalls()
      .catch((error: unknown) => services.log.warn({ err: error }, 'Test calls could not be read. It is tried again.'))
      .finally(() => {
        looking = undefined
        if (stopped) return
        if (again) look()
        else timer = clock.setTimeout(look, pollMs)
      })
  }

  async function lookForCalls(): Promise<void> {
    again = false
    const queued_before = new Date(clock.now() - queuedAtMostMs).toISOString()
    for (const { workspace_id, ...call } of await system.db.all(endLost, { now: nowText(), queued_before }))
      publish(workspace_id, toTestCall(call))
    for (const call of await system.db.all(findQueued, { node_id: telephony.nodeId() })) start(call)
  }

  function start({ id, workspace_id, user_id }: Queued): void {
    if (calls.has(id) || !telephony.mayDial()) return
    const ctx = serverContext(services, { workspaceId: workspace_id, userId: user_id })
    const call = makeCall(ctx, id, workspace_id)
      .catch((error: unknown) => services.log.error({ err: error, test_call: id }, 'A test call failed.'))
      .finally(() => calls.delete(id))
    calls.set(id, call)
  }

  async function makeCall(ctx: Ctx, id: string, workspaceId: string): Promise<void> {
    const records = createRecords(ctx, id, (call) => publish(workspaceId, call))
    const end = (status: CallStatus, cause: string) => records.add({ status, cause, ended_at: nowText() })
    try {
      const begun = await beginCall(ctx, id)
      // Another poll looks at it again, until it fails as `no_line`.
      if (!begun) return
      publish(workspaceId, await getTestCall(ctx, id))
      const leg = await originate(ctx, id, begun)
      if (leg) await run(ctx, leg, begun, records.add)
      else end('failed', 'do_not_call')
    } catch (error) {
      if (error instanceof AppError) end('failed', error.code)
      else if (error instanceof NotAdmitted) end('failed', error.reason)
      // The gateway refuses a malformed request before it sends anything. After other errors the result is unknown.
      else if (error instanceof TypeError) end('failed', 'invalid_number')
      else {
        services.log.error({ err: error, test_call: id }, 'A test call failed.')
        end('unknown', 'internal_error')
      }
    } finally {
      await records.written()
    }
  }

  /** Writes the events of a call one after another. The last one is tried again until it is written. */
  function createRecords(ctx: Ctx, id: string, onWritten: (call: TestCall) => void) {
    let writing = Promise.resolve()
    async function write(event: Partial<CallEvent>): Promise<void> {
      for (;;) {
        try {
          const call = await ctx.db.maybe(recordEvent, { id, event: JSON.stringify(event) })
          if (call) onWritten(toTestCall(call))
          return
        } catch (error) {
          services.log.warn({ err: error, test_call: id }, 'The result of a test call could not be written.')
          if (!event.ended_at) return
          await new Promise<void>((resolve) => clock.setTimeout(resolve, retryMs))
        }
      }
    }
    return {
      add: (event: Partial<CallEvent>) => void (writing = writing.then(() => write(event))),
      written: () => writing,
    }
  }

  const beginCall = (ctx: Ctx, id: string): Promise<Begun | undefined> =>
    transaction(ctx, async (ctx) => {
      await checkExhaustion(ctx)
      const { max_calls_per_month } = await limitsOf(ctx)
      const [, , rows] = await ctx.db.together([
        lockSpend.call({}),
        lockPlan.call({ max_calls_per_month }),
        begin.call({ id, node_id: telephony.nodeId(), now: nowText(), max_calls_per_month }),
      ])
      return rows[0]
    })

  /** Sends the INVITE under the number's lock, so that an entry of the do-not-call list is seen or waits for it. */
  async function originate(ctx: Ctx, id: string, begun: Begun): Promise<Leg | null> {
    const { phone_number: to, sip_provider_id: trunkId, caller_id: callerId } = begun
    const sent: { leg?: Promise<Leg> } = {}
    await transaction(ctx, async (ctx) => {
      const [, [check]] = await ctx.db.together([
        lastCheck.lock.call({ phone_number: to }),
        mayStillCall.call({ phone_number: to }),
      ])
      if (!check?.allowed) return
      const ringTimeoutMs = begun.ring_timeout_seconds * 1000
      sent.leg = gateway.originate({ attemptId: id, trunkId, to, callerId, ringTimeoutMs, maxDurationMs: maxCallMs })
      await Promise.race([
        sent.leg.catch(() => undefined),
        new Promise<void>((resolve) => clock.setTimeout(resolve, maxLockMs)),
      ])
    })
    return sent.leg ?? null
  }

  async function run(ctx: Ctx, leg: Leg, begun: Begun, record: (event: Partial<CallEvent>) => void): Promise<void> {
    const audioOf = async (key: string | null) => (key ? { path: await services.storage.localPath(key) } : null)
    const [greeting, hold, apology] = await Promise.all([
      audioOf(begun.greeting_key),
      audioOf(begun.hold_key),
      audioOf(begun.apology_key),
    ])
    const { key_map, transfer_numbers: numbers, caller_id: callerId } = begun
    const mode = telephony.trunks().get(begun.sip_provider_id)?.transferMode ?? 'bridge'
    const waitMs = begun.transfer_wait_seconds * 1000
    const settings = { mode, callerId, waitMs, ...(hold && { hold }) }
    const [first] = numbers
    const transfer = first === undefined ? null : { settings, first, numbers: () => numbers }
    await runCall(
      leg,
      { greeting, key_map, transfer, apology, recordingPath: null },
      {
        clock,
        record,
        onPhase() {},
        onTransferred() {},
        onFault: (error) =>
          services.log.error(
            { err: error, test_call: leg.attemptId },
            'A test call was hung up after an internal error.',
          ),
        mayTransferTo: async (number) =>
          // Under a spend limit the reservation must cover the second leg.
          (!begun.spend_limited || begun.rated_transfer_numbers.includes(number)) && mayTransferTo(ctx, number),
        // A person who presses the key is not called again, also when the call was a test.
        optOut: () =>
          transaction(ctx, async (ctx) => {
            await addDoNotCall(ctx, begun.phone_number, 'Asked by key during a test call')
          }),
      },
    )
  }

  return {
    start() {
      stopped = false
      look()
    },
    wake() {
      if (!stopped) look()
    },
    notice({ type }) {
      if (type === TestCallRequested.type && !stopped) look()
    },
    /** The campaign engine drains the gateway, which ends the calls. */
    async stop() {
      stopped = true
      timer?.cancel()
      await looking
      await Promise.all(calls.values())
    },
  }
}
