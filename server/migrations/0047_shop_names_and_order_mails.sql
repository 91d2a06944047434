-- A shop has a name of its own: opening or renaming it leaves the workspace's name alone.
alter table shop.shops
  add column name text,
  add column order_mails boolean not null default true;
comment on column shop.shops.order_mails is 'Do customers get mails about their orders?';
set local role app_system;
update shop.shops s set name = w.name from identity.workspaces w where w.id = s.workspace_id;
reset role;
alter table shop.shops alter column name set not null;
drop trigger touch on shop.shops;
create trigger touch before update of name, description, order_mails on shop.shops for each row execute function app.touch();

-- Where the customer gets mails about the order; null: at the contact's address.
alter table shop.orders add column email text;

-- Mails to a workspace's customers are forgotten with the customer; those to users of the platform are not the workspace's.
alter table platform.outgoing_messages add column on_behalf_of uuid references identity.workspaces (id) on delete cascade;
create index outgoing_messages_on_behalf_of on platform.outgoing_messages (on_behalf_of, lower(recipient)) where on_behalf_of is not null;
create function platform.forget_messages_to(p_recipients text[]) returns void
language sql volatile security definer set search_path = '' as $$
  delete from platform.outgoing_messages m
   where m.on_behalf_of = app.workspace_id() and lower(m.recipient) = any (p_recipients)
$$;
grant create on schema platform to app_system;
alter function platform.forget_messages_to(text[]) owner to app_system;
revoke create on schema platform from app_system;

-- As in 0020; the address that an order was placed with is forgotten too.
create or replace function contacts.erase(p_contact uuid) returns setof uuid language plpgsql volatile set search_path = '' as $$
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
  emails := array(select i.value from contacts.identities i where i.contact_id = p_contact and i.kind = 'email')
    || array(select lower(o.email) from shop.orders o where o.contact_id = p_contact and o.email is not null);
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
  update shop.orders o set customer_name = 'Erased', email = null where o.contact_id = p_contact;
  perform platform.forget_messages_to(emails);
  delete from contacts.import_faults f
   where exists (select from unnest(f.cells) cell
                  where lower(trim(cell)) = any (emails) or regexp_replace(cell, '[^0-9+]', '', 'g') = any (numbers));
  delete from contacts.contacts c where c.id = p_contact;
  return query select f from unnest(files) f;
end $$;
