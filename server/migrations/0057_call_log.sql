-- One log of all telephone calls. Each module keeps its own calls; these indexes read each of them by time, and the sums
-- count them by quarter of an hour (the days of every time zone consist of entire quarters).

create index attempts_newest on campaigns.attempts (workspace_id, invite_at desc, id desc);
create index attempts_by_status on campaigns.attempts (workspace_id, status, invite_at desc, id desc);
create index attempts_of_campaign_newest on campaigns.attempts (workspace_id, campaign_id, invite_at desc, id desc);
drop index campaigns.attempts_of_campaign;

create index calls_of_number on receptionist.calls (workspace_id, caller_phone, started_at desc, id desc);
create index calls_of_contact_newest on receptionist.calls (workspace_id, contact_id, started_at desc, id desc);
drop index receptionist.calls_of_contact;

-- The result of a telephone conversation in the words of a call.
create function inbox.call_status(outcome text, duration_seconds int) returns text language sql immutable as $$
  select case when outcome in ('no_answer', 'busy', 'failed') then outcome
              when outcome is null and duration_seconds is null then 'unknown' else 'completed' end
$$;
create index conversations_calls on inbox.conversations (workspace_id, occurred_at desc, id desc) where channel = 'phone';
create index conversations_calls_by_status on inbox.conversations (
  workspace_id, inbox.call_status(outcome, duration_seconds), occurred_at desc, id desc) where channel = 'phone';
create index conversations_calls_of_campaign on inbox.conversations (workspace_id, campaign_id, occurred_at desc, id desc)
  where channel = 'phone' and campaign_id is not null;
create index conversations_calls_outbound on inbox.conversations (workspace_id, occurred_at desc, id desc)
  where channel = 'phone' and campaign_id is not null;
create index conversations_calls_of_contact on inbox.conversations (workspace_id, contact_id, occurred_at desc, id desc)
  where channel = 'phone';

-- Calls that were made, by the quarter of their INVITE. A deleted campaign's calls stay counted.
create table campaigns.call_sums (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  quarter timestamptz not null,
  calls bigint not null default 0,
  answered bigint not null default 0,
  seconds bigint not null default 0,
  cost_micros bigint not null default 0,
  primary key (workspace_id, quarter)
);
select app.tenant_table('campaigns.call_sums');

create table inbox.call_sums (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  quarter timestamptz not null,
  calls bigint not null default 0,
  answered bigint not null default 0,
  seconds bigint not null default 0,
  primary key (workspace_id, quarter)
);
select app.tenant_table('inbox.call_sums');

create function app.quarter_of(moment timestamptz) returns timestamptz language sql immutable as $$
  select date_bin('15 minutes', moment, timestamptz '2000-01-01 00:00:00+00')
$$;

-- The rows of every workspace, which an owner who is no superuser would not see.
set local role app_system;
insert into campaigns.call_sums (workspace_id, quarter, calls, answered, seconds, cost_micros)
select workspace_id, app.quarter_of(invite_at), count(*), count(answered_at), coalesce(sum(duration_seconds), 0), coalesce(sum(cost_micros), 0)
  from campaigns.attempts where ended_at is not null group by 1, 2;
insert into inbox.call_sums (workspace_id, quarter, calls, answered, seconds)
select workspace_id, app.quarter_of(occurred_at), count(*),
       count(*) filter (where inbox.call_status(outcome, duration_seconds) = 'completed'), coalesce(sum(duration_seconds), 0)
  from inbox.conversations where channel = 'phone' group by 1, 2;
reset role;

create function inbox.add_call(c inbox.conversations) returns void language sql as $$
  insert into inbox.call_sums as s (workspace_id, quarter, calls, answered, seconds)
  values (c.workspace_id, app.quarter_of(c.occurred_at), 1,
          (inbox.call_status(c.outcome, c.duration_seconds) = 'completed')::int, coalesce(c.duration_seconds, 0))
  on conflict (workspace_id, quarter) do update
     set calls = s.calls + 1, answered = s.answered + excluded.answered, seconds = s.seconds + excluded.seconds
$$;
-- Only an update, because the workspace itself may be gone.
create function inbox.subtract_call(c inbox.conversations) returns void language sql as $$
  update inbox.call_sums s
     set calls = s.calls - 1, answered = s.answered - (inbox.call_status(c.outcome, c.duration_seconds) = 'completed')::int,
         seconds = s.seconds - coalesce(c.duration_seconds, 0)
   where s.workspace_id = c.workspace_id and s.quarter = app.quarter_of(c.occurred_at)
$$;
create function inbox.sum_call() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform inbox.subtract_call(old); end if;
  if tg_op <> 'DELETE' then perform inbox.add_call(new); end if;
  return null;
end $$;
create trigger sum_new_call after insert on inbox.conversations for each row
  when (new.channel = 'phone') execute function inbox.sum_call();
create trigger sum_changed_call after update on inbox.conversations for each row
  when (new.channel = 'phone' and (old.occurred_at, old.outcome, old.duration_seconds)
          is distinct from (new.occurred_at, new.outcome, new.duration_seconds)) execute function inbox.sum_call();
create trigger sum_removed_call after delete on inbox.conversations for each row
  when (old.channel = 'phone') execute function inbox.sum_call();
