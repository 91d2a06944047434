-- Tags and custom fields on contacts.
alter table contacts.contacts
  add column tags text[] not null default '{}',
  add column custom_fields jsonb not null default '{}'
    constraint contacts_custom_fields_object check (jsonb_typeof(custom_fields) = 'object')
    constraint contacts_custom_fields_size check (octet_length(custom_fields::text) <= 65536);

-- Contacts by tag, in the order of the contact book. As in the inbox: row security keeps a GIN index on the tags from being
-- used, so each tag of a contact is a row here, written by a trigger.
create table contacts.contact_tags (
  workspace_id uuid not null default app.workspace_id(),
  tag text not null,
  contact_id uuid not null,
  primary key (workspace_id, tag, contact_id),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index contact_tags_contact on contacts.contact_tags (workspace_id, contact_id);
select app.tenant_table('contacts.contact_tags');

create function contacts.write_tags() returns trigger language plpgsql as $$
begin
  delete from contacts.contact_tags
   where workspace_id = new.workspace_id and contact_id = new.id and tag <> all (new.tags);
  insert into contacts.contact_tags (workspace_id, tag, contact_id)
  select distinct new.workspace_id, tag, new.id from unnest(new.tags) tag
  on conflict on constraint contact_tags_pkey do nothing;
  return null;
end $$;
create trigger tags_inserted after insert on contacts.contacts for each row
  when (new.tags <> '{}') execute function contacts.write_tags();
create trigger tags_updated after update of tags on contacts.contacts for each row
  when (new.tags <> old.tags) execute function contacts.write_tags();

-- As in 0008, and the kept contact takes over tags and the custom fields that it does not have.
create or replace function contacts.merge(kept_contact uuid, old_contact uuid) returns void language plpgsql set search_path = '' as $$
declare
  reference record;
  old_row contacts.contacts;
begin
  select * into strict old_row from contacts.contacts where id = old_contact for update;
  perform from contacts.contacts where id = kept_contact for update;
  update contacts.identities set contact_id = kept_contact where contact_id = old_contact;
  insert into contacts.list_items (id, contact_list_id, contact_id)
    select id, contact_list_id, kept_contact from contacts.list_items where contact_id = old_contact
    on conflict do nothing;
  delete from contacts.list_items where contact_id = old_contact;
  update contacts.timeline t set contact_id = kept_contact
   where contact_id = old_contact
     and not exists (select from contacts.timeline k where k.contact_id = kept_contact and k.event_id = t.event_id);
  update contacts.merged_contacts set contact_id = kept_contact where contact_id = old_contact;
  for reference in
    select k.conrelid::regclass as target, a.attname as contact_column
      from pg_catalog.pg_constraint k
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2]
     where k.contype = 'f' and k.confrelid = 'contacts.contacts'::regclass
       and k.conrelid not in ('contacts.identities'::regclass, 'contacts.list_items'::regclass,
                              'contacts.timeline'::regclass, 'contacts.merged_contacts'::regclass,
                              'contacts.contact_tags'::regclass)
  loop
    begin
      execute format('update %s set %I = $1 where %I = $2', reference.target, reference.contact_column, reference.contact_column)
        using kept_contact, old_contact;
    exception when unique_violation then
      -- Both stand there once (one campaign, say): the kept contact's row stays, the other goes with its contact.
      null;
    end;
  end loop;
  delete from contacts.contacts where id = old_contact;
  insert into contacts.merged_contacts (old_id, contact_id) values (old_contact, kept_contact);
  update contacts.contacts k
     set first_name = coalesce(nullif(k.first_name, ''), old_row.first_name),
         last_name = coalesce(nullif(k.last_name, ''), old_row.last_name),
         phone_number = coalesce(k.phone_number, old_row.phone_number),
         email = coalesce(k.email, old_row.email),
         notes = coalesce(nullif(concat_ws(E'\n', k.notes, old_row.notes), ''), k.notes),
         time_zone = coalesce(k.time_zone, old_row.time_zone),
         tags = array(select tag from unnest(k.tags || old_row.tags) with ordinality as t (tag, position) group by tag order by min(position)),
         custom_fields = old_row.custom_fields || k.custom_fields
   where id = kept_contact;
end $$;
