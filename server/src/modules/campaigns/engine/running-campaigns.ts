import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import type { KeyMap } from '../settings-schema.ts'
import { statusesBefore } from '../transitions.ts'
import { isUnclaimed } from './transitions.ts'

/** A campaign that this node runs, or has contacts or calls of. */
export interface RunningCampaign {
  id: string
  workspace_id: string
  user_id: string
  status: 'active' | 'paused' | 'completed' | 'stopped'
  sip_provider_id: string | null
  contact_list_id: string | null
  /** The caller id of all calls. Null: the provider's caller ids in rotation. */
  caller_id: string | null
  provider_caller_ids: string[]
  /** The numbers that a transfer tries, in their order. */
  transfer_numbers: string[]
  transfer_order: 'in_order' | 'round_robin'
  /** ISO 8601. No call is made before it. */
  start_at: string | null
  key_map: KeyMap
  max_concurrent_calls: number
  calls_per_second: number
  ring_timeout_seconds: number
  record: boolean
  greeting_storage_key: string | null
  transfer_wait_seconds: number
  hold_storage_key: string | null
  apology_storage_key: string | null
  /** Counts so far: calls made, contacts who answered, contacts who asked for a transfer. */
  attempts: number
  answered_calls: number
  transfers_requested: number
  unfinished: number
  /** True until every contact of the list is enrolled. */
  enrolling: boolean
  /** When the next contact is due, not before the campaign's `start_at`. Null when all remaining contacts are being called. */
  due_at: string | null
}

/** Returns the campaigns that are active or paused on this node's trunks, and those with the given ids. */
export const findRunning = statement(
  'campaigns.running.system',
  (_, p: { node_id: string; ids: string[] }) =>
    sql<RunningCampaign>`
    select c.id, c.workspace_id, c.user_id, c.status, held.sip_provider_id, c.contact_list_id,
           c.caller_id, coalesce(p.caller_ids, '{}') as provider_caller_ids, c.transfer_numbers, c.transfer_order, c.start_at, c.key_map, c.max_concurrent_calls,
           c.calls_per_second::float8 as calls_per_second, c.ring_timeout_seconds, c.record,
           g.telephone_storage_key as greeting_storage_key, hold.telephone_storage_key as hold_storage_key,
           apology.telephone_storage_key as apology_storage_key, c.transfer_wait_seconds,
           c.attempts, c.answered_calls, c.transfers_requested, c.contacts - c.finished_contacts as unfinished,
           c.enrol_after is not null as enrolling,
           (select greatest(t.next_attempt_at, c.start_at) from campaigns.targets t
             where t.workspace_id = c.workspace_id and t.campaign_id = c.id and ${isUnclaimed('t')}
             order by t.next_attempt_at limit 1) as due_at
      from campaigns.campaigns c
      left join telephony.trunks held on held.workspace_id = c.workspace_id and held.sip_provider_id = c.sip_provider_id and held.node_id = ${p.node_id}
      left join telephony.sip_providers p on p.workspace_id = c.workspace_id and p.id = c.sip_provider_id
      left join files.greetings g on g.workspace_id = c.workspace_id and g.id = c.greeting_id
      left join files.greetings hold on hold.workspace_id = c.workspace_id and hold.id = c.hold_greeting_id
      left join files.greetings apology on apology.workspace_id = c.workspace_id and apology.id = c.apology_greeting_id
     where (c.status in ('active', 'paused') and held.sip_provider_id is not null) or c.id = any(${p.ids}::uuid[])
     order by c.id`,
)

/** Completes a campaign when all its contacts are finished. Returns nothing when they are not. */
export const complete = statement(
  'campaigns.complete',
  (_, p: { id: string; now: string }) =>
    sql<{ id: string }>`
    update campaigns.campaigns set status = 'completed', ended_at = ${p.now}::timestamptz
     where id = ${p.id} and ${statusesBefore('complete', 'status')} and finished_contacts = contacts
    returning id`,
)
