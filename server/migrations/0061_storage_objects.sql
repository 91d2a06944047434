-- Files at paths that clients choose, in buckets: what the storage API of supabase-js reads and writes.
create table files.objects (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  bucket text not null,
  path text not null check (length(path) between 1 and 500),
  file_id uuid not null,
  -- Readable by anyone who knows the path, whatever their workspace.
  is_public boolean not null,
  user_id uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, bucket, path),
  foreign key (workspace_id, file_id) references files.files (workspace_id, id) on delete cascade
);
create index objects_of_file on files.objects (workspace_id, file_id);
-- The address of a public object names no workspace.
create unique index objects_public on files.objects (bucket, path) where is_public;
create trigger touch before update on files.objects for each row execute function app.touch();
select app.tenant_table('files.objects');
