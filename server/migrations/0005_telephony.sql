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
