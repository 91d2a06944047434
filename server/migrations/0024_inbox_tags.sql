-- The inbox by tag. Row security keeps a GIN index on the tags from being used, and it knows no order, so each tag of a
-- conversation is a row here, in the order of the inbox. A trigger keeps them: whoever writes a conversation knows nothing of it.
create table inbox.conversation_tags (
  workspace_id uuid not null default app.workspace_id(),
  tag text not null,
  conversation_id uuid not null,
  -- That of the conversation.
  recent_at timestamptz not null,
  primary key (workspace_id, tag, conversation_id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade
);
create index conversation_tags_recent on inbox.conversation_tags (workspace_id, tag, recent_at desc, conversation_id desc);
create index conversation_tags_conversation on inbox.conversation_tags (workspace_id, conversation_id);
select app.tenant_table('inbox.conversation_tags');

create function inbox.keep_tags() returns trigger language plpgsql as $$
begin
  delete from inbox.conversation_tags
   where workspace_id = new.workspace_id and conversation_id = new.id and tag <> all (new.tags);
  insert into inbox.conversation_tags as t (workspace_id, tag, conversation_id, recent_at)
  select distinct new.workspace_id, tag, new.id, new.recent_at from unnest(new.tags) tag
  on conflict on constraint conversation_tags_pkey do update set recent_at = excluded.recent_at
   where t.recent_at <> excluded.recent_at;
  return null;
end $$;
create trigger tagged after insert on inbox.conversations for each row
  when (new.tags <> '{}') execute function inbox.keep_tags();
create trigger tags_kept after update on inbox.conversations for each row
  when (new.tags <> old.tags or (new.tags <> '{}' and new.recent_at <> old.recent_at)) execute function inbox.keep_tags();

set local role app_system;
insert into inbox.conversation_tags (workspace_id, tag, conversation_id, recent_at)
select distinct c.workspace_id, tag, c.id, c.recent_at from inbox.conversations c, unnest(c.tags) tag;
reset role;
