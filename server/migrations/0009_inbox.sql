-- Conversations: one thread with a contact on one channel, with its messages. The shop's inbox and the sales agent's
-- conversations are the same rows.

create schema inbox;
grant usage on schema inbox to app_user, app_system;

create table inbox.conversations (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  contact_id uuid not null,
  -- The contact's name as the channel gave it.
  customer_name text not null default '',
  channel text not null check (channel in ('web', 'facebook', 'instagram', 'tiktok', 'telegram', 'viber', 'whatsapp', 'sms', 'email', 'phone')),
  -- The thread's id at the channel; null where the channel has none.
  external_id text,
  status text not null default 'open' check (status in ('open', 'pending', 'closed')),
  assignee_id uuid references identity.users (id) on delete set null,
  tags text[] not null default '{}',
  notes text,
  is_ai_active boolean not null default false,
  subject text,
  -- Kept with each message, so that a list needs no look into the messages.
  message_count int not null default 0,
  unread_count int not null default 0,
  last_message_text text,
  last_message_at timestamptz,
  -- When something was last said, else when it began: the order of the inbox.
  recent_at timestamptz not null default now(),
  -- What a conversation of the sales agent came to.
  campaign_id uuid,
  outcome text,
  sentiment text check (sentiment in ('positive', 'neutral', 'negative')),
  transcript text,
  ai_confidence numeric(5, 4) check (ai_confidence between 0 and 1),
  handoff_suggested boolean not null default false,
  duration_seconds int check (duration_seconds >= 0),
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index conversations_recent on inbox.conversations (workspace_id, recent_at desc, id desc);
create index conversations_status on inbox.conversations (workspace_id, status, recent_at desc, id desc);
create index conversations_assignee on inbox.conversations (workspace_id, assignee_id, recent_at desc, id desc);
create index conversations_channel on inbox.conversations (workspace_id, channel, recent_at desc, id desc);
create index conversations_newest on inbox.conversations (workspace_id, id desc);
create index conversations_contact on inbox.conversations (workspace_id, contact_id, id desc);
create index conversations_campaign on inbox.conversations (workspace_id, campaign_id, id desc);
create index conversations_outcome on inbox.conversations (workspace_id, outcome, id desc) where outcome is not null;
create unique index conversations_external on inbox.conversations (workspace_id, channel, external_id) where external_id is not null;
create trigger touch before update on inbox.conversations for each row execute function app.touch();
select app.tenant_table('inbox.conversations');

create table inbox.messages (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  conversation_id uuid not null,
  sender text not null check (sender in ('customer', 'assistant', 'member', 'system')),
  -- The member who wrote it.
  sender_id uuid references identity.users (id) on delete set null,
  text text not null default '',
  attachment jsonb,
  -- Outgoing ones: on its way through the channel.
  status text not null default 'sent' check (status in ('queued', 'sent', 'delivered', 'read', 'failed')),
  -- Why it could not be sent.
  error text,
  -- The channel's own id, and the client's: each makes a repetition harmless.
  external_id text,
  client_id text,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade
);
create index messages_of_conversation on inbox.messages (workspace_id, conversation_id, id desc);
-- By the channel's id first: receipts name the message, not the thread.
create unique index messages_external on inbox.messages (workspace_id, external_id, conversation_id);
create unique index messages_client on inbox.messages (workspace_id, conversation_id, client_id) where client_id is not null;
select app.tenant_table('inbox.messages');
