-- Who, and for whom: users with a profile, sessions, workspaces with members, invitations and API keys.

create schema identity;
grant usage on schema identity to app_user, app_system;

create table identity.users (
  id uuid primary key,
  email text not null,
  password_hash text,
  full_name text,
  username text,
  display_name text,
  phone text,
  avatar_url text,
  company_name text,
  is_admin boolean not null default false,
  is_affiliate boolean not null default false,
  email_verified boolean not null default false,
  phone_verified boolean not null default false,
  suspended_at timestamptz,
  current_workspace_id uuid,
  last_active_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email_key on identity.users (lower(email));
create unique index users_username_key on identity.users (lower(username));
create trigger touch before update on identity.users for each row execute function app.touch();

create table identity.workspaces (
  id uuid primary key,
  name text not null,
  -- ISO 3166-1 alpha-2; decides how a national telephone number is read.
  default_country text not null default 'US',
  currency text not null default 'USD',
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create trigger touch before update on identity.workspaces for each row execute function app.touch();

alter table identity.users add foreign key (current_workspace_id) references identity.workspaces (id) on delete set null;
create index users_current_workspace on identity.users (current_workspace_id);

create table identity.members (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null references identity.users (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index members_user on identity.members (user_id);

create table identity.sessions (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- The refresh token carries this generation and a MAC made with the session's own key (encrypted at rest).
  generation int not null default 0,
  refresh_key text not null,
  rotated_at timestamptz not null default now(),
  user_agent text,
  ip text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  idle_expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sessions_user on identity.sessions (user_id, created_at);

create table identity.invitations (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  email text not null,
  role text not null,
  token_hash bytea not null unique,
  invited_by uuid not null default app.user_id() references identity.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  unique (workspace_id, id)
);
create index invitations_workspace on identity.invitations (workspace_id, id);

create table identity.api_keys (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  created_by uuid not null default app.user_id() references identity.users (id) on delete cascade,
  name text not null,
  key_hash bytea not null unique,
  -- The first characters, so that people can tell keys apart.
  prefix text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  unique (workspace_id, id)
);
create index api_keys_workspace on identity.api_keys (workspace_id, id);

-- Tables of the installation: a user sees themselves and those they share a workspace with.
create function app.my_colleagues() returns setof uuid language sql stable security definer set search_path = '' as $$
  select other.user_id from identity.members mine join identity.members other using (workspace_id)
  where mine.user_id = app.user_id()
$$;
create function app.my_workspaces() returns setof uuid language sql stable security definer set search_path = '' as $$
  select workspace_id from identity.members where user_id = app.user_id()
$$;

select app.open_to_server('identity.users');
create policy self on identity.users to app_user
  using (id = (select app.user_id()) or id = any (array(select app.my_colleagues())))
  with check (id = (select app.user_id()));
grant select, update on identity.users to app_user;

select app.open_to_server('identity.workspaces');
create policy membership on identity.workspaces to app_user
  using (id = any (array(select app.my_workspaces())))
  with check (id = (select app.workspace_id()));
grant select, update on identity.workspaces to app_user;

select app.open_to_server('identity.sessions');
create policy self on identity.sessions to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select, update on identity.sessions to app_user;

select app.tenant_table('identity.members');
select app.tenant_table('identity.invitations');
select app.tenant_table('identity.api_keys');

-- The opener of a signed-in user. `p_roles`: the roles that may do it, null for any user, {platform_admin} for the
-- platform's administrator. Raises SB401 when the session is over, SB404 when the workspace is not theirs, SB403
-- when the role does not allow it.
create function app.enter_session(p_session uuid, p_workspace uuid, p_roles text[], p_read_only boolean)
returns table (user_id uuid, workspace_id uuid, role text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  found_user uuid; found_workspace uuid; found_role text; suspended timestamptz; admin boolean;
begin
  select u.id, m.workspace_id, m.role, u.suspended_at, u.is_admin
    into found_user, found_workspace, found_role, suspended, admin
    from identity.sessions s
    join identity.users u on u.id = s.user_id
    left join identity.members m on m.user_id = u.id and m.workspace_id = coalesce(p_workspace, u.current_workspace_id)
   where s.id = p_session and s.revoked_at is null and s.expires_at > now() and s.idle_expires_at > now();
  if found_user is null or suspended is not null then
    raise exception using errcode = 'SB401', message = 'Your session is over. Sign in again.';
  end if;
  if p_workspace is not null and found_workspace is null then
    raise exception using errcode = 'SB404', message = 'workspace';
  end if;
  if p_roles is not null and not coalesce(found_role = any (p_roles), false)
     and not (admin and 'platform_admin' = any (p_roles)) then
    raise exception using errcode = 'SB403', message = 'Your role does not allow this.';
  end if;
  perform app.set_actor(found_user, found_workspace, found_role, p_read_only);
  return query select found_user, found_workspace, found_role;
end $$;

-- The opener of an API key: it belongs to one workspace and acts for whoever made it, as far as its scopes go.
create function app.enter_api_key(p_hash bytea, p_scope text, p_read_only boolean)
returns table (user_id uuid, workspace_id uuid, role text)
language plpgsql volatile security definer set search_path = '' as $$
declare found record;
begin
  select k.created_by, k.workspace_id, k.scopes, m.role into found
    from identity.api_keys k
    join identity.users u on u.id = k.created_by and u.suspended_at is null
    join identity.members m on m.user_id = k.created_by and m.workspace_id = k.workspace_id
   where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if not found then
    raise exception using errcode = 'SB401', message = 'This API key is not valid.';
  end if;
  if p_scope is null or not (p_scope = any (found.scopes)) then
    raise exception using errcode = 'SB403', message = 'This API key lacks the scope ' || coalesce(p_scope, 'for this') || '.';
  end if;
  perform app.set_actor(found.created_by, found.workspace_id, found.role, p_read_only);
  return query select found.created_by, found.workspace_id, found.role;
end $$;

-- Definer functions must pass the forced policies of a non-superuser owner, so they belong to the server's role.
grant create on schema app to app_system;
alter function app.my_colleagues() owner to app_system;
alter function app.my_workspaces() owner to app_system;
alter function app.enter_session(uuid, uuid, text[], boolean) owner to app_system;
alter function app.enter_api_key(bytea, text, boolean) owner to app_system;
revoke create on schema app from app_system;
