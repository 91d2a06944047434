-- A contact may be known by more than a telephone number, or by none: every way to reach a person is an identity.

alter table contacts.contacts alter column phone_number drop not null;
alter table contacts.contacts alter column first_name set default '';
alter table contacts.contacts alter column last_name set default '';

create table contacts.identities (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null default app.workspace_id(),
  contact_id uuid not null,
  kind text not null check (kind in ('phone', 'email', 'whatsapp', 'telegram', 'viber', 'facebook', 'instagram', 'tiktok', 'web')),
  -- E.164 for phone and whatsapp numbers, lower case for e-mail, else the channel's own id.
  value text not null check (length(value) between 1 and 320),
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint identities_value_key unique (workspace_id, kind, value),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index identities_contact on contacts.identities (workspace_id, contact_id);
select app.tenant_table('contacts.identities');

-- The number and the address on a contact are its first identities, whoever writes them (the API, an import, a merge).
-- An address that belongs to somebody else already stays with them.
create function contacts.keep_identities() returns trigger language plpgsql as $$
begin
  if new.phone_number is not null then
    insert into contacts.identities (workspace_id, contact_id, kind, value)
    values (new.workspace_id, new.id, 'phone', new.phone_number)
    on conflict on constraint identities_value_key do nothing;
  end if;
  if new.email is not null then
    insert into contacts.identities (workspace_id, contact_id, kind, value)
    values (new.workspace_id, new.id, 'email', lower(new.email))
    on conflict on constraint identities_value_key do nothing;
  end if;
  return null;
end $$;
create trigger keep_identities_new after insert on contacts.contacts for each row execute function contacts.keep_identities();
create function contacts.drop_identities() returns trigger language plpgsql as $$
begin
  delete from contacts.identities
   where workspace_id = old.workspace_id and contact_id = old.id
     and ((kind = 'phone' and value = old.phone_number and old.phone_number is distinct from new.phone_number)
       or (kind = 'email' and value = lower(old.email) and lower(old.email) is distinct from lower(new.email)));
  return new;
end $$;
create trigger drop_identities before update of phone_number, email on contacts.contacts for each row execute function contacts.drop_identities();
create trigger keep_identities_changed after update of phone_number, email on contacts.contacts for each row execute function contacts.keep_identities();

-- A person's whole history, whatever module made it.
create table contacts.timeline (
  workspace_id uuid not null default app.workspace_id(),
  contact_id uuid not null,
  -- The fact it tells of.
  event_id uuid not null,
  kind text not null,
  title text not null,
  -- What it is about, for a link: `order`, `conversation`, `call`, …, and its id.
  subject_kind text not null,
  subject_id uuid not null,
  details jsonb not null default '{}',
  occurred_at timestamptz not null default now(),
  primary key (workspace_id, contact_id, event_id),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index timeline_newest on contacts.timeline (workspace_id, contact_id, occurred_at desc, event_id desc);
select app.tenant_table('contacts.timeline');

-- Whoever was merged into somebody else is still found under the old id.
create table contacts.merged_contacts (
  workspace_id uuid not null default app.workspace_id(),
  old_id uuid not null,
  contact_id uuid not null,
  merged_at timestamptz not null default now(),
  primary key (workspace_id, old_id),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade
);
create index merged_contacts_contact on contacts.merged_contacts (workspace_id, contact_id);
select app.tenant_table('contacts.merged_contacts');

-- Moves everything of `old_contact` to `kept_contact`, whichever table it stands in, and fills what the kept one lacks.
-- Runs as the caller, so row security decides whose contacts these may be.
create function contacts.merge(kept_contact uuid, old_contact uuid) returns void language plpgsql set search_path = '' as $$
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
                              'contacts.timeline'::regclass, 'contacts.merged_contacts'::regclass)
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
         time_zone = coalesce(k.time_zone, old_row.time_zone)
   where id = kept_contact;
end $$;
