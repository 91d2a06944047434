-- What a mail proves by its link or its code, once: that the reader has the mailbox.
create table identity.mailed_proofs (
  id uuid primary key,
  purpose text not null constraint mailed_proofs_purpose_check
    check (purpose in ('sign_in', 'confirm', 'change_email', 'approve_email')),
  -- Null for an address without an account, which gets one when the mail is used.
  user_id uuid references identity.users (id) on delete cascade,
  address text not null,
  token_hash bytea not null,
  code_hash bytea not null,
  tries int not null default 0,
  -- Of a client that gets its session for a verifier only (RFC 7636, S256).
  code_challenge text,
  -- Of the account to create.
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create unique index mailed_proofs_token on identity.mailed_proofs (token_hash);
create index mailed_proofs_address on identity.mailed_proofs (lower(address));
create index mailed_proofs_user on identity.mailed_proofs (user_id);
create index mailed_proofs_age on identity.mailed_proofs (expires_at);
select app.open_to_server('identity.mailed_proofs');

-- Another e-mail address that a user has asked for. It becomes theirs when it is confirmed, by a mail to it, and approved:
-- by the user's credentials, or by a mail to the present address.
create table identity.email_changes (
  user_id uuid primary key references identity.users (id) on delete cascade,
  new_email text not null,
  confirmed_at timestamptz,
  approved_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index email_changes_address on identity.email_changes (lower(new_email));
create index email_changes_age on identity.email_changes (expires_at);
select app.open_to_server('identity.email_changes');
create policy self on identity.email_changes to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select (user_id, new_email, created_at, expires_at) on identity.email_changes to app_user;
