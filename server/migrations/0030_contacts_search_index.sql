-- Contacts are searched twice: the newest 2,000 by any part of a word, then all of them by the beginnings of their words,
-- with an index. Both look at a bounded number of rows. Each word in the index bears the end of its workspace's id, so that
-- `smi:*` reads the words of one workspace only. Trigrams would find any part, but the number of rows to check has no bound.

create function contacts.spaced(p_text text) returns text language sql immutable parallel safe as
  $$ select pg_catalog.translate(p_text, '@.-_+/,''’"()\%', '              ') $$;

-- The words, and the telephone number once more from its end, so that its last digits find it.
create function contacts.search_document(p_workspace uuid, p_search text) returns tsvector
language plpgsql immutable parallel safe as $$
declare
  tag constant text := ' ' || pg_catalog.right(p_workspace::text, 12);
  digits constant text := pg_catalog.substring(p_search, '\+([0-9]+)$');
  words text := pg_catalog.right(tag, 12) || pg_catalog.replace(contacts.spaced(p_search), ' ', tag);
begin
  if digits is not null then words := words || tag || '~' || pg_catalog.reverse(digits); end if;
  return pg_catalog.array_to_tsvector(pg_catalog.string_to_array(words, ' '));
end $$;

create index contacts_search on contacts.contacts using gin (contacts.search_document(workspace_id, search));

-- The contacts that match all of `p_patterns` (of `like`), of a thousand with these words. Row security keeps `@@` from its
-- index, so this reads by itself, in the current workspace only, and returns ids, which are then read under row security.
create function contacts.search_contacts(p_patterns text[]) returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
set enable_seqscan = off set enable_indexscan = off as $$
declare
  mine uuid := app.workspace_id();
  tag text := right(mine::text, 12);
  patterns text[] := array(select contacts.plain(p) from unnest(p_patterns) p);
  wanted tsquery;
begin
  -- The three longest words find the rows, by their beginnings; one or two Latin letters as a whole word only, since so
  -- many words begin with them.
  select string_agg(case
           when not long then format('%L', tag || w)
           when w ~ '^[0-9]+$' then format('(%L:* | %L:*)', tag || w, tag || '~' || reverse(w))
           else format('%L:*', tag || w) end, ' & ')::tsquery
    into wanted
    from (select distinct w, octet_length(w) > 2 as long, length(w) as letters
            from unnest(string_to_array(contacts.spaced(array_to_string(patterns, ' ')), ' ')) w
           where w <> '' order by long desc, letters desc, w limit 3) words;
  if mine is null or wanted is null then return; end if;
  return query
    select c.id
      from (select x.id, x.workspace_id, x.search from contacts.contacts x
             where contacts.search_document(x.workspace_id, x.search) @@ wanted limit 1000) c
     where c.workspace_id = mine and c.search like all (patterns);
end $$;

grant create on schema contacts to app_system;
alter function contacts.search_contacts(text[]) owner to app_system;
revoke create on schema contacts from app_system;
