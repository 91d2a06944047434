-- The ground: roles, who acts, row-level security for tenant tables, the outbox, idempotency.

-- Roles belong to the whole cluster, so several databases may create them at once.
do $$ begin create role app_user nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role app_system nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin execute format('grant app_user, app_system to %I', current_user); exception when unique_violation then null; end $$;

create schema app;
grant usage on schema app to app_user, app_system;

-- Who acts. A local setting reads '' once it was set on a connection, so '' means null.
create function app.user_id() returns uuid language sql stable
  as $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;
create function app.workspace_id() returns uuid language sql stable
  as $$ select nullif(current_setting('app.workspace_id', true), '')::uuid $$;
create function app.member_role() returns text language sql stable
  as $$ select nullif(current_setting('app.member_role', true), '') $$;

-- Ends the statement it stands in, within an expression: `case when … then app.refuse('SB404', 'workspace') else … end`.
create function app.refuse(state text, message text) returns text language plpgsql as $$
begin raise exception using errcode = state, message = message; end $$;

-- From here on the transaction acts for this user in this workspace.
create function app.set_actor(p_user uuid, p_workspace uuid, p_role text, p_read_only boolean) returns void
language plpgsql volatile as $$
begin
  perform set_config('app.user_id', coalesce(p_user::text, ''), true);
  perform set_config('app.workspace_id', coalesce(p_workspace::text, ''), true);
  perform set_config('app.member_role', coalesce(p_role, ''), true);
  if p_read_only then perform set_config('transaction_read_only', 'on', true); end if;
end $$;

-- Row-level security of a tenant table: a member sees their workspace, the server's sweepers see all.
create function app.tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s to app_user using (workspace_id = (select app.workspace_id())) '
    'with check (workspace_id = (select app.workspace_id()))', target);
  perform app.open_to_server(target);
  execute format('grant select, insert, update, delete on %s to app_user', target);
  -- A plan does not know whose rows are asked for. Among thousands of small workspaces it would take a big one for small,
  -- and sort all it has for one page; so each is taken for a hundredth of the table, or the biggest's share if that is less.
  execute format('alter table %s alter column workspace_id set (n_distinct = 100)', target);
end $$;

-- For tables that are not a workspace's: the migration writes their policy for app_user itself.
create function app.open_to_server(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy server on %s to app_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to app_system', target);
end $$;

create function app.touch() returns trigger language plpgsql as $$
begin new.updated_at := now(); return new; end $$;

create schema platform;
grant usage on schema platform to app_user, app_system;

-- The outbox: every fact, written in the transaction that made it true, as its last act. `transaction_id` is its own, or
-- the newest that had ended by then. Readers go in this order and read only what is older than every transaction still
-- running: nothing slips in behind them, and who waited for a row comes after those who had it, whoever began first.
create table platform.events (
  sequence bigint generated always as identity primary key,
  id uuid not null,
  transaction_id xid8 not null default
    greatest(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8),
  workspace_id uuid default app.workspace_id(),
  type text not null,
  data jsonb not null,
  -- Who hears of it live: '<workspace id>/<scope>', 'user:<id>', 'chat:<id>', 'campaign:<id>'. Empty: no one.
  topics text[] not null default '{}',
  created_at timestamptz not null default now()
);
create index events_order on platform.events (transaction_id, sequence);
-- The log is written in the order of time, so a summary of each stretch is index enough, and costs a writer nothing.
create index events_age on platform.events using brin (created_at);
create index events_topics on platform.events using gin (topics);
select app.open_to_server('platform.events');
create policy append on platform.events for insert to app_user with check (workspace_id is not distinct from (select app.workspace_id()));
grant insert on platform.events to app_user;

-- How far each subscriber has come; 'retention' is how far the log has been cut off.
create table platform.subscribers (
  name text primary key,
  transaction_id xid8 not null,
  sequence bigint not null,
  updated_at timestamptz not null default now()
);
select app.open_to_server('platform.subscribers');

-- Events that a subscriber failed on again and again and left behind, kept for whoever looks into it.
create table platform.failed_events (
  subscriber text not null,
  event_id uuid not null,
  workspace_id uuid,
  type text not null,
  data jsonb not null,
  error text not null,
  failed_at timestamptz not null default now(),
  primary key (subscriber, event_id)
);
create index failed_events_age on platform.failed_events (failed_at);
select app.open_to_server('platform.failed_events');

-- Moves a subscriber from one event to the next, within the transaction of what it does about it: both happen or
-- neither. False when another node is at it or was faster. A definer function, because the work itself is app_user's.
create function platform.take_turn(
  p_name text, p_from_transaction xid8, p_from_sequence bigint, p_to_transaction xid8, p_to_sequence bigint)
returns boolean language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from platform.subscribers s
   where s.name = p_name and s.transaction_id = p_from_transaction and s.sequence = p_from_sequence
     for update skip locked;
  if not found then return false; end if;
  update platform.subscribers s
     set transaction_id = p_to_transaction, sequence = p_to_sequence, updated_at = now() where s.name = p_name;
  return true;
end $$;
grant create on schema platform to app_system;
alter function platform.take_turn(text, xid8, bigint, xid8, bigint) owner to app_system;

-- A database restored from a dump counts transactions anew, so its log would lie in the future. Moves the log and its
-- readers back together, which keeps their order; does nothing otherwise. Run before anything is read.
create function platform.rebase_events() returns boolean language plpgsql volatile security definer set search_path = '' as $$
declare
  newest bigint;
  present bigint;
  surplus bigint;
begin
  select max(t) into newest from (
    (select transaction_id::text::bigint as t from platform.events order by transaction_id desc limit 1)
    union all select transaction_id::text::bigint from platform.subscribers) x;
  -- Asked after the log was read, so that nothing that other nodes write meanwhile looks like the future.
  present := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  if newest is null or newest <= present then return false; end if;
  surplus := newest - present + 1;
  update platform.events set transaction_id = greatest(transaction_id::text::bigint - surplus, 0)::text::xid8;
  update platform.subscribers set transaction_id = greatest(transaction_id::text::bigint - surplus, 0)::text::xid8;
  return true;
end $$;
alter function platform.rebase_events() owner to app_system;
revoke create on schema platform from app_system;

create table platform.idempotency_keys (
  principal text not null,
  workspace_id uuid,
  method text not null,
  path text not null,
  key text not null,
  body_hash bytea not null,
  -- Null while the first request is still at work.
  status int,
  answer text,
  answer_type text,
  locked_until timestamptz not null,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_key unique nulls not distinct (principal, workspace_id, method, path, key)
);
create index idempotency_keys_age on platform.idempotency_keys (created_at);
select app.open_to_server('platform.idempotency_keys');

-- Keeps the answer in the transaction of its effect: a crash leaves both or neither. A definer function, because the
-- effect is app_user's; it answers only what is still at work.
grant create on schema platform to app_system;
create function platform.keep_answer(
  p_principal text, p_workspace uuid, p_method text, p_path text, p_key text, p_status int, p_answer text, p_answer_type text)
returns void language sql volatile security definer set search_path = '' as $$
  update platform.idempotency_keys
     set status = p_status, answer = p_answer, answer_type = p_answer_type
   where principal = p_principal and workspace_id is not distinct from p_workspace
     and method = p_method and path = p_path and key = p_key and status is null
$$;
alter function platform.keep_answer(text, uuid, text, text, text, int, text, text) owner to app_system;
revoke execute on function platform.keep_answer(text, uuid, text, text, text, int, text, text) from public;
grant execute on function platform.keep_answer(text, uuid, text, text, text, int, text, text) to app_user;
revoke create on schema platform from app_system;
