-- What a catalogue says about goods and services beyond name, price and stock.
alter table shop.products
  add column item_type text not null default 'product' check (item_type in ('product', 'service')),
  -- One line for where the description is too long: a card in a chat.
  add column subtitle text,
  -- What the shop paid for a unit, for its own reports; the public never sees it.
  add column original_price_minor bigint check (original_price_minor between 0 and 10000000000),
  -- In place of the price from the first of these days to the last, both included, in the workspace's time zone.
  add column promo_price_minor bigint check (promo_price_minor between 0 and 10000000000),
  add column promo_starts_on date,
  add column promo_ends_on date,
  add column warranty text,
  add column duration_minutes int check (duration_minutes > 0),
  add column location text,
  -- [{ id, type, title, payload, url }]
  add column buttons jsonb not null default '[]' check (jsonb_typeof(buttons) = 'array'),
  -- What a customer fills in to order it.
  add column form_id uuid,
  add constraint products_form foreign key (workspace_id, form_id) references shop.forms (workspace_id, id) on delete set null (form_id);
create index products_form on shop.products (workspace_id, form_id);

-- Why a product's stock is what it is: every change, oldest first by id.
create table shop.stock_changes (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  product_id uuid not null,
  change int not null check (change <> 0),
  stock_after int not null check (stock_after >= 0),
  reason text not null,
  -- Null: a customer, or the server.
  user_id uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, product_id) references shop.products (workspace_id, id) on delete cascade
);
create index stock_changes_of_product on shop.stock_changes (workspace_id, product_id, id desc);
select app.tenant_table('shop.stock_changes');

-- What a shop's front-end keeps about the shop: texts, lists and switches that only it reads. One document for each shop.
create table shop.configurations (
  workspace_id uuid primary key default app.workspace_id() references shop.shops (workspace_id) on delete cascade,
  document jsonb not null check (jsonb_typeof(document) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create trigger touch before update on shop.configurations for each row execute function app.touch();
select app.tenant_table('shop.configurations');

-- A payment that was given up. The order stays payable, so the order's payment status has no such value.
alter table shop.payments drop constraint payments_status_check;
alter table shop.payments add constraint payments_status_check
  check (status in ('pending', 'processing', 'succeeded', 'failed', 'cancelled', 'refunded', 'partially_refunded'));
