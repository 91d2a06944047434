-- What a workspace has taken and paid for.

create schema billing;
grant usage on schema billing to app_user, app_system;

-- One of each workspace; `user_id` is who took it.
create table billing.subscriptions (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null references identity.users (id),
  plan_id text not null,
  -- As it was called when it was taken: the operator may change the plans.
  plan_name text not null,
  status text not null check (status in ('incomplete', 'active', 'canceled')),
  current_period_end timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint subscriptions_workspace_key unique (workspace_id)
);
create index subscriptions_user on billing.subscriptions (user_id);
create trigger touch before update on billing.subscriptions for each row execute function app.touch();
select app.tenant_table('billing.subscriptions');

create table billing.payments (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null references identity.users (id),
  plan_id text not null,
  -- In major units of the currency.
  amount numeric(14, 2) not null check (amount >= 0),
  -- ISO 4217.
  currency text not null,
  payment_method text not null,
  payment_details jsonb not null default '{}',
  status text not null default 'completed' check (status in ('completed', 'refunded')),
  created_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index payments_newest on billing.payments (workspace_id, id desc);
create index payments_user on billing.payments (user_id);
select app.tenant_table('billing.payments');
