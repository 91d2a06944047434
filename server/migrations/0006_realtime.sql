-- Live connections: tickets that open one, and what a user may hear.

create schema realtime;
grant usage on schema realtime to app_user, app_system;

-- For clients that can send neither header nor cookie: good once, for 30 seconds, on any node.
create table realtime.tickets (
  hash bytea primary key,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  session_id uuid not null references identity.sessions (id) on delete cascade,
  expires_at timestamptz not null default now() + interval '30 seconds'
);
create index tickets_age on realtime.tickets (expires_at);
create index tickets_user on realtime.tickets (user_id);
create index tickets_session on realtime.tickets (session_id);
select app.open_to_server('realtime.tickets');
create policy own on realtime.tickets for insert to app_user with check (user_id = (select app.user_id()));
grant insert on realtime.tickets to app_user;

-- All workspaces of whoever acts, with their role in each.
create function app.my_memberships() returns table (workspace_id uuid, role text)
language sql stable security definer set search_path = '' as $$
  select m.workspace_id, m.role
    from identity.members m join identity.workspaces w on w.id = m.workspace_id
   where m.user_id = app.user_id() and w.deleted_at is null
$$;
grant create on schema app to app_system;
alter function app.my_memberships() owner to app_system;
revoke create on schema app from app_system;
