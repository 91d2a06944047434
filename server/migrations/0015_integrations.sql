-- Connections of workspaces to outside systems, and the credentials they are made with.

create schema integrations;
grant usage on schema integrations to app_user, app_system;

create table integrations.connections (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- Which system: facebook, telegram, or a name made of what people call it.
  platform text not null,
  type text not null check (type in ('crm', 'telephony', 'calendar', 'messaging', 'email', 'social')),
  name text not null,
  status text not null default 'disconnected' check (status in ('connected', 'disconnected', 'error')),
  -- Why it does not work, for people.
  error text,
  -- The account at the platform: a page, a bot.
  account_id text,
  account_name text,
  -- Tokens and webhook secrets, sealed together.
  secrets_sealed text,
  expires_at timestamptz,
  settings jsonb not null default '{}',
  last_sync timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  unique (workspace_id, platform)
);
-- Whose a webhook's news is.
create index connections_account on integrations.connections (platform, account_id) where status <> 'disconnected';
-- Whose token is to be renewed.
create index connections_expiry on integrations.connections (expires_at) where status = 'connected';
create trigger touch before update on integrations.connections for each row execute function app.touch();
select app.tenant_table('integrations.connections');

-- A workspace's own app or account at a platform or payment provider, instead of the installation's.
create table integrations.credentials (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  provider text not null,
  fields_sealed text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, provider)
);
create trigger touch before update on integrations.credentials for each row execute function app.touch();
select app.tenant_table('integrations.credentials');

-- Somebody on their way through a platform's login. The ticket starts it once, the state ends it once.
create table integrations.oauth_attempts (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  platform text not null,
  -- The page that opened the login and is told how it went.
  opener_origin text not null,
  ticket_hash bytea not null unique,
  -- Null until the browser has set out.
  state_hash bytea unique,
  browser_hash bytea,
  expires_at timestamptz not null
);
create index oauth_attempts_age on integrations.oauth_attempts (workspace_id, expires_at);
select app.tenant_table('integrations.oauth_attempts');
