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

-- Forgets a person outside (GDPR, article 17). What is theirs goes with their row: identities, timeline, conversations,
-- prospect, appointments, handoffs. Records of the workspace (calls, orders, answers to forms) stay as numbers without
-- the person. Answers the files that were theirs: recordings of their calls, what they sent. Runs as the caller, so row
-- security decides whose contact it may be. Raises SB404, SB409 while they are on the telephone. Every table that refers
-- to a contact with `on delete set null` has its line here.
create function contacts.erase(p_contact uuid) returns setof uuid language plpgsql volatile set search_path = '' as $$
declare
  numbers text[];
  emails text[];
  files uuid[];
begin
  perform from contacts.contacts c where c.id = p_contact for update;
  if not found then
    raise exception using errcode = 'SB404', message = 'contact';
  end if;
  if exists (select from campaigns.targets t where t.contact_id = p_contact and t.node_id is not null) then
    raise exception using errcode = 'SB409',
      message = 'A campaign is on the telephone with this contact. Try again when the call is over.';
  end if;
  numbers := array(select i.value from contacts.identities i where i.contact_id = p_contact and i.kind in ('phone', 'whatsapp'));
  emails := array(select i.value from contacts.identities i where i.contact_id = p_contact and i.kind = 'email');
  files := array(
    select a.recording_file_id from campaigns.attempts a join campaigns.targets t on t.id = a.target_id
     where t.contact_id = p_contact and a.recording_file_id is not null
    union
    select substring(m.attachment ->> 'url' from '^/api/files/([0-9a-f-]{36})/')::uuid
      from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
     where c.contact_id = p_contact and m.sender = 'customer' and m.attachment ->> 'url' ~ '^/api/files/[0-9a-f-]{36}/');
  update campaigns.attempts a set phone_number = 'erased'
    from campaigns.targets t where t.contact_id = p_contact and t.id = a.target_id;
  update campaigns.targets t set phone_number = 'erased' where t.contact_id = p_contact;
  update receptionist.calls r
     set caller_phone = null, caller_name = null, transcript = null, recording_url = null, notes = null
   where r.contact_id = p_contact or r.caller_phone = any (numbers);
  update shop.form_submissions s set "values" = '{}' where s.contact_id = p_contact;
  update shop.orders o set customer_name = 'Erased' where o.contact_id = p_contact;
  delete from contacts.import_faults f
   where exists (select from unnest(f.cells) cell
                  where lower(trim(cell)) = any (emails) or regexp_replace(cell, '[^0-9+]', '', 'g') = any (numbers));
  delete from contacts.contacts c where c.id = p_contact;
  return query select f from unnest(files) f;
end $$;
