-- Test calls: one call to a number, outside of any campaign's counts. And the quality of the sound of calls.

create table campaigns.test_calls (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  campaign_id uuid,
  sip_provider_id uuid,
  greeting_id uuid,
  hold_greeting_id uuid,
  apology_greeting_id uuid,
  -- E.164.
  phone_number text not null,
  caller_id text not null,
  key_map jsonb not null,
  transfer_numbers text[] not null,
  ring_timeout_seconds int not null,
  transfer_wait_seconds int not null,
  status text not null default 'queued',
  -- Fencing token, like that of an attempt.
  node_id uuid,
  created_at timestamptz not null default now(),
  invite_at timestamptz,
  ringing_at timestamptz,
  answered_at timestamptz,
  key text,
  transfer_number text,
  transferred_at timestamptz,
  ended_at timestamptz,
  duration_seconds int,
  cause text,
  sip_status int,
  rate jsonb,
  transfer_rate jsonb,
  reserved_micros bigint not null default 0,
  cost_micros bigint,
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaigns.campaigns (workspace_id, id) on delete set null (campaign_id),
  foreign key (workspace_id, sip_provider_id) references telephony.sip_providers (workspace_id, id) on delete set null (sip_provider_id),
  foreign key (workspace_id, greeting_id) references files.greetings (workspace_id, id) on delete set null (greeting_id),
  foreign key (workspace_id, hold_greeting_id) references files.greetings (workspace_id, id) on delete set null (hold_greeting_id),
  foreign key (workspace_id, apology_greeting_id) references files.greetings (workspace_id, id) on delete set null (apology_greeting_id)
);
create index test_calls_newest on campaigns.test_calls (workspace_id, created_at desc, id desc);
create index test_calls_of_number on campaigns.test_calls (workspace_id, phone_number, created_at desc, id desc);
create index test_calls_by_status on campaigns.test_calls (workspace_id, status, created_at desc, id desc);
create index test_calls_campaign on campaigns.test_calls (workspace_id, campaign_id, created_at desc, id desc);
create index test_calls_provider on campaigns.test_calls (workspace_id, sip_provider_id);
create index test_calls_greeting on campaigns.test_calls (workspace_id, greeting_id);
create index test_calls_hold_greeting on campaigns.test_calls (workspace_id, hold_greeting_id);
create index test_calls_apology_greeting on campaigns.test_calls (workspace_id, apology_greeting_id);
create index test_calls_user on campaigns.test_calls (user_id);
create index test_calls_unfinished on campaigns.test_calls (workspace_id) where ended_at is null;
select app.tenant_table('campaigns.test_calls');

-- Test calls in progress count against the limits too.
create or replace function campaigns.spend_left(workspace uuid, moment timestamptz) returns bigint language sql stable as $$
  select least(
           l.max_spend_per_day_micros - coalesce((
             select u.cost_micros from telephony.call_usage u
              where u.workspace_id = workspace and u.day = (moment at time zone 'UTC')::date), 0),
           l.max_spend_per_month_micros - coalesce((
             select sum(u.cost_micros) from telephony.call_usage u
              where u.workspace_id = workspace and u.day >= date_trunc('month', moment at time zone 'UTC')::date), 0)
         )::bigint - coalesce((
           select sum(a.reserved_micros) from campaigns.attempts a where a.workspace_id = workspace and a.ended_at is null), 0)::bigint
         - coalesce((
           select sum(t.reserved_micros) from campaigns.test_calls t where t.workspace_id = workspace and t.ended_at is null), 0)::bigint
    from telephony.calling_limits l
   where l.workspace_id = workspace and (l.max_spend_per_day_micros is not null or l.max_spend_per_month_micros is not null)
$$;
create or replace function campaigns.calls_left(workspace uuid, moment timestamptz, allowed bigint) returns bigint language sql stable as $$
  select case when allowed is not null then
    allowed - coalesce((
      select sum(u.calls) from telephony.call_usage u
       where u.workspace_id = workspace and u.day >= date_trunc('month', moment at time zone 'UTC')::date), 0)::bigint
    - (select count(*) from campaigns.attempts a where a.workspace_id = workspace and a.ended_at is null)
    - (select count(*) from campaigns.test_calls t where t.workspace_id = workspace and t.ended_at is null and t.node_id is not null) end
$$;

-- {jitter_ms, loss_percent, round_trip_ms, mos}, of the worse direction, measured over the whole call: see
-- voice/src/media/rtp/quality.ts. Null: no sound arrived.
alter table campaigns.attempts add column quality jsonb;
alter table campaigns.test_calls add column quality jsonb;
