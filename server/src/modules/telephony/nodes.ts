import { sql } from 'kysely'
import { statement } from '../../platform/database/statement.ts'
import { type SipAccountRow, accountColumns } from './sip-providers.ts'

/** The leases of voice nodes, and which node holds which trunk. All statements cross workspaces. Times are the database's. */

export const registerNode = statement(
  'telephony.register_node.system',
  (_, p: { id: string; name: string; host_id: string | null; pid: number; lease_ms: number }) =>
    sql`insert into telephony.nodes (id, name, place, pid, lease_until)
        values (${p.id}, ${p.name}, ${p.host_id}, ${p.pid}, now() + ${p.lease_ms}::int * interval '1 ms')`,
)

/** Returns the nodes that were started on the same host. */
export const findNodesOfHost = statement(
  'telephony.nodes_of_host.system',
  (_, p: { host_id: string }) =>
    sql<{
      id: string
      name: string
      pid: number
    }>`select id, name, pid from telephony.nodes where place = ${p.host_id}`,
)

// A lapsed lease can be renewed until another node reaps this one. Until then no node has taken over its work.
export const renewLease = statement(
  'telephony.renew_lease.system',
  (_, p: { id: string; lease_ms: number }) =>
    sql<{ id: string }>`
    update telephony.nodes set lease_until = now() + ${p.lease_ms}::int * interval '1 ms' where id = ${p.id} returning id`,
)

/** Removes the other nodes whose lease has expired, or all other nodes when this one is the `sole` process. Returns them. */
export const reapNodes = statement(
  'telephony.reap_nodes.system',
  (_, p: { id: string; sole: boolean }) =>
    sql<{ id: string; name: string }>`
    delete from telephony.nodes
     where id in (select id from telephony.nodes where id <> ${p.id} and (lease_until < now() or ${p.sole}::boolean) for update skip locked)
    returning id, name`,
)

export const deregisterNode = statement(
  'telephony.deregister_node.system',
  (_, p: { id: string }) => sql`delete from telephony.nodes where id = ${p.id}`,
)

/** The provider is active, its workspace is not deleted, and at least one member is not suspended. */
const inUse = sql`
  p.active and exists (
    select from identity.workspaces w
      join identity.members m on m.workspace_id = w.id
      join identity.users u on u.id = m.user_id and u.suspended_at is null
     where w.id = p.workspace_id and w.deleted_at is null)`

/** Drops this node's trunks whose providers are no longer in use. */
export const dropTrunks = statement(
  'telephony.drop_trunks.system',
  (_, p: { id: string }) =>
    sql`delete from telephony.trunks t using telephony.sip_providers p
       where t.node_id = ${p.id} and p.workspace_id = t.workspace_id and p.id = t.sip_provider_id and not (${inUse})`,
)

/** Takes free trunks, up to this node's share: all trunks divided by the number of live nodes. */
export const takeTrunks = statement(
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

/** Returns the providers whose trunks this node holds. */
export const findHeldTrunks = statement(
  'telephony.held_trunks.system',
  (_, p: { id: string }) =>
    sql<SipAccountRow>`
    select ${accountColumns}
      from telephony.trunks t
      join telephony.sip_providers p on p.workspace_id = t.workspace_id and p.id = t.sip_provider_id
     where t.node_id = ${p.id}`,
)

export const saveTrunkStates = statement(
  'telephony.save_trunk_states.system',
  (_, p: { id: string; states: string }) =>
    sql`update telephony.trunks t set state = s.state, state_changed_at = now()
        from jsonb_to_recordset(${p.states}::jsonb) as s (sip_provider_id uuid, state jsonb)
       where t.sip_provider_id = s.sip_provider_id and t.node_id = ${p.id}`,
)
