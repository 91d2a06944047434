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
  -- What follows this plan: when its open invoice is paid, or when the period is over if it has none.
  next_plan_id text,
  next_plan_name text,
  -- When it was given up; a paid period is still kept to its end.
  cancelled_at timestamptz,
  -- PayPal's own, when the last payment came from one.
  paypal_subscription_id text,
  paypal_plan_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint subscriptions_workspace_key unique (workspace_id),
  check ((next_plan_id is null) = (next_plan_name is null)),
  check (next_plan_id is null or (status = 'active' and cancelled_at is null)),
  check (status <> 'canceled' or cancelled_at is not null)
);
create index subscriptions_user on billing.subscriptions (user_id);
create index subscriptions_ending on billing.subscriptions (current_period_end)
  where status = 'active' and (cancelled_at is not null or next_plan_id is not null);
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

-- The last number that an invoice of this installation has got: one row, locked until the invoice is there, so that
-- numbers follow each other without a gap.
create table billing.invoice_numbers (
  only_row boolean primary key default true check (only_row),
  last int not null
);
insert into billing.invoice_numbers (last) values (0);
select app.open_to_server('billing.invoice_numbers');

-- Invoices are the operator's, so their numbers go across workspaces.
create function billing.next_invoice_number() returns int language sql volatile security definer set search_path = '' as $$
  update billing.invoice_numbers set last = last + 1 returning last
$$;
grant create on schema billing to app_system;
alter function billing.next_invoice_number() owner to app_system;
revoke create on schema billing from app_system;

create table billing.invoices (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  number int not null unique,
  subscription_id uuid not null,
  user_id uuid not null references identity.users (id),
  plan_id text not null,
  -- PayPal's own invoice, when it was paid by one.
  paypal_invoice_id text,
  -- In major units of the currency.
  amount numeric(14, 2) not null check (amount > 0),
  -- ISO 4217.
  currency text not null,
  -- [{ description, quantity, unit_amount, amount }], as it was when it was issued.
  lines jsonb not null,
  status text not null default 'open' check (status in ('open', 'paid', 'void')),
  -- What it pays for: expected while it is open, as it came to be when it is paid.
  period_start timestamptz not null,
  period_end timestamptz not null,
  due_date timestamptz not null,
  payment_id uuid,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  check ((status = 'paid') = (payment_id is not null and paid_at is not null)),
  foreign key (workspace_id, subscription_id) references billing.subscriptions (workspace_id, id) on delete cascade,
  foreign key (workspace_id, payment_id) references billing.payments (workspace_id, id)
);
create index invoices_newest on billing.invoices (workspace_id, id desc);
create unique index invoices_open on billing.invoices (workspace_id, subscription_id) where status = 'open';
create index invoices_subscription on billing.invoices (workspace_id, subscription_id);
create unique index invoices_payment on billing.invoices (workspace_id, payment_id);
create index invoices_user on billing.invoices (user_id);
create trigger touch before update on billing.invoices for each row execute function app.touch();
select app.tenant_table('billing.invoices');
