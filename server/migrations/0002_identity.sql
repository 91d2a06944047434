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
-- Signing in is not a change of the user.
create trigger touch before update of email, password_hash, full_name, username, display_name, phone, avatar_url,
  company_name, is_admin, is_affiliate, email_verified, phone_verified, suspended_at on identity.users
  for each row execute function app.touch();

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
  revoked_at timestamptz,
  -- It began with a mail to the user's own address: until then they may choose a password without knowing the old one.
  recovery_until timestamptz,
  -- What each request asks (in which workspace, as what, at all?), kept here by triggers so that one row answers it.
  workspace_id uuid,
  member_role text,
  is_platform_admin boolean not null default false,
  is_suspended boolean not null default false
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

-- Who did what to whose access. Nobody can change or remove a line; see the grants below.
create table identity.audit_log (
  id uuid primary key,
  workspace_id uuid default app.workspace_id(),
  user_id uuid default app.user_id(),
  action text not null,
  -- What it was done to: `user:<id>`, `api_key:<id>`.
  target text,
  details jsonb not null default '{}',
  address text,
  created_at timestamptz not null default now()
);
create index audit_log_workspace on identity.audit_log (workspace_id, id);

-- Attempts to sign in or up, counted before they are made, so that a burst cannot slip through.
create table identity.attempts (
  key text primary key,
  times timestamptz[] not null default '{}',
  forgotten_at timestamptz not null default now()
);
create index attempts_age on identity.attempts (forgotten_at);

-- Tables of the installation: a user sees themselves and those they share a workspace with.
create function app.my_colleagues() returns setof uuid language sql stable security definer set search_path = '' as $$
  select other.user_id from identity.members mine join identity.members other using (workspace_id)
  where mine.user_id = app.user_id()
$$;
create function app.my_workspaces() returns setof uuid language sql stable security definer set search_path = '' as $$
  select workspace_id from identity.members where user_id = app.user_id()
$$;
create function app.role_in(p_workspace uuid) returns text language sql stable security definer set search_path = '' as $$
  select m.role from identity.members m where m.user_id = app.user_id() and m.workspace_id = p_workspace
$$;

select app.open_to_server('identity.users');
create policy self on identity.users to app_user
  using (id = (select app.user_id()) or id = any (array(select app.my_colleagues())))
  with check (id = (select app.user_id()));
-- Nobody reads a password hash, makes themselves an administrator or lifts their own suspension.
grant select (id, email, full_name, username, display_name, phone, avatar_url, company_name, is_admin, is_affiliate,
  email_verified, phone_verified, suspended_at, current_workspace_id, last_active_at, created_at, updated_at)
  on identity.users to app_user;
grant update (full_name, username, display_name, phone, avatar_url, company_name, is_affiliate, phone_verified,
  current_workspace_id, last_active_at) on identity.users to app_user;

select app.open_to_server('identity.workspaces');
create policy membership on identity.workspaces to app_user
  using (id = any (array(select app.my_workspaces())))
  with check (id = (select app.workspace_id()));
grant select, update on identity.workspaces to app_user;

select app.open_to_server('identity.sessions');
create policy self on identity.sessions to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select, update (revoked_at) on identity.sessions to app_user;

select app.open_to_server('identity.attempts');

select app.open_to_server('identity.audit_log');
revoke update, delete on identity.audit_log from app_system;
create policy reading on identity.audit_log for select to app_user using (workspace_id = (select app.workspace_id()));
create policy appending on identity.audit_log for insert to app_user
  with check (workspace_id is not distinct from (select app.workspace_id())
          and user_id is not distinct from (select app.user_id()));
grant select, insert on identity.audit_log to app_user;

select app.tenant_table('identity.members');
select app.tenant_table('identity.invitations');
select app.tenant_table('identity.api_keys');

-- The opener of an API key: it belongs to one workspace and acts for whoever made it, as far as its scopes go.
create function app.enter_api_key(p_hash bytea, p_scope text, p_read_only boolean)
returns table (user_id uuid, workspace_id uuid, role text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  key_id uuid; maker uuid; key_workspace uuid; key_scopes text[]; maker_role text; used timestamptz;
begin
  select k.id, k.created_by, k.workspace_id, k.scopes, m.role, k.last_used_at
    into key_id, maker, key_workspace, key_scopes, maker_role, used
    from identity.api_keys k
    join identity.users u on u.id = k.created_by and u.suspended_at is null
    join identity.members m on m.user_id = k.created_by and m.workspace_id = k.workspace_id
   where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if key_id is null then
    raise exception using errcode = 'SB401', message = 'This API key is not valid.';
  end if;
  if p_scope is null or not (p_scope = any (key_scopes)) then
    raise exception using errcode = 'SB403', message = 'This API key lacks the scope ' || coalesce(p_scope, 'for this') || '.';
  end if;
  -- Coarse, and never waiting for another request of the same key.
  if used is null or used < now() - interval '5 minutes' then
    update identity.api_keys k set last_used_at = now()
     where k.id = (select j.id from identity.api_keys j where j.id = key_id for update skip locked);
  end if;
  perform app.set_actor(maker, key_workspace, maker_role, p_read_only);
  return query select maker, key_workspace, maker_role;
end $$;

-- For the server while it signs somebody in or up: from here on the transaction acts for that user.
create function app.act_as(p_user uuid) returns void language sql volatile as $$
  select app.set_actor(u.id, m.workspace_id, m.role, false)
    from identity.users u
    left join identity.members m on m.user_id = u.id and m.workspace_id = u.current_workspace_id
   where u.id = p_user
$$;

-- Makes a workspace whose owner is the user at work, and enters it.
create function app.create_workspace(p_id uuid, p_name text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into identity.workspaces (id, name) values (p_id, p_name);
  insert into identity.members (workspace_id, user_id, role) values (p_id, app.user_id(), 'owner');
  update identity.users u set current_workspace_id = p_id where u.id = app.user_id();
  perform app.set_actor(app.user_id(), p_id, 'owner', false);
end $$;

-- Makes the user at work a member, and enters the workspace. Raises SB404 when there is no such invitation (any more),
-- SB403 when it is for somebody else. Who is a member already keeps their role.
create function app.accept_invitation(p_token_hash bytea) returns table (workspace_id uuid, role text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  invitation uuid; entered uuid; given_role text; invited text; own text;
begin
  select i.id, i.workspace_id, i.role, i.email, u.email into invitation, entered, given_role, invited, own
    from identity.invitations i
    join identity.workspaces w on w.id = i.workspace_id and w.deleted_at is null
    join identity.users u on u.id = app.user_id()
   where i.token_hash = p_token_hash and i.accepted_at is null and i.expires_at > now()
     for update of i;
  if invitation is null then
    raise exception using errcode = 'SB404', message = 'invitation';
  end if;
  if lower(invited) <> lower(own) then
    raise exception using errcode = 'SB403', message = 'This invitation is for another e-mail address.';
  end if;
  insert into identity.members as m (workspace_id, user_id, role) values (entered, app.user_id(), given_role)
    on conflict on constraint members_pkey do update set role = m.role
    returning m.role into given_role;
  update identity.invitations i set accepted_at = now() where i.id = invitation;
  update identity.users u set current_workspace_id = entered where u.id = app.user_id();
  perform app.set_actor(app.user_id(), entered, given_role, false);
  return query select entered, given_role;
end $$;

-- Who leaves the workspace they were in is in the newest of their others from now on.
create function app.fall_back_to_other_workspace() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update identity.users u
     set current_workspace_id = (
       select m.workspace_id from identity.members m where m.user_id = old.user_id
        order by m.created_at desc, m.workspace_id limit 1)
   where u.id = old.user_id and u.current_workspace_id = old.workspace_id;
  return null;
end $$;
create trigger fall_back after delete on identity.members
  for each row execute function app.fall_back_to_other_workspace();

-- Admits an attempt and counts it, or answers the seconds to wait. `p_limits`: {key: [attempts, seconds]}, in a sliding
-- window. A key with no attempts allowed has a growing delay instead: after 10 in a row 1 s, doubling, at most 15 min.
-- Keys are locked in their order, so that bursts queue up and never deadlock.
create function app.admit_attempt(p_limits jsonb) returns int language plpgsql volatile as $$
declare
  moment timestamptz; wait interval;
begin
  insert into identity.attempts (key) select k from jsonb_object_keys(p_limits) k order by k on conflict do nothing;
  perform 1 from identity.attempts a where a.key in (select jsonb_object_keys(p_limits)) order by a.key for update;
  moment := clock_timestamp();
  select max(case
      when allowed = 0 and made >= 10 then recent[made] + least(power(2, made - 10), 900) * interval '1 second' - moment
      when allowed > 0 and made >= allowed then recent[made - allowed + 1] + span - moment
    end) into wait
    from (
      select allowed, span, recent, cardinality(recent) as made
        from (
          select (l.value ->> 0)::int as allowed, (l.value ->> 1)::int * interval '1 second' as span,
                 array(select t from unnest(a.times) t where t > moment - (l.value ->> 1)::int * interval '1 second' order by t) as recent
            from jsonb_each(p_limits) l join identity.attempts a on a.key = l.key
        ) windows
    ) counted;
  if wait > interval '0' then
    delete from identity.attempts a where a.key in (select jsonb_object_keys(p_limits)) and a.times = '{}';
    return ceil(extract(epoch from wait));
  end if;
  update identity.attempts a
     set times = array(select t from unnest(a.times) t where t > moment - (l.value ->> 1)::int * interval '1 second' order by t) || moment,
         forgotten_at = moment + (l.value ->> 1)::int * interval '1 second'
    from jsonb_each(p_limits) l where a.key = l.key;
  return 0;
end $$;

-- Definer functions must pass the forced policies of a non-superuser owner, so they belong to the server's role.
grant create on schema app to app_system;
alter function app.my_colleagues() owner to app_system;
alter function app.my_workspaces() owner to app_system;
alter function app.role_in(uuid) owner to app_system;
alter function app.enter_api_key(bytea, text, boolean) owner to app_system;
alter function app.create_workspace(uuid, text) owner to app_system;
alter function app.accept_invitation(bytea) owner to app_system;
alter function app.fall_back_to_other_workspace() owner to app_system;
revoke create on schema app from app_system;

-- Sessions follow their user: their current workspace, their role there, suspension. The lock on the user makes a
-- session that begins at the same moment wait, so that none is left behind with an old role.
create function identity.refresh_sessions(p_user uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform from identity.users where id = p_user for no key update;
  update identity.sessions s
     set workspace_id = m.workspace_id, member_role = m.role, is_platform_admin = u.is_admin,
         is_suspended = u.suspended_at is not null
    from identity.users u left join identity.members m on m.user_id = u.id and m.workspace_id = u.current_workspace_id
   where s.user_id = p_user and u.id = p_user and s.revoked_at is null;
end $$;

create function identity.open_session() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform from identity.users where id = new.user_id for share;
  select m.workspace_id, m.role, u.is_admin, u.suspended_at is not null
    into new.workspace_id, new.member_role, new.is_platform_admin, new.is_suspended
    from identity.users u left join identity.members m on m.user_id = u.id and m.workspace_id = u.current_workspace_id
   where u.id = new.user_id;
  return new;
end $$;
create trigger open_session before insert on identity.sessions for each row execute function identity.open_session();

create function identity.refresh_sessions_of_user() returns trigger language plpgsql as $$
begin
  perform identity.refresh_sessions(new.id);
  return null;
end $$;
create trigger refresh_sessions after update of current_workspace_id, suspended_at, is_admin on identity.users
  for each row execute function identity.refresh_sessions_of_user();

create function identity.refresh_sessions_of_member() returns trigger language plpgsql as $$
begin
  perform identity.refresh_sessions(case tg_op when 'DELETE' then old.user_id else new.user_id end);
  return null;
end $$;
create trigger refresh_sessions after insert or update or delete on identity.members
  for each row execute function identity.refresh_sessions_of_member();

grant create on schema identity to app_system;
alter function identity.refresh_sessions(uuid) owner to app_system;
alter function identity.open_session() owner to app_system;
revoke create on schema identity from app_system;
