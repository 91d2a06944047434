-- Calls with picture and sound between people of the installation. Media never passes through here; this is who calls whom.

create schema video;
grant usage on schema video to app_user, app_system;

create table video.calls (
  id uuid primary key,
  -- A chat's call is for its members; one without a chat for the workspace in which it was opened.
  chat_id uuid references chat.chats (id) on delete cascade,
  workspace_id uuid references identity.workspaces (id) on delete cascade,
  room_name text not null,
  initiator_id uuid not null default app.user_id() references identity.users (id),
  provider text not null check (provider in ('mesh', 'livekit', 'twilio')),
  status text not null check (status in ('ringing', 'accepted', 'declined', 'missed', 'ended')),
  started_at timestamptz not null default now(),
  ring_expires_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  -- When the last token given out for it ends.
  expires_at timestamptz not null,
  check ((chat_id is null) = (workspace_id is not null))
);
create unique index calls_open_room on video.calls (room_name) where status in ('ringing', 'accepted');
create unique index calls_open_chat on video.calls (chat_id) where status in ('ringing', 'accepted');
create index calls_chat on video.calls (chat_id, id) where chat_id is not null;
create index calls_workspace on video.calls (workspace_id, id) where workspace_id is not null;
create index calls_room on video.calls (room_name, id);
create index calls_ringing on video.calls (ring_expires_at) where status = 'ringing';
create index calls_age on video.calls (expires_at) where status = 'accepted';

create table video.participants (
  call_id uuid not null references video.calls (id) on delete cascade,
  user_id uuid not null references identity.users (id) on delete cascade,
  state text not null check (state in ('invited', 'joined', 'declined', 'missed', 'left')),
  joined_at timestamptz,
  left_at timestamptz,
  primary key (call_id, user_id)
);
create index participants_user on video.participants (user_id, call_id);

select app.open_to_server('video.calls');
create policy membership on video.calls to app_user
  using (chat_id in (select app.my_chats()) or workspace_id = (select app.workspace_id()))
  with check (chat_id in (select app.my_chats()) or workspace_id = (select app.workspace_id()));
grant select, insert, update on video.calls to app_user;

select app.open_to_server('video.participants');
create policy membership on video.participants to app_user
  using (exists (select from video.calls c where c.id = call_id))
  with check (exists (select from video.calls c where c.id = call_id));
grant select, insert, update on video.participants to app_user;
