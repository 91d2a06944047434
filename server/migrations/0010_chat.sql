-- People of the installation talking to each other. A chat belongs to its members, whatever workspace they are in.

create schema chat;
grant usage on schema chat to app_user, app_system;

create table chat.chats (
  id uuid primary key,
  type text not null check (type in ('dm', 'group')),
  name text,
  avatar_url text,
  -- The two of a dm in the order of their ids, so that each pair has one.
  dm_low uuid references identity.users (id),
  dm_high uuid references identity.users (id),
  created_by uuid not null references identity.users (id),
  -- The number of the newest message; a chat's messages are numbered from 1, in the order of their commits.
  last_number bigint not null default 0,
  -- The newest message, or the chat itself before there is one: in the order of time, as all ids are.
  activity_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chats_dm_key unique (dm_low, dm_high),
  check (case type when 'dm' then dm_low is not null and dm_high is not null and dm_low < dm_high
                   else dm_low is null and dm_high is null end)
);
create index chats_dm_high on chat.chats (dm_high) where dm_high is not null;
create index chats_avatar on chat.chats (avatar_url) where avatar_url is not null;

create table chat.members (
  chat_id uuid not null references chat.chats (id) on delete cascade,
  user_id uuid not null references identity.users (id) on delete cascade,
  role text not null default 'member' check (role in ('owner', 'admin', 'member')),
  archived boolean not null default false,
  hidden boolean not null default false,
  -- Everything up to these numbers has arrived at the member, has been read by them.
  delivered_number bigint not null default 0,
  read_number bigint not null default 0,
  -- How many of the messages beyond read_number are gone. Unread are last_number - read_number - unread_gone: nothing is
  -- written per member when a message is sent.
  unread_gone bigint not null default 0,
  joined_at timestamptz not null default now(),
  primary key (chat_id, user_id)
);
create index members_user on chat.members (user_id, chat_id);

create table chat.files (
  id uuid primary key,
  user_id uuid not null default app.user_id() references identity.users (id),
  filename text not null,
  mime_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  storage_key text not null,
  -- Since when the last message that showed it is gone.
  detached_at timestamptz,
  created_at timestamptz not null default now()
);
create index files_age on chat.files (created_at);
create index files_user on chat.files (user_id);

create table chat.messages (
  id uuid primary key,
  chat_id uuid not null references chat.chats (id) on delete cascade,
  number bigint not null,
  sender_id uuid not null default app.user_id() references identity.users (id),
  type text not null check (type in ('text', 'image', 'voice', 'video', 'document', 'sticker', 'poll')),
  content text,
  file_id uuid references chat.files (id),
  reply_to uuid references chat.messages (id) on delete set null,
  visibility text not null default 'everyone' check (visibility in ('everyone', 'view_once', 'disappearing')),
  encrypted boolean not null default false,
  client_id text,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  -- The chat is a word of each of its messages (no text has one with a space in it), so one index finds words in chats.
  search tsvector generated always as (
    case when not encrypted and visibility <> 'view_once' and content is not null and deleted_at is null
      then array_to_tsvector(array['chat ' || chat_id::text]) || to_tsvector('simple'::regconfig, content) end) stored,
  constraint messages_number_key unique (chat_id, number)
);
create unique index messages_client_key on chat.messages (chat_id, sender_id, client_id) where client_id is not null;
create index messages_search on chat.messages using gin (search);
create index messages_file on chat.messages (file_id) where file_id is not null;
create index messages_reply on chat.messages (reply_to) where reply_to is not null;
create index messages_expiry on chat.messages (expires_at) where expires_at is not null;
create index messages_disappearing on chat.messages (chat_id, number) where expires_at is not null;

-- Who has opened a view-once message; once is enough.
create table chat.views (
  message_id uuid not null references chat.messages (id) on delete cascade,
  chat_id uuid not null references chat.chats (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  viewed_at timestamptz not null default now(),
  primary key (message_id, user_id)
);
create index views_chat on chat.views (chat_id);

create table chat.reactions (
  message_id uuid not null references chat.messages (id) on delete cascade,
  chat_id uuid not null references chat.chats (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  emoji text not null,
  created_at timestamptz not null default now(),
  primary key (message_id, emoji, user_id)
);
create index reactions_chat on chat.reactions (chat_id);

create table chat.polls (
  id uuid primary key,
  message_id uuid not null unique references chat.messages (id) on delete cascade,
  chat_id uuid not null references chat.chats (id) on delete cascade,
  question text not null,
  -- [{id, text}], in the order in which they are shown.
  options jsonb not null,
  multiple boolean not null,
  anonymous boolean not null,
  closes_at timestamptz,
  created_by uuid not null default app.user_id() references identity.users (id),
  created_at timestamptz not null default now()
);
create index polls_chat on chat.polls (chat_id);

-- One row a voter, so one vote a voter.
create table chat.ballots (
  poll_id uuid not null references chat.polls (id) on delete cascade,
  chat_id uuid not null references chat.chats (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  option_ids uuid[] not null,
  voted_at timestamptz not null default now(),
  primary key (poll_id, user_id)
);
create index ballots_chat on chat.ballots (chat_id);

create table chat.blocks (
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  blocked_id uuid not null references identity.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, blocked_id)
);
create index blocks_blocked on chat.blocks (blocked_id);

-- What somebody says about themselves for a while.
create table chat.statuses (
  user_id uuid primary key default app.user_id() references identity.users (id) on delete cascade,
  text text not null,
  expires_at timestamptz
);

-- Who has a live connection at which node. A node that dies leaves rows that run out.
create table chat.presence (
  user_id uuid not null references identity.users (id) on delete cascade,
  node_id uuid not null,
  away boolean not null default false,
  online_until timestamptz not null,
  primary key (user_id, node_id)
);
create index presence_age on chat.presence (online_until);

-- The chats of whoever acts: every policy here rests on it.
create function app.my_chats() returns setof uuid language sql stable security definer set search_path = '' as $$
  select chat_id from chat.members where user_id = app.user_id()
$$;

-- `in (select …)` is hashed once a statement. `= any (array(…))` would be used as an index condition, of which the planner
-- believes that it leaves next to nothing: then it reads and sorts a whole chat for a page of it.
create function app.chat_table(target regclass, checks text) returns void language plpgsql as $$
begin
  perform app.open_to_server(target);
  execute format('create policy membership on %s to app_user using (chat_id in (select app.my_chats())) '
    'with check (chat_id in (select app.my_chats()) and %s)', target, checks);
  execute format('grant select, insert, update, delete on %s to app_user', target);
end $$;
select app.chat_table('chat.members', 'true');
select app.chat_table('chat.polls', 'true');
select app.chat_table('chat.views', 'user_id = (select app.user_id())');
select app.chat_table('chat.reactions', 'user_id = (select app.user_id())');
select app.chat_table('chat.ballots', 'user_id = (select app.user_id())');
drop function app.chat_table(regclass, text);

-- A message stays where and whose it is; only the sweeper removes one altogether.
select app.open_to_server('chat.messages');
create policy reading on chat.messages for select to app_user using (chat_id in (select app.my_chats()));
create policy changing on chat.messages for update to app_user using (chat_id in (select app.my_chats()));
create policy sending on chat.messages for insert to app_user
  with check (chat_id in (select app.my_chats()) and sender_id = (select app.user_id()));
grant select, insert, update (content, file_id, edited_at, deleted_at) on chat.messages to app_user;

select app.open_to_server('chat.chats');
create policy membership on chat.chats to app_user
  using (id in (select app.my_chats())) with check (id in (select app.my_chats()));
grant select, update (name, avatar_url, last_number, activity_id, updated_at) on chat.chats to app_user;

select app.open_to_server('chat.blocks');
create policy own on chat.blocks to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select, insert, delete on chat.blocks to app_user;

select app.open_to_server('chat.statuses');
create policy own on chat.statuses to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select, insert, update, delete on chat.statuses to app_user;

select app.open_to_server('chat.presence');

-- A picture that somebody shows of themselves, or a chat of itself, is for all who are signed in.
create function app.is_avatar(p_file uuid) returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select from chat.files f join identity.users u on u.id = f.user_id
                  where f.id = p_file and starts_with(u.avatar_url, '/api/uploads/' || p_file || '/'))
      or exists (select from chat.chats c
                  where c.id in (select app.my_chats()) and starts_with(c.avatar_url, '/api/uploads/' || p_file || '/'))
$$;

-- A file is its uploader's until it is sent; then it is also for the members of the chats that it was sent to.
select app.open_to_server('chat.files');
create policy sent on chat.files to app_user
  using (user_id = (select app.user_id())
      or exists (select from chat.messages m where m.file_id = files.id)
      or app.is_avatar(id))
  with check (user_id = (select app.user_id()) or exists (select from chat.messages m where m.file_id = files.id));
grant select, insert, update (detached_at) on chat.files to app_user;

-- What people see of people whom they have met in a row they may see. Presence is hidden by those who block.
create function app.people(p_ids uuid[])
returns table (id uuid, name text, username text, display_name text, avatar_url text, status text,
               last_active_at timestamptz, online boolean)
language sql stable security definer set search_path = '' as $$
  select u.id, coalesce(u.display_name, u.full_name, u.username), u.username, u.display_name, u.avatar_url,
         s.text, case when not hiding then u.last_active_at end, not hiding and exists (
           select from chat.presence p where p.user_id = u.id and p.online_until > now())
    from identity.users u
    left join chat.statuses s on s.user_id = u.id and (s.expires_at is null or s.expires_at > now())
    cross join lateral (select exists (
      select from chat.blocks b where b.user_id = u.id and b.blocked_id = app.user_id()) as hiding) h
   where u.id = any (p_ids)
$$;

create function app.is_blocked(p_one uuid, p_other uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from chat.blocks where user_id = p_one and blocked_id = p_other)
      or exists (select from chat.blocks where user_id = p_other and blocked_id = p_one)
$$;

-- Those of these people whom the user at work may begin to talk to.
create function app.reachable(p_ids uuid[]) returns setof uuid language sql stable security definer set search_path = '' as $$
  select u.id from identity.users u
   where u.id = any (p_ids) and u.suspended_at is null and u.id <> app.user_id() and not app.is_blocked(u.id, app.user_id())
$$;

-- Opens the one dm of the user at work with another person, or makes it. Raises SB404.
create function app.open_dm(p_id uuid, p_other uuid) returns table (chat_id uuid, created boolean)
language plpgsql volatile security definer set search_path = '' as $$
declare
  me uuid := app.user_id(); opened uuid;
begin
  loop
    select c.id into opened from chat.chats c where c.dm_low = least(me, p_other) and c.dm_high = greatest(me, p_other);
    if opened is not null then
      update chat.members m set hidden = false where m.chat_id = opened and m.user_id = me and m.hidden;
      return query select opened, false;
      return;
    end if;
    if not exists (select from app.reachable(array[p_other])) then
      raise exception using errcode = 'SB404', message = 'person';
    end if;
    insert into chat.chats (id, type, dm_low, dm_high, created_by, activity_id)
      values (p_id, 'dm', least(me, p_other), greatest(me, p_other), me, p_id) on conflict on constraint chats_dm_key do nothing;
    if found then
      insert into chat.members (chat_id, user_id) values (p_id, me), (p_id, p_other);
      return query select p_id, true;
      return;
    end if;
  end loop;
end $$;

-- Makes a group of the user at work, its owner, and others. Raises SB404 when one of them cannot be reached.
create function app.create_group(p_id uuid, p_name text, p_avatar_url text, p_others uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if (select count(*) from app.reachable(p_others)) < cardinality(p_others) then
    raise exception using errcode = 'SB404', message = 'person';
  end if;
  insert into chat.chats (id, type, name, avatar_url, created_by, activity_id)
    values (p_id, 'group', p_name, p_avatar_url, app.user_id(), p_id);
  insert into chat.members (chat_id, user_id, role) values (p_id, app.user_id(), 'owner');
  insert into chat.members (chat_id, user_id) select p_id, o from unnest(p_others) o;
end $$;

-- The user at work leaves a group: an owner leaves it to the admin, else the member, who has been there longest. A group
-- without members is no more. Raises SB404.
create function app.leave_group(p_chat uuid) returns table (new_owner uuid, deleted boolean)
language plpgsql volatile security definer set search_path = '' as $$
declare
  left_role text; heir uuid;
begin
  perform from chat.chats c where c.id = p_chat and c.type = 'group' for no key update;
  delete from chat.members m where m.chat_id = p_chat and m.user_id = app.user_id() returning m.role into left_role;
  if left_role is null then
    raise exception using errcode = 'SB404', message = 'chat';
  end if;
  select m.user_id into heir from chat.members m where m.chat_id = p_chat
   order by (m.role = 'owner') desc, (m.role = 'admin') desc, m.joined_at, m.user_id limit 1;
  if heir is null then
    delete from chat.chats c where c.id = p_chat;
    return query select null::uuid, true;
  elsif left_role = 'owner' and not exists (select from chat.members m where m.chat_id = p_chat and m.role = 'owner') then
    update chat.members m set role = 'owner' where m.chat_id = p_chat and m.user_id = heir;
    return query select heir, false;
  else
    return query select null::uuid, false;
  end if;
end $$;

-- The newest messages with these words in the chats of the user at work, or in one of them. A definer function, because
-- row security would keep the index from being used: `@@` is not leakproof. Planned for its values each time.
create function app.search_messages(p_text text, p_chat uuid, p_before uuid, p_rows int) returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid[] := array(select c from app.my_chats() c where p_chat is null or c = p_chat);
  words text := websearch_to_tsquery('simple'::regconfig, p_text)::text;
  wanted tsquery;
begin
  if words = '' or cardinality(mine) = 0 then return; end if;
  -- The last word may be half typed.
  wanted := (case when words like '%''' then words || ':*' else words end)::tsquery
    && (select string_agg('''chat ' || c || '''', ' | ')::tsquery from unnest(mine) c);
  if p_chat is null or (select c.last_number from chat.chats c where c.id = p_chat) > 5000 then
    return query
      select m.id from chat.messages m
       where m.search @@ wanted and m.chat_id = any (mine) and m.id < p_before
         and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  else
    -- A small chat is read through sooner than the index has gathered all that begins like a short word.
    return query
      select m.id from chat.messages m
       where (m.search @@ wanted) is true and m.chat_id = p_chat and m.id < p_before
         and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  end if;
end $$;

-- People by exact e-mail address, username or telephone number, anywhere; by name, among colleagues.
create index users_phone_digits on identity.users (regexp_replace(phone, '[^0-9]', '', 'g'));
create function app.find_people(p_text text, p_rows int) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select u.id from (
    select id from identity.users where lower(email) = lower(p_text)
    union select id from identity.users where lower(username) = lower(ltrim(p_text, '@'))
    union select id from identity.users
           where regexp_replace(phone, '[^0-9]', '', 'g') = regexp_replace(p_text, '[^0-9]', '', 'g')
             and length(regexp_replace(p_text, '[^0-9]', '', 'g')) >= 7 and p_text ~ '^[0-9 ()+./-]+$'
    union select c.id from identity.users c
           where c.id in (select app.my_colleagues())
             and strpos(lower(concat_ws(' ', c.display_name, c.full_name, c.username)), lower(p_text)) > 0
  ) u
   where u.id in (select app.reachable(array[u.id]))
   order by u.id limit p_rows
$$;

-- What was told of these messages is told without their content from now on.
create function app.redact_messages(p_chat uuid, p_ids uuid[]) returns void
language sql volatile security definer set search_path = '' as $$
  update platform.events e set data = e.data || '{"content": null, "file": null, "reply": null, "poll": null}'
   where e.topics @> array['chat:' || p_chat] and e.type in ('chat.message_sent', 'chat.message_edited')
     and e.data ->> 'id' = any (p_ids::text[]) and (app.user_id() is null or p_chat in (select app.my_chats()))
$$;

grant create on schema app to app_system;
alter function app.my_chats() owner to app_system;
alter function app.is_avatar(uuid) owner to app_system;
alter function app.people(uuid[]) owner to app_system;
alter function app.is_blocked(uuid, uuid) owner to app_system;
alter function app.reachable(uuid[]) owner to app_system;
alter function app.open_dm(uuid, uuid) owner to app_system;
alter function app.create_group(uuid, text, text, uuid[]) owner to app_system;
alter function app.leave_group(uuid) owner to app_system;
alter function app.search_messages(text, uuid, uuid, int) owner to app_system;
alter function app.find_people(text, int) owner to app_system;
alter function app.redact_messages(uuid, uuid[]) owner to app_system;
revoke create on schema app from app_system;
