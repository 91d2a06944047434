-- An id alone opens no chat: people talk to those they share a workspace or a chat with, or have found by an exact e-mail
-- address, username or telephone number.
create table chat.finds (
  finder_id uuid not null references identity.users (id) on delete cascade,
  found_id uuid not null references identity.users (id) on delete cascade,
  found_at timestamptz not null default now(),
  primary key (finder_id, found_id)
);
create index finds_found on chat.finds (found_id);
create index finds_age on chat.finds (found_at);
select app.open_to_server('chat.finds');

-- Those of these people whom the user at work knows.
create function app.known(p_ids uuid[]) returns setof uuid language sql stable security definer set search_path = '' as $$
  select u.id from identity.users u
   where u.id = any (p_ids) and u.id <> app.user_id() and (
     u.id in (select app.my_colleagues())
     or exists (select from chat.members m where m.user_id = u.id and m.chat_id in (select app.my_chats()))
     or exists (select from chat.finds f where f.finder_id = app.user_id() and f.found_id = u.id
                   and f.found_at > now() - interval '30 days'))
$$;

-- Those of these people whom the user at work may find.
create function app.findable(p_ids uuid[]) returns setof uuid language sql stable security definer set search_path = '' as $$
  select u.id from identity.users u
   where u.id = any (p_ids) and u.suspended_at is null and u.id <> app.user_id() and not app.is_blocked(u.id, app.user_id())
$$;

create or replace function app.reachable(p_ids uuid[]) returns setof uuid language sql stable security definer set search_path = '' as $$
  select f from app.findable(p_ids) f where f in (select app.known(p_ids))
$$;

-- As in 0010; what was found by an exact word is remembered.
create or replace function app.find_people(p_text text, p_rows int) returns setof uuid
language sql volatile security definer set search_path = '' as $$
  with exact as materialized (
    select u.id from (
      select id from identity.users where lower(email) = lower(p_text)
      union select id from identity.users where lower(username) = lower(ltrim(p_text, '@'))
      union select id from identity.users
             where regexp_replace(phone, '[^0-9]', '', 'g') = regexp_replace(p_text, '[^0-9]', '', 'g')
               and length(regexp_replace(p_text, '[^0-9]', '', 'g')) >= 7 and p_text ~ '^[0-9 ()+./-]+$'
    ) u
     where u.id in (select app.findable(array[u.id]))
     order by u.id limit p_rows
  ), remembered as (
    insert into chat.finds as f (finder_id, found_id) select app.user_id(), e.id from exact e order by e.id
    on conflict (finder_id, found_id) do update set found_at = now() where f.found_at < now() - interval '1 day'
  )
  select p.id from (
    select id from exact
    union select c.id from identity.users c
           where c.id in (select app.my_colleagues())
             and strpos(lower(concat_ws(' ', c.display_name, c.full_name, c.username)), lower(p_text)) > 0
             and c.id in (select app.findable(array[c.id]))
  ) p
   order by p.id limit p_rows
$$;

grant create on schema app to app_system;
alter function app.known(uuid[]) owner to app_system;
alter function app.findable(uuid[]) owner to app_system;
revoke create on schema app from app_system;
