-- Internal notes: messages that the team sees and the customer does not.
alter table inbox.messages
  add column internal boolean not null default false,
  add constraint messages_internal_sender check (not internal or sender <> 'customer');

-- PostgreSQL does not use the order of an index behind `is null`.
create index conversations_unassigned on inbox.conversations (workspace_id, recent_at desc, id desc) where assignee_id is null;

-- The inbox is searched by what was said and by the customer's name. As in sales, a document bears its workspace as a word
-- of its own, so that one index serves every workspace and reads only the rows of one.
create function inbox.document(workspace_id uuid, words text) returns tsvector language sql immutable
  as $$ select pg_catalog.array_to_tsvector(array[workspace_id::text]) || pg_catalog.to_tsvector('pg_catalog.simple', app.words(words)) $$;

alter table inbox.messages
  add column search tsvector generated always as (case when text <> '' then inbox.document(workspace_id, text) end) stored;
create index messages_search on inbox.messages using gin (search);
alter table inbox.conversations
  add column search tsvector generated always as (
    case when customer_name <> '' or subject is not null
      then inbox.document(workspace_id, customer_name || ' ' || coalesce(subject, '')) end) stored;
create index conversations_search on inbox.conversations using gin (search);

-- Row security keeps `@@` from its index, so this reads by itself, in the current workspace only, and returns ids, which are
-- then read under row security. Of what is said often, the newest thousand messages count.
create function inbox.search_conversations(p_text text) returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid := app.workspace_id();
  words text := websearch_to_tsquery('simple'::regconfig, app.words(p_text))::text;
  wanted tsquery;
begin
  if mine is null or words = '' then return; end if;
  -- The last word may be half typed.
  wanted := (case when words like '%''' then words || ':*' else words end)::tsquery && ('''' || mine || '''')::tsquery;
  return query
    (select c.id from inbox.conversations c where c.search @@ wanted and c.workspace_id = mine order by c.id desc limit 1000)
    union
    select m.conversation_id
      from (select x.conversation_id from inbox.messages x
             where x.search @@ wanted and x.workspace_id = mine order by x.id desc limit 1000) m;
end $$;

grant create on schema inbox to app_system;
alter function inbox.search_conversations(text) owner to app_system;
revoke create on schema inbox from app_system;
