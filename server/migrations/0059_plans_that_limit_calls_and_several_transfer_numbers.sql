-- Plans that are paid once, plans that limit calls, and several numbers to transfer to.

-- When a plan that is paid once was paid; it is active without an end. Null: the plan has a period, or is free.
alter table billing.subscriptions add column paid_once_at timestamptz;

-- How many more calls a workspace may make this month (UTC) of `allowed` ones: without those made and those in progress.
-- Null: `allowed` is null, and there is no limit.
create function campaigns.calls_left(workspace uuid, moment timestamptz, allowed bigint) returns bigint language sql stable as $$
  select case when allowed is not null then
    allowed - coalesce((
      select sum(u.calls) from telephony.call_usage u
       where u.workspace_id = workspace and u.day >= date_trunc('month', moment at time zone 'UTC')::date), 0)::bigint
    - (select count(*) from campaigns.attempts a where a.workspace_id = workspace and a.ended_at is null) end
$$;

-- All numbers that a key connects to, in the order in which they are tried; transfer_number is the first.
alter table campaigns.campaigns
  add column transfer_numbers text[] not null default '{}',
  -- round_robin: each transfer begins with the number after the one that the last transfer began with.
  add column transfer_order text not null default 'in_order' check (transfer_order in ('in_order', 'round_robin'));
set local role app_system;
update campaigns.campaigns set transfer_numbers = array[transfer_number] where transfer_number is not null;
reset role;
drop trigger touch on campaigns.campaigns;
create trigger touch before update of title, description, segment, channels, status, contact_list_id, sip_provider_id, greeting_id,
  transfer_number, transfer_numbers, transfer_order, caller_id, calling_hours, key_map, retry, max_concurrent_calls,
  calls_per_second, ring_timeout_seconds, voicemail, record, transfer_wait_seconds, hold_greeting_id, apology_greeting_id, start_at
  on campaigns.campaigns for each row execute function app.touch();
