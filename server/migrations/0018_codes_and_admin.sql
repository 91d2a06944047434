-- Codes and mails that prove who somebody is, and the administration of the platform.

-- Since when, for clients that want to know; the boolean is what counts, so the moment follows it.
alter table identity.users
  add column email_verified_at timestamptz,
  add column phone_verified_at timestamptz,
  -- Suspended for good.
  add column banned_at timestamptz check (banned_at is null or suspended_at is not null),
  -- What an application keeps about its user, unread by us.
  add column metadata jsonb not null default '{}';
grant select (email_verified_at, phone_verified_at, metadata), update (metadata) on identity.users to app_user;

create function app.note_verified() returns trigger language plpgsql as $$
begin
  new.email_verified_at := case when new.email_verified then coalesce(new.email_verified_at, now()) end;
  new.phone_verified_at := case when new.phone_verified then coalesce(new.phone_verified_at, now()) end;
  return new;
end $$;
create trigger note_verified before insert or update of email_verified, phone_verified, phone on identity.users
  for each row execute function app.note_verified();

-- Every word of how somebody may be called, for the administrator who looks for them.
create function app.words_of_user(email text, full_name text, display_name text, username text) returns tsvector
language sql immutable as $$
  select to_tsvector('simple'::regconfig, translate(email, '@.+_-', '     ') || ' ' || coalesce(full_name, '') || ' '
    || coalesce(display_name, '') || ' ' || translate(coalesce(username, ''), '._-', '   '))
$$;
create index users_words on identity.users using gin (app.words_of_user(email, full_name, display_name, username));
create index users_active on identity.users (last_active_at);

-- The smallest id (UUIDv7) made at or after a moment: counts by time use the primary key.
create function app.first_id_at(moment timestamptz) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- What is to be sent, was sent, or is kept for the command line because nothing is configured to send it. Written and
-- read by the server alone; the text (there are codes and links in it) is sealed, and gone once it was sent.
create table platform.outgoing_messages (
  id uuid primary key,
  channel text not null check (channel in ('email', 'sms')),
  recipient text not null,
  subject text,
  sealed_text text,
  status text not null default 'queued' check (status in ('queued', 'kept', 'sent', 'failed')),
  attempts int not null default 0,
  error text,
  created_at timestamptz not null default now(),
  -- Of no use to anybody from then on.
  expires_at timestamptz,
  sent_at timestamptz
);
create index outgoing_messages_age on platform.outgoing_messages (created_at);
select app.open_to_server('platform.outgoing_messages');

-- One code at a time for each purpose of each user, bound to the address it was sent to.
create table identity.codes (
  user_id uuid not null references identity.users (id) on delete cascade,
  purpose text not null,
  code_hash bytea not null,
  tries int not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (user_id, purpose)
);
create index codes_age on identity.codes (expires_at);
select app.open_to_server('identity.codes');

-- Takes one of the tries of the user's code. True once, for the right one; a sixth try is false whatever it is. Tries at
-- the same time queue up at the row.
create function app.redeem_code(p_user uuid, p_purpose text, p_hash bytea, p_tries int) returns boolean
language plpgsql volatile as $$
declare
  wanted identity.codes;
begin
  update identity.codes c set tries = c.tries + 1
   where c.user_id = p_user and c.purpose = p_purpose and c.tries < p_tries and c.expires_at > clock_timestamp()
  returning * into wanted;
  if wanted.code_hash is distinct from p_hash then return false; end if;
  delete from identity.codes c where c.user_id = p_user and c.purpose = p_purpose;
  return found;
end $$;

create table identity.password_resets (
  token_hash bytea primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- Of a client that gets its session for a verifier only (RFC 7636, S256).
  code_challenge text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index password_resets_user on identity.password_resets (user_id);
create index password_resets_age on identity.password_resets (expires_at);
select app.open_to_server('identity.password_resets');

create schema administration;
grant usage on schema administration to app_user, app_system;

-- What users report about each other, for the administrators of the platform.
create table administration.reports (
  id uuid primary key,
  reporter_id uuid not null references identity.users (id),
  subject_type text not null check (subject_type in ('user', 'message', 'chat')),
  subject_id uuid not null,
  reported_user_id uuid references identity.users (id),
  -- What was said, as it was when it was reported: the message itself may be gone when somebody looks.
  quote text,
  reason text not null,
  details text,
  status text not null default 'open' check (status in ('open', 'resolved', 'dismissed')),
  note text,
  handled_by uuid references identity.users (id),
  handled_at timestamptz,
  created_at timestamptz not null default now()
);
create index reports_status on administration.reports (status, id);
-- Reported twice by the same person, it is still one report while it is open.
create unique index reports_once on administration.reports (reporter_id, subject_type, subject_id) where status = 'open';
select app.open_to_server('administration.reports');
