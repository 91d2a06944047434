-- Shops: a workspace with a shop profile, its catalogue, the orders people place and the forms they fill in.

create schema shop;
grant usage on schema shop to app_user, app_system;

create table shop.shops (
  workspace_id uuid primary key default app.workspace_id() references identity.workspaces (id) on delete cascade,
  description text,
  -- The next order's number is one more.
  last_order_number int not null default 1000,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create trigger touch before update of description on shop.shops for each row execute function app.touch();
select app.tenant_table('shop.shops');
-- The list of one's shops goes across workspaces, so statements about this one's name it.
create policy mine on shop.shops for select to app_user using (workspace_id = any (array(select app.my_workspaces())));

-- A stranger in a shop belongs to no workspace, yet works in this one: its currency, its country, whether it is closed.
create policy at_hand on identity.workspaces for select to app_user using (id = (select app.workspace_id()));

create table shop.products (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  name text not null,
  description text,
  category text,
  price_minor bigint not null check (price_minor between 0 and 10000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  stock int not null default 0 check (stock >= 0),
  -- A picture elsewhere; an uploaded one comes first.
  image_url text,
  image_file_id uuid,
  -- Ordered once, so it stays for the orders' sake, out of the catalogue.
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint products_shop foreign key (workspace_id) references shop.shops (workspace_id) on delete cascade,
  foreign key (workspace_id, image_file_id) references files.files (workspace_id, id) on delete set null (image_file_id)
);
create index products_newest on shop.products (workspace_id, id desc) where archived_at is null;
create index products_category on shop.products (workspace_id, category, id desc) where archived_at is null;
create index products_image on shop.products (workspace_id, image_file_id);
create trigger touch before update on shop.products for each row execute function app.touch();
select app.tenant_table('shop.products');

create table shop.forms (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  name text not null,
  description text,
  -- [{ name, label, type, required, options }]
  fields jsonb not null,
  is_active boolean not null default true,
  submission_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint forms_shop foreign key (workspace_id) references shop.shops (workspace_id) on delete cascade
);
create index forms_newest on shop.forms (workspace_id, id desc);
create trigger touch before update of name, description, fields, is_active on shop.forms
  for each row execute function app.touch();
select app.tenant_table('shop.forms');

create table shop.form_submissions (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  form_id uuid not null,
  contact_id uuid,
  "values" jsonb not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, form_id) references shop.forms (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete set null (contact_id)
);
create index form_submissions_newest on shop.form_submissions (workspace_id, form_id, id desc);
create index form_submissions_contact on shop.form_submissions (workspace_id, contact_id);
select app.tenant_table('shop.form_submissions');

create table shop.orders (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  -- What people call it: 1001, 1002, … in each shop.
  number int not null,
  contact_id uuid,
  customer_name text not null,
  conversation_id uuid,
  form_id uuid,
  currency text not null,
  total_minor bigint not null check (total_minor >= 0),
  status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'cancelled')),
  -- Moved by payments only.
  payment_status text not null default 'pending'
    check (payment_status in ('pending', 'processing', 'succeeded', 'failed', 'refunded', 'partially_refunded')),
  payment_intent_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  unique (workspace_id, number),
  constraint orders_shop foreign key (workspace_id) references shop.shops (workspace_id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete set null (contact_id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete set null (conversation_id),
  constraint orders_form foreign key (workspace_id, form_id) references shop.forms (workspace_id, id) on delete set null (form_id)
);
create index orders_newest on shop.orders (workspace_id, id desc);
create index orders_status on shop.orders (workspace_id, status, id desc);
create index orders_payment_status on shop.orders (workspace_id, payment_status, id desc);
create index orders_contact on shop.orders (workspace_id, contact_id, id desc);
create index orders_conversation on shop.orders (workspace_id, conversation_id, id desc);
create index orders_form on shop.orders (workspace_id, form_id);
create trigger touch before update on shop.orders for each row execute function app.touch();
select app.tenant_table('shop.orders');

create table shop.order_items (
  workspace_id uuid not null default app.workspace_id(),
  order_id uuid not null,
  position int not null,
  product_id uuid not null,
  -- As it stood in the catalogue when it was ordered.
  product_name text not null,
  price_minor bigint not null,
  quantity int not null check (quantity > 0),
  primary key (workspace_id, order_id, position),
  foreign key (workspace_id, order_id) references shop.orders (workspace_id, id) on delete cascade,
  foreign key (workspace_id, product_id) references shop.products (workspace_id, id)
);
create index order_items_product on shop.order_items (workspace_id, product_id);
select app.tenant_table('shop.order_items');

create table shop.order_changes (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  order_id uuid not null,
  -- What moved: the order, or its payment.
  kind text not null check (kind in ('status', 'payment')),
  before text not null,
  after text not null,
  -- Null: a payment provider, or the server itself.
  user_id uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, order_id) references shop.orders (workspace_id, id) on delete cascade
);
create index order_changes_of_order on shop.order_changes (workspace_id, order_id, id);
select app.tenant_table('shop.order_changes');
