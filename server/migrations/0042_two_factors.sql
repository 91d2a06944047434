-- Second factors of a sign-in: an authenticator app (RFC 6238), passkeys (WebAuthn), and recovery codes for a day
-- without either.

create table identity.authenticator_apps (
  id uuid primary key,
  user_id uuid not null unique references identity.users (id) on delete cascade,
  sealed_secret text not null,
  -- Null while it is being set up: then it protects nothing.
  confirmed_at timestamptz,
  -- The newest time step whose code was used. Codes of it and of earlier steps are refused.
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);
select app.open_to_server('identity.authenticator_apps');
create policy self on identity.authenticator_apps to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select (id, user_id, confirmed_at, created_at) on identity.authenticator_apps to app_user;

create table identity.passkeys (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  name text not null,
  -- The authenticator's own, in base64url.
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  constraint passkeys_credential_key unique (credential_id)
);
create index passkeys_user on identity.passkeys (user_id);
select app.open_to_server('identity.passkeys');
create policy self on identity.passkeys to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select (id, user_id, name, created_at, last_used_at) on identity.passkeys to app_user;

create table identity.recovery_codes (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  code_hash bytea not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create unique index recovery_codes_key on identity.recovery_codes (user_id, code_hash);
select app.open_to_server('identity.recovery_codes');
create policy self on identity.recovery_codes to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select (id, user_id, created_at, used_at) on identity.recovery_codes to app_user;

-- Sign-ins whose first factor was right and whose second is awaited.
create table identity.pending_sign_ins (
  token_hash bytea primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- The first factor was a mail about a forgotten password: the session may choose one without the old.
  recovery_minutes int,
  tries int not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index pending_sign_ins_user on identity.pending_sign_ins (user_id);
create index pending_sign_ins_age on identity.pending_sign_ins (expires_at);
select app.open_to_server('identity.pending_sign_ins');

-- Another password, or a suspension, ends what began with the one before.
create function identity.end_pending_sign_ins() returns trigger language plpgsql as $$
begin
  delete from identity.pending_sign_ins where user_id = new.id;
  return null;
end $$;
create trigger end_pending_sign_ins after update of password_hash, suspended_at on identity.users
  for each row execute function identity.end_pending_sign_ins();

-- What a passkey has to sign: one challenge at a time for each session that adds a passkey and each sign-in.
create table identity.passkey_challenges (
  bound_to text primary key,
  challenge text not null,
  expires_at timestamptz not null
);
create index passkey_challenges_age on identity.passkey_challenges (expires_at);
select app.open_to_server('identity.passkey_challenges');
