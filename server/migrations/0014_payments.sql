-- Payments of orders: what was asked, what came, what went back, and a ledger that always adds up.

create table shop.payments (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  order_id uuid not null,
  provider text not null check (provider in ('manual', 'stripe', 'paypal')),
  -- The provider's id of it; null until the provider knows of it.
  provider_ref text,
  -- The provider's id of the money it took, where that is another: PayPal's capture of an order.
  capture_ref text,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  -- What refunds under way and done may take, and what they have taken.
  refund_reserved_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'succeeded', 'failed', 'refunded', 'partially_refunded')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint payments_refunds check (0 <= refunded_minor and refunded_minor <= refund_reserved_minor and refund_reserved_minor <= amount_minor),
  foreign key (workspace_id, order_id) references shop.orders (workspace_id, id) on delete cascade
);
create index payments_of_order on shop.payments (workspace_id, order_id, id desc);
create unique index payments_provider_ref on shop.payments (workspace_id, provider, provider_ref);
create trigger touch before update on shop.payments for each row execute function app.touch();
select app.tenant_table('shop.payments');

create table shop.refunds (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  payment_id uuid not null,
  provider_ref text,
  amount_minor bigint not null check (amount_minor > 0),
  -- unknown: the provider was asked and did not answer; asking again under the same key does no harm.
  status text not null default 'pending' check (status in ('pending', 'unknown', 'succeeded', 'failed')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, payment_id) references shop.payments (workspace_id, id) on delete cascade
);
create index refunds_of_payment on shop.refunds (workspace_id, payment_id, id);
create unique index refunds_provider_ref on shop.refunds (workspace_id, provider_ref);
create trigger touch before update on shop.refunds for each row execute function app.touch();
select app.tenant_table('shop.refunds');

-- Double entry: the entries of a posting add up to zero.
create table shop.ledger_entries (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  posting_id uuid not null,
  payment_id uuid not null,
  refund_id uuid,
  -- 'sales', 'refunds', or 'provider:<name>': what the shop has there.
  account text not null,
  -- Positive is a debit.
  amount_minor bigint not null check (amount_minor <> 0),
  currency text not null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, payment_id) references shop.payments (workspace_id, id) on delete cascade,
  foreign key (workspace_id, refund_id) references shop.refunds (workspace_id, id) on delete cascade
);
create index ledger_of_payment on shop.ledger_entries (workspace_id, payment_id);
create index ledger_of_refund on shop.ledger_entries (workspace_id, refund_id);
select app.tenant_table('shop.ledger_entries');
revoke update, delete on shop.ledger_entries from app_user, app_system;

create function shop.check_postings() returns trigger language plpgsql as $$
begin
  if exists (select from added group by posting_id, currency having sum(amount_minor) <> 0) then
    raise exception 'The entries of a posting must add up to zero.';
  end if;
  return null;
end $$;
create trigger balanced after insert on shop.ledger_entries referencing new table as added
  for each statement execute function shop.check_postings();

-- Everything that happened to a payment, whoever said so.
create table shop.payment_events (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  payment_id uuid not null,
  -- created, confirmed, refund_succeeded, payment_intent.succeeded, …
  kind text not null,
  before text not null,
  after text not null,
  details jsonb not null default '{}',
  -- Null: the provider, or the server itself.
  user_id uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, payment_id) references shop.payments (workspace_id, id) on delete cascade
);
create index payment_events_of_payment on shop.payment_events (workspace_id, payment_id, id);
select app.tenant_table('shop.payment_events');
revoke update, delete on shop.payment_events from app_user, app_system;

-- What providers posted, each once. A workspace with an account of its own can spoil nobody else's.
create table shop.payment_webhooks (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  provider text not null,
  event_id text not null,
  type text not null,
  received_at timestamptz not null default now(),
  primary key (workspace_id, provider, event_id)
);
select app.tenant_table('shop.payment_webhooks');
