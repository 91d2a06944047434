import { attemptTransitions, isReachable, targetTransitions } from '../../src/modules/campaigns/engine/transitions.ts'
import type { CallStatus } from '../../src/modules/campaigns/call-schema.ts'
import type { CampaignSimulation } from './simulation.ts'

interface Change {
  name: 'targets' | 'attempts'
  from: CallStatus
  to: CallStatus
}

/** Records every later change of a target's or an attempt's status, with a trigger. */
export async function followChanges({ services, query }: CampaignSimulation) {
  const { pool } = services.connections
  await pool.query(
    `create table public.status_changes (name text, "from" text, "to" text, primary key (name, "from", "to"))`,
  )
  await pool.query(`grant select on public.status_changes to app_system`)
  await pool.query(`
    create function public.log_status() returns trigger language plpgsql security definer as $$
    begin
      insert into public.status_changes values (tg_table_name, old.status, new.status) on conflict do nothing;
      return null;
    end $$`)
  for (const table of ['targets', 'attempts'])
    await pool.query(`
      create trigger log_status after update of status on campaigns.${table}
        for each row when (old.status <> new.status) execute function public.log_status()`)
  const read = async () => (await query(`select name, "from", "to" from public.status_changes`)) as unknown as Change[]
  return {
    seen: async () => (await read()).map(({ name, from, to }) => `${name} ${from} ${to}`),
    /** Returns the changes that are not in the table of transitions. */
    unforeseen: async () =>
      (await read()).filter(
        ({ name, from, to }) => !isReachable(name === 'targets' ? targetTransitions : attemptTransitions, from, to),
      ),
  }
}
