-- What people say about themselves for good; `chat.statuses` has what they say for a while.
create table chat.profiles (
  user_id uuid primary key default app.user_id() references identity.users (id) on delete cascade,
  about text,
  pronouns text
);
select app.open_to_server('chat.profiles');
create policy own on chat.profiles to app_user
  using (user_id = (select app.user_id())) with check (user_id = (select app.user_id()));
grant select, insert, update on chat.profiles to app_user;

-- The length of a voice or video message, as its sender measured it.
alter table chat.messages add column duration_ms int check (duration_ms >= 0);

-- The profile of a person, for that person and for users who know them. Presence is hidden when either user has blocked the
-- other.
create function app.person(p_id uuid)
returns table (id uuid, name text, username text, display_name text, avatar_url text, about text, pronouns text, status text,
               status_expires_at timestamptz, presence text, last_active_at timestamptz, email_verified boolean,
               phone_verified boolean, is_admin boolean, is_affiliate boolean)
language sql stable security definer set search_path = '' as $$
  select h.id, h.name, h.username, h.display_name, h.avatar_url, p.about, p.pronouns, h.status,
         case when h.status is not null then s.expires_at end,
         case when not h.online then 'offline'
              when exists (select from chat.presence n where n.user_id = h.id and n.online_until > now() and not n.away)
              then 'online' else 'away' end,
         h.last_active_at, u.email_verified, u.phone_verified, u.is_admin, u.is_affiliate
    from app.people(array[p_id]) h
    join identity.users u on u.id = h.id and u.deleted_at is null
    left join chat.profiles p on p.user_id = h.id
    left join chat.statuses s on s.user_id = h.id
   where h.id = app.user_id() or h.id in (select app.known(array[p_id]))
$$;

-- As in 0026, with messages of one type only if `p_type` is given.
create function app.search_messages(p_text text, p_chat uuid, p_type text, p_before uuid, p_rows int) returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid[] := array(select c from app.my_chats() c where p_chat is null or c = p_chat);
  words text := websearch_to_tsquery('simple'::regconfig, app.words(p_text))::text;
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
         and (p_type is null or m.type = p_type) and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  else
    -- A small chat is read through sooner than the index has gathered all that begins like a short word.
    return query
      select m.id from chat.messages m
       where (m.search @@ wanted) is true and m.chat_id = p_chat and m.id < p_before
         and (p_type is null or m.type = p_type) and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  end if;
end $$;

grant create on schema app to app_system;
alter function app.person(uuid) owner to app_system;
alter function app.search_messages(text, uuid, text, uuid, int) owner to app_system;
revoke create on schema app from app_system;
