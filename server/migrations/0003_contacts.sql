-- People outside the workspace, how they can be reached, lists of them, and who must not be called.

create schema contacts;
grant usage on schema contacts to app_user, app_system;

create table contacts.contacts (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- Whose it is within the workspace.
  user_id uuid not null default app.user_id() references identity.users (id),
  first_name text not null,
  last_name text not null,
  phone_number text not null,
  email text,
  notes text,
  -- IANA name; null: worked out from the number.
  time_zone text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint contacts_phone_number_e164 check (phone_number ~ '^\+[1-9]\d{6,14}$')
);
comment on column contacts.contacts.phone_number is 'E.164.';
create unique index contacts_phone_number_key on contacts.contacts (workspace_id, phone_number);
create index contacts_newest on contacts.contacts (workspace_id, id desc);
create index contacts_of_user on contacts.contacts (workspace_id, user_id, id desc);
create index contacts_email on contacts.contacts (workspace_id, lower(email));
create trigger touch before update on contacts.contacts for each row execute function app.touch();
select app.tenant_table('contacts.contacts');

create table contacts.lists (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  name text not null,
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index lists_newest on contacts.lists (workspace_id, id desc);
create index lists_of_user on contacts.lists (workspace_id, user_id, id desc);
create trigger touch before update on contacts.lists for each row execute function app.touch();
select app.tenant_table('contacts.lists');

create table contacts.list_items (
  id uuid not null,
  workspace_id uuid not null default app.workspace_id(),
  contact_list_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, contact_list_id, contact_id),
  foreign key (workspace_id, contact_list_id) references contacts.lists (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index list_items_contact on contacts.list_items (workspace_id, contact_id);
select app.tenant_table('contacts.list_items');

create table contacts.do_not_call (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  phone_number text not null,
  reason text,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint do_not_call_phone_number_e164 check (phone_number ~ '^\+[1-9]\d{6,14}$')
);
create unique index do_not_call_phone_number_key on contacts.do_not_call (workspace_id, phone_number);
select app.tenant_table('contacts.do_not_call');

create table contacts.imports (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  contact_list_id uuid,
  status text not null default 'pending',
  filename text not null,
  storage_key text not null,
  -- Which column of the file holds which field, and how the file is written (CsvForm).
  form jsonb not null,
  error text,
  total int not null default 0,
  done int not null default 0,
  created int not null default 0,
  merged int not null default 0,
  failed int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, contact_list_id) references contacts.lists (workspace_id, id) on delete set null (contact_list_id)
);
create index imports_newest on contacts.imports (workspace_id, id desc);
create index imports_list on contacts.imports (workspace_id, contact_list_id);
create trigger touch before update on contacts.imports for each row execute function app.touch();
select app.tenant_table('contacts.imports');

-- Rows that an import could not take, for its file of errors.
create table contacts.import_faults (
  workspace_id uuid not null default app.workspace_id(),
  import_id uuid not null,
  line int not null,
  message text not null,
  cells text[] not null,
  primary key (workspace_id, import_id, line),
  foreign key (workspace_id, import_id) references contacts.imports (workspace_id, id) on delete cascade
);
select app.tenant_table('contacts.import_faults');
