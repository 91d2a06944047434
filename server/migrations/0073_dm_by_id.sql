-- An id opens a dm, as an exact e-mail address does: it cannot be guessed, and a front-end may have nothing else. Groups and
-- blocks still need more than an id (0049). As in 0010 otherwise.
create or replace function app.open_dm(p_id uuid, p_other uuid) returns table (chat_id uuid, created boolean)
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
    if not exists (select from app.findable(array[p_other])) then
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
