import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { reservationOf } from './spend.ts'
import { change, isInProgress, isQueued, isUnclaimed, targetTransitions } from './transitions.ts'

/**
 * The engine's statements on targets and attempts. They are safe because of their order: a target is claimed, its attempt
 * is committed with the time of the INVITE, the INVITE is sent, and the result is written. A claim of a lost node can be
 * taken over. An attempt of a lost node means that a call may have been made. `node_id` is the fencing token, and only a
 * node with a valid lease may claim or begin.
 *
 * Every statement that inserts or updates targets moves their campaign's counters (trigger `campaigns.count_targets`).
 */

const uncalled = {
  gone: change(targetTransitions, 'cancelled', ['queued']),
  doNotCall: change(targetTransitions, 'do_not_call', ['queued']),
  never: change(targetTransitions, 'failed', ['queued']),
}
const beginning = change(targetTransitions, 'dialling')
const withdrawal = change(targetTransitions, 'queued', ['dialling'])

// The campaign's provider is active and this node holds its trunk.
const mine = (p: { node_id: string }) => sql`
  join telephony.sip_providers p on p.workspace_id = c.workspace_id and p.id = c.sip_provider_id and p.active
  join telephony.trunks held on held.workspace_id = p.workspace_id and held.sip_provider_id = p.id and held.node_id = ${p.node_id}
  join telephony.nodes n on n.id = held.node_id and n.lease_until > now()`

const notToBeCalled = sql`exists (
  select from contacts.do_not_call d where d.workspace_id = k.workspace_id and d.phone_number = k.phone_number)`

// The contact's time zones: the contact's own, else those of the number, which may have changed since the start.
const zones = sql`
  case when k.time_zone is not null then array[k.time_zone]
       when k.phone_number = t.phone_number then t.zones
       else coalesce(telephony.zones_of(k.phone_number), t.zones) end`

// When the person may be called after other calls. Null means at once.
const freeAt = (p: { now: string; min_minutes_between_calls: number }) => sql`
  campaigns.free_at(t.workspace_id, t.id, t.contact_id, k.phone_number, ${p.now}::timestamptz,
                    ${p.min_minutes_between_calls}::int * interval '1 min')`

export interface Claim {
  campaign_id: string
  node_id: string
  now: string
  limit: number
  /** The minimum between calls to one person by different campaigns. */
  min_minutes_between_calls: number
}

export interface ClaimedRow {
  id: string
  verdict: 'call' | 'later' | 'do_not_call' | 'gone' | 'never'
  phone_number: string | null
  /** The caller id of the previous call to this contact. */
  last_caller_id: string | null
}

/**
 * Claims up to `limit` contacts that are due and may be called now. Due contacts that may not be called are finished when
 * they are on the do-not-call list, deleted or without a number. They are deferred when they are outside their calling
 * hours (to the next opening) or were just called by another campaign.
 */
export const claim = statement(
  'campaigns.claim',
  (_, p: Claim) =>
    sql<ClaimedRow>`
    with campaign as (
      select c.id, c.workspace_id, c.calling_hours,
             least(${p.limit}::int,
                   c.max_concurrent_calls - (select count(*) from campaigns.targets w
                                              where w.node_id = ${p.node_id} and w.workspace_id = c.workspace_id and w.campaign_id = c.id),
                   p.max_concurrent_calls - (select count(*) from campaigns.targets w join campaigns.campaigns o on o.workspace_id = w.workspace_id and o.id = w.campaign_id
                                              where w.node_id = ${p.node_id} and w.workspace_id = c.workspace_id and o.sip_provider_id = p.id)) as room
        from campaigns.campaigns c ${mine(p)}
       where c.id = ${p.campaign_id} and c.status = 'active' and c.greeting_id is not null
         and coalesce(c.start_at <= ${p.now}::timestamptz, true)
    ), due as (
      -- Without joins, so that the index returns the next few without sorting all due targets.
      select t.id, t.workspace_id, t.contact_id, t.phone_number, t.zones, t.next_attempt_at, t.last_attempt_id
        from campaigns.targets t
       where t.campaign_id = ${p.campaign_id} and ${isUnclaimed('t')}
         and t.next_attempt_at <= ${p.now}::timestamptz
       order by t.next_attempt_at, t.id
       limit coalesce((select greatest(0, room) from campaign), 0)
         for update of t skip locked
    ), seen as (
      select t.id, t.next_attempt_at, t.last_attempt_id, k.phone_number, k.id is null as deleted, k.phone_number is null as gone, coalesce(${notToBeCalled}, false) as refused,
             campaigns.next_opening((select calling_hours from campaign), ${zones}, ${p.now}::timestamptz) as opening,
             ${freeAt(p)} as free_at
        from due t left join contacts.contacts k on k.workspace_id = t.workspace_id and k.id = t.contact_id
    ), judged as (
      select *, case when gone then 'gone' when refused then 'do_not_call' when opening is null then 'never'
                     when opening > ${p.now}::timestamptz or free_at > ${p.now}::timestamptz then 'later' else 'call' end as verdict
        from seen
    )
    update campaigns.targets t
       set node_id = case j.verdict when 'call' then ${p.node_id}::uuid end,
           status = case j.verdict when 'gone' then ${uncalled.gone.to} when 'do_not_call' then ${uncalled.doNotCall.to}
                               when 'never' then ${uncalled.never.to} else t.status end,
           finished_at = case when j.verdict in ('gone', 'do_not_call', 'never') then ${p.now}::timestamptz end,
           cause = case j.verdict when 'gone' then case when j.deleted then 'contact_deleted' else 'no_number' end when 'do_not_call' then 'do_not_call' when 'never' then 'no_calling_hours'
                   when 'later' then case when j.free_at > j.opening then 'called_recently' else 'calling_hours' end else t.cause end,
           next_attempt_at = case j.verdict when 'later' then greatest(j.opening, j.free_at) else t.next_attempt_at end,
           deferred_from = case j.verdict when 'later' then coalesce(t.deferred_from, t.next_attempt_at) end
      from judged j
     where t.id = j.id and ${isQueued('t')}
    returning t.id, j.verdict, j.phone_number,
              (select a.caller_id from campaigns.attempts a where a.id = j.last_attempt_id) as last_caller_id`,
)

/** Finishes claimed targets whose number may not be called. */
export const refuse = statement(
  'campaigns.refuse_targets',
  (_, p: { ids: string[]; node_id: string; cause: string; now: string }) =>
    sql`update campaigns.targets set status = ${uncalled.never.to}, cause = ${p.cause}, node_id = null, finished_at = ${p.now}::timestamptz
       where id = any(${p.ids}::uuid[]) and node_id = ${p.node_id} and ${uncalled.never.guard('status')}`,
)

/**
 * Locks the numbers of targets. Sent before `begin`, in the same transaction, so that other calls to these numbers and
 * changes of the do-not-call list are serialised with it.
 */
export const lockNumbers = statement(
  'campaigns.lock_numbers',
  (_, p: { ids: string[] }) =>
    sql`select pg_advisory_xact_lock(key) from (
        select distinct contacts.number_key(k.workspace_id, k.phone_number) as key
          from campaigns.targets t
          join contacts.contacts k on k.workspace_id = t.workspace_id and k.id = t.contact_id and k.phone_number is not null
         where t.id = any(${p.ids}::uuid[]) order by key) numbers`,
)

export interface Begun {
  target_id: string
  attempt_id: string
  number: number
  phone_number: string
  caller_id: string
  /** The workspace has a spend limit, and so calls only numbers that have a rate. */
  spend_limited: boolean
  /** The campaign's transfer numbers that have a rate. */
  rated_transfer_numbers: string[]
}

export interface Beginning {
  campaign_id: string
  ids: string[]
  /** The caller id of each call, in the order of `ids`. */
  caller_ids: string[]
  node_id: string
  now: string
  min_minutes_between_calls: number
  /** The calls that the plan allows in a month; null: no limit. */
  max_calls_per_month: number | null
}

/** To be sent with `begin`, before it: under a plan that limits calls, workspaces begin one batch after another. */
export const lockPlan = statement(
  'campaigns.lock_plan',
  (_, p: { max_calls_per_month: number | null }) =>
    sql`select pg_advisory_xact_lock(hashtextextended('campaigns.plan/' || app.workspace_id(), 0)) where ${p.max_calls_per_month}::bigint is not null`,
)

/**
 * Checks claimed targets again and inserts their attempts. Only the returned targets may be called. The others stay claimed
 * and have to be released.
 */
export const begin = statement(
  'campaigns.begin',
  (_, p: Beginning) =>
    sql<Begun>`
    with allowed as (
      select t.id, t.workspace_id, t.campaign_id, t.attempts + 1 as number, k.phone_number, c.sip_provider_id, c.transfer_numbers
        from campaigns.targets t
        join campaigns.campaigns c on c.workspace_id = t.workspace_id and c.id = t.campaign_id and c.status = 'active' and c.greeting_id is not null
          and coalesce(c.start_at <= ${p.now}::timestamptz, true)
        ${mine(p)}
        join contacts.contacts k on k.workspace_id = t.workspace_id and k.id = t.contact_id and k.phone_number is not null
       where t.id = any(${p.ids}::uuid[]) and c.id = ${p.campaign_id} and t.node_id = ${p.node_id} and ${beginning.guard('t.status')}
         and not ${notToBeCalled}
         and campaigns.next_opening(c.calling_hours, ${zones}, ${p.now}::timestamptz) = ${p.now}::timestamptz
         and coalesce(${freeAt(p)} <= ${p.now}::timestamptz, true)
         for update of t
    ), ready as (
      -- Two contacts with one number are not called at the same time.
      select distinct on (phone_number) * from allowed order by phone_number, id
    ), rated as (
      select r.*, telephony.rate_of(r.workspace_id, r.phone_number) as rate, transfers.*
        from ready r cross join lateral (
          -- The transfer is charged at the rate of the number that answers, so the most expensive one is reserved.
          select (array_agg(n.rate order by n.position))[1] as transfer_rate,
                 coalesce(max(${reservationOf('n.rate')}), 0) as transfer_reservation,
                 coalesce(array_agg(n.number) filter (where n.rate is not null), '{}') as rated_transfer_numbers
            from (select number, position, telephony.rate_of(r.workspace_id, number) as rate
                    from unnest(r.transfer_numbers) with ordinality numbers (number, position)) n) transfers
    ), reserved as (
      select r.*, ${reservationOf('r.rate')} + r.transfer_reservation as reserved_micros from rated r
    ), affordable as (
      -- The calls of the batch in turn, as long as something is left to spend and the plan allows a call.
      select r.*, r.spend_left is not null as spend_limited
        from (select r.*, sum(r.reserved_micros) over (order by r.id) - r.reserved_micros as reserved_before, spend.spend_left,
                     row_number() over (order by r.id) as turn, spend.calls_left
                from reserved r cross join (
                  select campaigns.spend_left(app.workspace_id(), ${p.now}::timestamptz) as spend_left,
                         campaigns.calls_left(app.workspace_id(), ${p.now}::timestamptz, ${p.max_calls_per_month}::bigint) as calls_left) spend) r
       where (r.spend_left is null or (r.rate is not null and r.reserved_before < r.spend_left))
         and (r.calls_left is null or r.turn <= r.calls_left)
    ), begun as (
      update campaigns.targets t
         set status = ${beginning.to}, attempts = r.number, phone_number = r.phone_number, cause = null,
             last_attempt_id = campaigns.attempt_id(t.id, r.number)
        from affordable r
       where t.id = r.id and t.node_id = ${p.node_id} and ${beginning.guard('t.status')}
      returning t.id, t.campaign_id, t.last_attempt_id, r.number, r.phone_number, r.sip_provider_id, r.rate, r.transfer_rate, r.reserved_micros
    ), made as (
      insert into campaigns.attempts (id, campaign_id, target_id, number, node_id, sip_provider_id, phone_number, caller_id, invite_at, rate, transfer_rate, reserved_micros)
      select b.last_attempt_id, b.campaign_id, b.id, b.number, ${p.node_id}, b.sip_provider_id, b.phone_number, shown.caller_id, ${p.now}::timestamptz, b.rate, b.transfer_rate, b.reserved_micros
        from begun b join unnest(${p.ids}::uuid[], ${p.caller_ids}::text[]) shown (id, caller_id) on shown.id = b.id
      returning target_id, id as attempt_id, number, phone_number, caller_id
    )
    select m.*, r.spend_limited, r.rated_transfer_numbers
      from made m join affordable r on r.id = m.target_id`,
)

/**
 * The last check before an INVITE, `lock` first, in a transaction that stays open until the INVITE was sent. Meanwhile the
 * number cannot be put on the do-not-call list and the contact cannot be changed or deleted. Earlier changes are seen.
 */
export const lastCheck = {
  lock: statement(
    'campaigns.hold_number',
    (_, p: { phone_number: string }) =>
      sql`select pg_advisory_xact_lock_shared(contacts.number_key(app.workspace_id(), ${p.phone_number}))`,
  ),
  check: statement(
    'campaigns.may_still_call',
    (_, p: { target_id: string; node_id: string; phone_number: string }) =>
      sql<{ id: string }>`
      select t.id
        from campaigns.targets t
        join campaigns.campaigns c on c.workspace_id = t.workspace_id and c.id = t.campaign_id and c.status = 'active'
        join contacts.contacts k on k.workspace_id = t.workspace_id and k.id = t.contact_id and k.phone_number = ${p.phone_number}
       where t.id = ${p.target_id} and t.node_id = ${p.node_id} and t.status = 'dialling' and not ${notToBeCalled}
         for share of k`,
  ),
}

/**
 * Repairs due times after the database's clock was set back. Contacts that were never called become due now, the others
 * within the delay of the retry rule. Targets deferred by calling hours are not changed.
 */
export const repairDueTimes = statement(
  'campaigns.mend_due_times',
  (_, p: { campaign_id: string; now: string }) =>
    sql`update campaigns.targets t
         set next_attempt_at = ${p.now}::timestamptz
             + case when t.attempts = 0 then interval '0' else campaigns.retry_delay(c.retry, t.attempts) end
        from campaigns.campaigns c
       where c.id = ${p.campaign_id} and t.workspace_id = c.workspace_id and t.campaign_id = c.id and ${isUnclaimed('t')}
         and t.deferred_from is null
         and t.next_attempt_at > ${p.now}::timestamptz
             + case when t.attempts = 0 then interval '0' else campaigns.retry_delay(c.retry, t.attempts) end`,
)

/** Releases targets that were claimed or begun and for which no INVITE was sent. Deletes their attempts. */
export const releaseClaims = statement(
  'campaigns.withdraw',
  (_, p: { ids: string[]; node_id: string }) =>
    sql`with undone as (
        delete from campaigns.attempts a
         where target_id = any(${p.ids}::uuid[]) and node_id = ${p.node_id} and ${isInProgress('a')} and ${withdrawal.guard('a.status')}
        returning target_id
      )
      update campaigns.targets t
         set status = ${withdrawal.to}, node_id = null, attempts = t.attempts - (u.target_id is not null)::int,
             last_attempt_id = case when u.target_id is null then t.last_attempt_id
                                    when t.attempts > 1 then campaigns.attempt_id(t.id, t.attempts - 1) end
        from unnest(${p.ids}::uuid[]) given (id) left join undone u on u.target_id = given.id
       where t.id = given.id and t.node_id = ${p.node_id} and (${isQueued('t')} or ${withdrawal.guard('t.status')})`,
)

/** Releases claims whose result was lost with a connection, so this node does not know them. */
export const releaseLostClaims = statement(
  'campaigns.release_lost_claims',
  (_, p: { campaign_id: string; known: string[]; node_id: string }) =>
    sql`update campaigns.targets t set node_id = null
       where node_id = ${p.node_id} and campaign_id = ${p.campaign_id} and ${isQueued('t')} and id <> all(${p.known}::uuid[])`,
)
