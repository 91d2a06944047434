-- Messages are found as people type: with or without accents and vowel points, and a part of a sentence in a script that
-- puts no spaces between words (Chinese, Japanese, Thai, …), where each sign is a word, as each emoji is.

-- What is written and what is looked for both go through this. The underscores make words of signs; side by side in a
-- query, they are a phrase.
create function app.words(p_text text) returns text language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  plain text := normalize(regexp_replace(normalize(p_text, NFD), '[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]', '', 'g'), NFC);
  alone constant text := '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]';
  emoji constant text := '[\u2600-\u27bf\U0001f000-\U0001faff]';
begin
  if plain ~ alone then plain := regexp_replace(plain, '(' || alone || ')', '_\1_', 'g'); end if;
  if plain !~ emoji then return plain; end if;
  return (select string_agg(case when c ~ emoji then '_emoji' || to_hex(ascii(c)) || '_' else c end, '' order by n)
            from regexp_split_to_table(plain, '') with ordinality as signs (c, n));
end $$;

alter table chat.messages drop column search;
alter table chat.messages add column search tsvector generated always as (
  case when not encrypted and visibility <> 'view_once' and content is not null and deleted_at is null
    then array_to_tsvector(array['chat ' || chat_id::text]) || to_tsvector('simple'::regconfig, app.words(content)) end) stored;
create index messages_search on chat.messages using gin (search);

create or replace function app.search_messages(p_text text, p_chat uuid, p_before uuid, p_rows int) returns setof uuid
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
         and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  else
    -- A small chat is read through sooner than the index has gathered all that begins like a short word.
    return query
      select m.id from chat.messages m
       where (m.search @@ wanted) is true and m.chat_id = p_chat and m.id < p_before
         and (m.expires_at is null or m.expires_at > now())
       order by m.id desc limit p_rows;
  end if;
end $$;
