-- Uploaded files and what is made of them.

create schema files;
grant usage on schema files to app_user, app_system;

create table files.files (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- Null: a customer's, that came by a channel.
  user_id uuid default app.user_id() references identity.users (id),
  filename text not null,
  mime_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  storage_key text not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index files_newest on files.files (workspace_id, id desc);
select app.tenant_table('files.files');

create table files.greetings (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  file_id uuid not null,
  filename text not null,
  -- Rounded, as the API shows it.
  duration_seconds int not null,
  -- The engine's version: 8 kHz mono 16-bit WAV.
  telephone_storage_key text not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, file_id) references files.files (workspace_id, id) on delete cascade
);
create index greetings_of_user on files.greetings (workspace_id, user_id, id desc);
create index greetings_newest on files.greetings (workspace_id, id desc);
create index greetings_file on files.greetings (workspace_id, file_id);
select app.tenant_table('files.greetings');
