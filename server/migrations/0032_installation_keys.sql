-- Which keys what is in this database was sealed and signed with: a fingerprint of the newest of each kind, so that a node or
-- a restored backup with other keys is noticed before it does anything. It tells nothing of the key.
create table platform.installation_keys (
  purpose text primary key check (purpose in ('encryption', 'tokens')),
  key_name text not null,
  fingerprint text not null,
  since timestamptz not null default now()
);
select app.open_to_server('platform.installation_keys');
revoke all on platform.installation_keys from app_system;
