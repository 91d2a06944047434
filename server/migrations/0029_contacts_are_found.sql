-- Contacts are found by any part of a name, an address or a number, as people type it: small letters, no accents. What is
-- searched is written with the contact and has no index of its own: trigrams would cost an insert three times what this
-- does. A workspace's contacts are read by their order, the newest first, until a page is full.

-- What is written and what is looked for both go through this. Most text has nothing to it but capitals.
create function contacts.plain(p_text text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(p_text) = length(p_text) then return lower(p_text); end if;
  return replace(translate(
    normalize(regexp_replace(normalize(lower(p_text), NFD), '[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]', '', 'g'), NFC),
    'łøđðħıς', 'loddhiσ'), 'ß', 'ss');
end $$;

-- One call, because the expression of a generated column is planned again for every statement.
create function contacts.search_text(p_first_name text, p_last_name text, p_email text, p_phone_number text) returns text
language plpgsql immutable parallel safe as $$
declare
  whole text := concat_ws(' ', p_first_name, p_last_name, p_email, p_phone_number);
begin
  if octet_length(whole) = length(whole) then return lower(whole); end if;
  return contacts.plain(whole);
end $$;

alter table contacts.contacts
  add column search text not null generated always as (contacts.search_text(first_name, last_name, email, phone_number)) stored;
