-- People who want to be forgotten: users of the platform, and contacts, who are outside of it.

alter table identity.users add column deleted_at timestamptz;
grant select (deleted_at) on identity.users to app_user;

-- A line of the audit log can lose what is personal in it, and nothing else: the grant names the columns, the trigger
-- what they may become.
grant update (details, address) on identity.audit_log to app_system;
create function identity.only_forget() returns trigger language plpgsql as $$
begin
  if new.details <> '{}' or new.address is not null then
    raise exception 'A line of the audit log is never rewritten.' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger only_forget before update on identity.audit_log for each row execute function identity.only_forget();
create index audit_log_user on identity.audit_log (user_id);

-- Makes somebody a "deleted user". The foreign keys say what becomes of what refers to them: `on delete cascade` is
-- theirs and goes; the rest (messages, records of a workspace) is what others rely on, and stays with a user who has
-- nothing but an id. Their dms stay for the other one. For the server, acting for that user, outside of any workspace.
create function identity.erase_user(p_user uuid) returns void language plpgsql volatile set search_path = '' as $$
declare
  reference record;
  before identity.users;
begin
  select * into strict before from identity.users u where u.id = p_user for update;
  -- What was told in their chats is still told for a while, with the sender's name beside it.
  update platform.events e
     set data = jsonb_set(e.data, '{sender}',
           jsonb_build_object('id', p_user, 'name', 'Deleted user', 'username', null, 'avatar_url', null))
   where e.topics && array(select 'chat:' || m.chat_id from chat.members m where m.user_id = p_user)
     and e.data ->> 'sender_id' = p_user::text and e.data ? 'sender';
  perform app.leave_group(c.id) from chat.members m join chat.chats c on c.id = m.chat_id and c.type = 'group'
    where m.user_id = p_user;
  for reference in
    select k.conrelid::regclass as target, a.attname as user_column
      from pg_catalog.pg_constraint k
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
     where k.contype = 'f' and k.confrelid = 'identity.users'::regclass and k.confdeltype = 'c'
       and k.conrelid <> 'chat.members'::regclass
  loop
    execute format('delete from %s where %I = $1', reference.target, reference.user_column) using p_user;
  end loop;
  delete from identity.invitations i where lower(i.email) = lower(before.email);
  delete from platform.outgoing_messages o where lower(o.recipient) = lower(before.email) or o.recipient = before.phone;
  update identity.audit_log l set details = '{}', address = null
   where l.user_id = p_user or (l.action = 'invitation.created' and lower(l.details ->> 'email') = lower(before.email));
  update identity.users u
     set email = 'deleted-' || p_user || '@deleted.invalid', password_hash = null, full_name = null, username = null,
         display_name = 'Deleted user', phone = null, avatar_url = null, company_name = null, metadata = '{}',
         is_admin = false, is_affiliate = false, email_verified = false, phone_verified = false, last_active_at = null,
         current_workspace_id = null, suspended_at = now(), banned_at = null, deleted_at = now()
   where u.id = p_user;
end $$;
revoke execute on function identity.erase_user(uuid) from public;
grant execute on function identity.erase_user(uuid) to app_system;
