import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import { type SipAccountRow, accountColumns } from './sip-providers.ts'

/** Leases of voice nodes and who holds which trunk. All of it runs across workspaces; times are the database's. */

export const join = statement(
  'telephony.join.system',
  (_, p: { id: string; name: string; place: string | null; pid: number; lease_ms: number }) =>
    sql`insert into telephony.nodes (id, name, place, pid, lease_until)
        values (${p.id}, ${p.name}, ${p.place}, ${p.pid}, now() + ${p.lease_ms}::int * interval '1 ms')`,
)

export const findNeighbours = statement(
  'telephony.neighbours.system',
  (_, p: { place: string }) =>
    sql<{ id: string; name: string; pid: number }>`select id, name, pid from telephony.nodes where place = ${p.place}`,
)

// A lease that lapsed is good again as long as nobody has buried its node: nobody else acted on its death either.
export const renew = statement(
  'telephony.renew.system',
  (_, p: { id: string; lease_ms: number }) =>
    sql<{ id: string }>`
    update telephony.nodes set lease_until = now() + ${p.lease_ms}::int * interval '1 ms' where id = ${p.id} returning id`,
)

export const bury = statement(
  'telephony.bury.system',
  (_, p: { id: string; sole: boolean }) =>
    sql<{ id: string; name: string }>`
    delete from telephony.nodes
     where id in (select id from telephony.nodes where id <> ${p.id} and (lease_until < now() or ${p.sole}::boolean) for update skip locked)
    returning id, name`,
)

export const leave = statement(
  'telephony.leave.system',
  (_, p: { id: string }) => sql`delete from telephony.nodes where id = ${p.id}`,
)

/** Switched on, in a workspace that has not been deleted and in which somebody is not locked out. */
const inUse = sql`
  p.active and exists (
    select from identity.workspaces w
      join identity.members m on m.workspace_id = w.id
      join identity.users u on u.id = m.user_id and u.suspended_at is null
     where w.id = p.workspace_id and w.deleted_at is null)`

export const drop = statement(
  'telephony.drop_trunks.system',
  (_, p: { id: string }) =>
    sql`delete from telephony.trunks t using telephony.sip_providers p
       where t.node_id = ${p.id} and p.workspace_id = t.workspace_id and p.id = t.sip_provider_id and not (${inUse})`,
)

// Each node takes its share, so that several nodes divide what becomes free among them.
export const take = statement(
  'telephony.take_trunks.system',
  (_, p: { id: string }) =>
    sql`with share as (
        select ceil((select count(*) from telephony.sip_providers p where ${inUse})::numeric
                    / greatest(1, (select count(*) from telephony.nodes where lease_until > now())))
               - (select count(*) from telephony.trunks where node_id = ${p.id}) as room
      )
      insert into telephony.trunks (workspace_id, sip_provider_id, node_id)
      select p.workspace_id, p.id, ${p.id}
        from telephony.sip_providers p
       where ${inUse}
         and not exists (select from telephony.trunks t where t.workspace_id = p.workspace_id and t.sip_provider_id = p.id)
       order by p.id
       limit (select greatest(0, room)::int from share)
      on conflict do nothing`,
)

/** The providers whose trunks this node holds. */
export const held = statement(
  'telephony.held_trunks.system',
  (_, p: { id: string }) =>
    sql<SipAccountRow>`
    select ${accountColumns}
      from telephony.trunks t
      join telephony.sip_providers p on p.workspace_id = t.workspace_id and p.id = t.sip_provider_id
     where t.node_id = ${p.id}`,
)

export const saveStates = statement(
  'telephony.save_trunk_states.system',
  (_, p: { id: string; states: string }) =>
    sql`update telephony.trunks t set state = s.state, state_changed_at = now()
        from jsonb_to_recordset(${p.states}::jsonb) as s (sip_provider_id uuid, state jsonb)
       where t.sip_provider_id = s.sip_provider_id and t.node_id = ${p.id}`,
)
