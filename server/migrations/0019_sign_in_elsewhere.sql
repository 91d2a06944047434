-- Accounts at other providers that people sign in with, and those who are on their way through such a provider's login.

create table identity.identities (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- The name it was configured under when it was last used.
  provider text not null,
  -- The two that never change hands: who says so, and its own id of the account (`sub`). An e-mail address may.
  issuer text not null,
  subject text not null,
  email text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  constraint identities_account_key unique (issuer, subject)
);
create index identities_user on identity.identities (user_id);
select app.open_to_server('identity.identities');
create policy self on identity.identities to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select on identity.identities to app_user;

create table identity.oauth_attempts (
  state_hash bytea primary key,
  browser_hash bytea not null,
  provider text not null,
  -- The page that is told how it went: where the browser goes, or the opener of the window it is in.
  return_to text not null,
  in_popup boolean not null,
  expires_at timestamptz not null
);
create index oauth_attempts_age on identity.oauth_attempts (expires_at);
select app.open_to_server('identity.oauth_attempts');

-- Sessions that wait for their client to come with the verifier of this challenge.
create table identity.auth_codes (
  code_hash bytea primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  code_challenge text not null,
  sealed_session text not null,
  expires_at timestamptz not null
);
create index auth_codes_user on identity.auth_codes (user_id);
create index auth_codes_age on identity.auth_codes (expires_at);
select app.open_to_server('identity.auth_codes');
