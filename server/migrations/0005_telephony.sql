-- Ways to the telephone network, numbers to transfer to, and every telephone call.

create schema telephony;
grant usage on schema telephony to app_user, app_system;

create table telephony.sip_providers (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  name text not null,
  host text not null,
  port int not null check (port between 1 and 65535),
  username text not null,
  -- Sealed; never leaves the server.
  password_sealed text not null,
  active boolean not null default false,
  transport text not null default 'udp' check (transport in ('udp', 'tcp', 'tls')),
  register boolean not null default true,
  caller_ids text[] not null default '{}',
  max_concurrent_calls int not null default 10 check (max_concurrent_calls between 1 and 5000),
  calls_per_second numeric(8, 3) not null default 1 check (calls_per_second > 0 and calls_per_second <= 1000),
  transfer_mode text not null default 'bridge' check (transfer_mode in ('bridge', 'refer')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index sip_providers_newest on telephony.sip_providers (workspace_id, id desc);
create index sip_providers_of_user on telephony.sip_providers (workspace_id, user_id, id desc);
create trigger touch before update on telephony.sip_providers for each row execute function app.touch();
select app.tenant_table('telephony.sip_providers');

create table telephony.transfer_numbers (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  name text not null,
  phone_number text not null check (phone_number ~ '^\+[1-9]\d{6,14}$'),
  description text,
  call_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index transfer_numbers_newest on telephony.transfer_numbers (workspace_id, id desc);
create index transfer_numbers_of_user on telephony.transfer_numbers (workspace_id, user_id, id desc);
create index transfer_numbers_number on telephony.transfer_numbers (workspace_id, phone_number);
create trigger touch before update on telephony.transfer_numbers for each row execute function app.touch();
select app.tenant_table('telephony.transfer_numbers');

-- A server process with a telephone engine. Its id is its fencing token: each start takes a new one, and a node whose
-- lease has lapsed is removed by the others, after which nothing it writes is accepted.
create table telephony.nodes (
  id uuid primary key,
  -- Host and process, for people.
  name text not null,
  -- Processes of one place can tell whether the others live; null: nobody can.
  place text,
  pid int not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null
);
select app.open_to_server('telephony.nodes');
create policy visible on telephony.nodes for select to app_user using (true);
grant select on telephony.nodes to app_user;

-- An active provider in the hands of the one node that registers there and calls through it.
create table telephony.trunks (
  workspace_id uuid not null default app.workspace_id(),
  sip_provider_id uuid not null,
  node_id uuid not null references telephony.nodes (id) on delete cascade,
  -- As the voice gateway tells it: {"state": "registered", …}.
  state jsonb not null default '{"state": "unregistered"}',
  state_changed_at timestamptz not null default now(),
  primary key (workspace_id, sip_provider_id),
  foreign key (workspace_id, sip_provider_id) references telephony.sip_providers (workspace_id, id) on delete cascade
);
create index trunks_node on telephony.trunks (node_id);
select app.tenant_table('telephony.trunks');

-- In which time zones a telephone number may be, by the longest prefix that matches (filled in the next file).
create table telephony.number_zones (
  prefix text primary key,
  zones text[] not null
);
select app.open_to_server('telephony.number_zones');
create policy visible on telephony.number_zones for select to app_user using (true);
grant select on telephony.number_zones to app_user;

-- Null when the number belongs to no country (+800, +883).
create function telephony.zones_of(number text) returns text[] language sql stable as $$
  select zones from telephony.number_zones
   where prefix = any (array(select substr(number, 2, length) from generate_series(1, 5) length))
   order by length(prefix) desc limit 1
$$;
