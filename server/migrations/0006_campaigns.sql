-- Campaigns: whom to call, each contact's state in one (target), and every single dial (attempt).

create schema campaigns;
grant usage on schema campaigns to app_user, app_system;

create table campaigns.campaigns (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  title text not null,
  description text,
  segment text,
  channels text[] not null default '{phone}',
  status text not null default 'pending' check (status in ('pending', 'active', 'paused', 'completed', 'stopped')),
  -- Why it was paused, when that was not a member's doing.
  status_reason text,
  contact_list_id uuid,
  sip_provider_id uuid,
  greeting_id uuid,
  -- E.164; one of the workspace's transfer numbers.
  transfer_number text,
  caller_id text,
  -- {"start": "08:00", "end": "21:00", "days": ["mon", …]} in the contact's zone; null: any time.
  calling_hours jsonb,
  key_map jsonb not null,
  retry jsonb not null,
  max_concurrent_calls int not null check (max_concurrent_calls between 1 and 5000),
  calls_per_second numeric(8, 3) not null check (calls_per_second > 0 and calls_per_second <= 1000),
  ring_timeout_seconds int not null check (ring_timeout_seconds between 5 and 300),
  voicemail text not null check (voicemail in ('hang_up', 'leave_message')),
  record boolean not null,
  -- Kept equal to the targets' rows by their trigger.
  contacts int not null default 0,
  finished_contacts int not null default 0,
  attempts int not null default 0,
  total_calls int not null default 0,
  answered_calls int not null default 0,
  transferred_calls int not null default 0,
  failed_calls int not null default 0,
  booked_appointments int not null default 0,
  progress int not null generated always as (
    case when contacts > 0 then (100::bigint * finished_contacts / contacts)::int when status = 'completed' then 100 else 0 end
  ) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique (workspace_id, id),
  foreign key (workspace_id, contact_list_id) references contacts.lists (workspace_id, id) on delete set null (contact_list_id),
  foreign key (workspace_id, sip_provider_id) references telephony.sip_providers (workspace_id, id) on delete set null (sip_provider_id),
  foreign key (workspace_id, greeting_id) references files.greetings (workspace_id, id) on delete set null (greeting_id)
) with (fillfactor = 70);
create index campaigns_newest on campaigns.campaigns (workspace_id, id desc);
create index campaigns_of_user on campaigns.campaigns (workspace_id, user_id, id desc);
create index campaigns_list on campaigns.campaigns (workspace_id, contact_list_id);
create index campaigns_provider on campaigns.campaigns (workspace_id, sip_provider_id);
create index campaigns_greeting on campaigns.campaigns (workspace_id, greeting_id);
create index campaigns_running on campaigns.campaigns (status) where status in ('active', 'paused');
select app.tenant_table('campaigns.campaigns');

-- Counters move all the time; `updated_at` is for what people change.
create trigger touch before update of title, description, segment, channels, status, contact_list_id, sip_provider_id, greeting_id,
  transfer_number, caller_id, calling_hours, key_map, retry, max_concurrent_calls, calls_per_second, ring_timeout_seconds,
  voicemail, record on campaigns.campaigns for each row execute function app.touch();

-- UUIDv7 (RFC 9562, method 3: the microseconds come first among the random bits), for rows made by the database. The
-- rows of one statement count themselves by `ordinal`, each a microsecond later than the one before, so that they sort as
-- they were made even where the clock only knows milliseconds.
create function campaigns.new_id(ordinal bigint default 0) returns uuid language sql volatile as $$
  select encode(
    substr(int8send((us / 1000)::bigint), 3) || int2send((28672 + (us % 1000) * 4096 / 1000)::int2)
      || set_bit(set_bit(substr(uuid_send(gen_random_uuid()), 9), 7, 1), 6, 0), 'hex')::uuid
  from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint + ordinal as us) clock
$$;

-- One contact in one campaign. `node_id`: the node at work on it; no one else may touch it meanwhile.
create table campaigns.targets (
  id uuid primary key default campaigns.new_id(),
  workspace_id uuid not null default app.workspace_id(),
  campaign_id uuid not null,
  contact_id uuid,
  phone_number text not null,
  -- Where the contact may be; several when the number does not say.
  zones text[] not null,
  status text not null default 'queued' check (status in (
    'queued', 'dialling', 'ringing', 'answered', 'transferred', 'completed', 'busy', 'no_answer', 'failed', 'cancelled',
    'do_not_call', 'unknown')),
  attempts int not null default 0,
  next_attempt_at timestamptz not null,
  -- When it was due, if it waits for calling hours since.
  deferred_from timestamptz,
  node_id uuid,
  last_attempt_id uuid,
  answered_at timestamptz,
  transferred_at timestamptz,
  finished_at timestamptz,
  cause text,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  unique (workspace_id, campaign_id, contact_id),
  foreign key (workspace_id, campaign_id) references campaigns.campaigns (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete set null (contact_id)
);
create index targets_newest on campaigns.targets (workspace_id, campaign_id, id desc);
create index targets_due on campaigns.targets (workspace_id, campaign_id, next_attempt_at, id) where finished_at is null and node_id is null;
create index targets_contact on campaigns.targets (workspace_id, contact_id);
create index targets_at_work on campaigns.targets (node_id, workspace_id, campaign_id) where node_id is not null;
select app.tenant_table('campaigns.targets');

-- One dial. The row is committed before the INVITE leaves; its id follows from target and number, so that the same dial
-- can never be made twice.
create table campaigns.attempts (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  campaign_id uuid not null,
  target_id uuid not null,
  number int not null,
  channel text not null default 'phone',
  -- Fencing token: only this node may write the result.
  node_id uuid not null,
  sip_provider_id uuid,
  phone_number text not null,
  caller_id text,
  status text not null default 'dialling',
  invite_at timestamptz not null,
  ringing_at timestamptz,
  answered_at timestamptz,
  key text,
  transfer_number text,
  transferred_at timestamptz,
  ended_at timestamptz,
  duration_seconds int,
  cause text,
  sip_status int,
  recording_file_id uuid,
  unique (workspace_id, id),
  foreign key (workspace_id, campaign_id) references campaigns.campaigns (workspace_id, id) on delete cascade,
  foreign key (workspace_id, target_id) references campaigns.targets (workspace_id, id) on delete cascade,
  foreign key (workspace_id, sip_provider_id) references telephony.sip_providers (workspace_id, id) on delete set null (sip_provider_id),
  foreign key (workspace_id, recording_file_id) references files.files (workspace_id, id) on delete set null (recording_file_id)
);
create index attempts_recording on campaigns.attempts (workspace_id, recording_file_id);
create unique index attempts_of_target on campaigns.attempts (workspace_id, target_id, number);
create index attempts_of_campaign on campaigns.attempts (workspace_id, campaign_id);
create index attempts_provider on campaigns.attempts (workspace_id, sip_provider_id);
select app.tenant_table('campaigns.attempts');

-- UUIDv8 (RFC 9562: the bits are the maker's own).
create function campaigns.attempt_id(target uuid, number int) returns uuid language sql immutable as $$
  select overlay(overlay(md5(target::text || '/' || number) placing '8' from 13 for 1) placing 'a' from 17 for 1)::uuid
$$;

-- The counters of a campaign follow its targets in the same statement, whichever statement that is.
create function campaigns.count_targets() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update campaigns.campaigns c set contacts = c.contacts + n.contacts
      from (select campaign_id, count(*) as contacts from new_rows group by campaign_id) n
     where c.id = n.campaign_id;
    return null;
  end if;
  update campaigns.campaigns c
     set contacts = c.contacts + n.contacts,
         finished_contacts = c.finished_contacts + n.finished,
         attempts = c.attempts + n.attempts,
         total_calls = c.total_calls + n.dialled,
         answered_calls = c.answered_calls + n.answered,
         transferred_calls = c.transferred_calls + n.transferred,
         failed_calls = c.failed_calls + n.failed
    from (
      select campaign_id,
             sum(sign) as contacts,
             sum(sign * (finished_at is not null)::int) as finished,
             sum(sign * attempts) as attempts,
             sum(sign * (attempts > 0)::int) as dialled,
             sum(sign * (answered_at is not null)::int) as answered,
             sum(sign * (transferred_at is not null)::int) as transferred,
             sum(sign * (attempts > 0 and finished_at is not null and answered_at is null)::int) as failed
        from (select 1 as sign, * from new_rows union all select -1, * from old_rows) changed
       group by campaign_id
    ) n
   where c.id = n.campaign_id
     and (n.contacts, n.finished, n.attempts, n.dialled, n.answered, n.transferred, n.failed) is distinct from (0, 0, 0, 0, 0, 0, 0);
  return null;
end $$;
create trigger count_new after insert on campaigns.targets
  referencing new table as new_rows for each statement execute function campaigns.count_targets();
create trigger count_changed after update on campaigns.targets
  referencing old table as old_rows new table as new_rows for each statement execute function campaigns.count_targets();

-- From `moment` on, when is it calling hours in every zone? `moment` itself when it is now, null when that never happens
-- within a week (the zones share no such hour). Daylight saving is in `at time zone`.
create function campaigns.next_opening(hours jsonb, zones text[], moment timestamptz) returns timestamptz
language plpgsql stable as $$
declare
  days text[];
  opening time;
  closing time;
begin
  if hours is null then return moment; end if;
  days := array(select jsonb_array_elements_text(hours -> 'days'));
  opening := (hours ->> 'start')::time;
  closing := (hours ->> 'end')::time;
  if (select bool_and(to_char(moment at time zone z, 'dy') = any (days)
                      and (moment at time zone z)::time >= opening and (moment at time zone z)::time < closing)
        from unnest(zones) z) then
    return moment;
  end if;
  return (
    with open as (
      select z, (day + opening) at time zone z as opens, (day + closing) at time zone z as closes
        from unnest(zones) z,
             generate_series(-1, 8) n,
             lateral (select (moment at time zone z)::date + n) d (day)
       where to_char(day, 'dy') = any (days)
    )
    select min(candidate.opens) from open candidate
     where candidate.opens > moment
       and (select count(distinct z) from open o where o.opens <= candidate.opens and candidate.opens < o.closes)
           = (select count(distinct z) from unnest(zones) z)
  );
end $$;
