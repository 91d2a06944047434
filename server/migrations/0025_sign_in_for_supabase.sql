-- Signing in elsewhere for a client of Supabase's: its session goes to its page, after the `#`, or as a code for whoever has
-- the verifier of the challenge.
alter table identity.oauth_attempts
  add column for_supabase boolean not null default false,
  add column code_challenge text;
