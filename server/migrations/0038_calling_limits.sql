-- How much, and to where, a workspace may call. No row: the defaults of the columns.
create table telephony.calling_limits (
  workspace_id uuid primary key default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- ISO 3166-1 alpha-2; null: every country.
  allowed_countries text[],
  -- Digits after the +.
  blocked_prefixes text[] not null default '{}',
  -- Premium-rate, shared-cost, personal and satellite numbers.
  allow_premium boolean not null default false,
  -- Null: no limit but the installation's.
  max_minutes_per_day int check (max_minutes_per_day >= 0),
  max_minutes_per_month int check (max_minutes_per_month >= 0),
  max_concurrent_calls int check (max_concurrent_calls >= 1),
  -- Between calls to one person by different campaigns.
  min_minutes_between_calls int not null default 15 check (min_minutes_between_calls between 0 and 10080),
  updated_at timestamptz not null default now()
);
create trigger touch before update on telephony.calling_limits for each row execute function app.touch();
select app.tenant_table('telephony.calling_limits');

-- Calls that have ended and the time they took, second legs of transfers included, by day (UTC).
create table telephony.call_usage (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  day date not null,
  calls int not null default 0,
  seconds bigint not null default 0,
  primary key (workspace_id, day)
) with (fillfactor = 70);
select app.tenant_table('telephony.call_usage');
