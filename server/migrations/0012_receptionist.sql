-- The receptionist: businesses it answers for, their calls, figures about them, and what it knows.

create schema receptionist;
grant usage on schema receptionist to app_user, app_system;

create table receptionist.clients (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id),
  name text not null,
  phone_number text check (phone_number ~ '^\+[1-9]\d{6,14}$'),
  profession text,
  voice_id text,
  voice_name text,
  system_prompt text,
  is_active boolean not null default true,
  -- Deleted ones keep their calls, so that the figures of the past stay.
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index clients_newest on receptionist.clients (workspace_id, id desc) where deleted_at is null;
create index clients_of_user on receptionist.clients (workspace_id, user_id, id desc) where deleted_at is null;
-- An incoming call finds its client by the number it was made to.
create unique index clients_phone_number_key on receptionist.clients (workspace_id, phone_number) where deleted_at is null;
create trigger touch before update on receptionist.clients for each row execute function app.touch();
select app.tenant_table('receptionist.clients');

create table receptionist.calls (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  client_id uuid not null,
  contact_id uuid,
  caller_phone text,
  caller_name text,
  duration_seconds numeric(10, 3) not null default 0 check (duration_seconds >= 0),
  stt_latency_ms int check (stt_latency_ms >= 0),
  llm_latency_ms int check (llm_latency_ms >= 0),
  tts_latency_ms int check (tts_latency_ms >= 0),
  transcript text,
  sentiment text check (sentiment in ('positive', 'neutral', 'negative')),
  success boolean,
  recording_url text,
  notes text,
  -- When it took place; calls may be logged later.
  started_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, client_id) references receptionist.clients (workspace_id, id) on delete cascade,
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete set null (contact_id)
);
create index calls_newest on receptionist.calls (workspace_id, started_at desc, id desc);
create index calls_of_client on receptionist.calls (workspace_id, client_id, started_at desc, id desc);
create index calls_by_sentiment on receptionist.calls (workspace_id, sentiment, started_at desc, id desc);
create index calls_of_contact on receptionist.calls (workspace_id, contact_id);
create trigger touch before update on receptionist.calls for each row execute function app.touch();
select app.tenant_table('receptionist.calls');

-- Sums by client and quarter of an hour (every time zone's days are made of whole quarters), of all clients (null) by
-- quarter, of a client for all time (null), and of everything: no figure needs more rows than its time has quarters.
create table receptionist.call_sums (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  client_id uuid,
  quarter timestamptz,
  calls bigint not null default 0,
  seconds numeric(20, 3) not null default 0,
  judged bigint not null default 0,
  successes bigint not null default 0,
  positive bigint not null default 0,
  neutral bigint not null default 0,
  negative bigint not null default 0,
  stt_ms bigint not null default 0,
  stt_calls bigint not null default 0,
  llm_ms bigint not null default 0,
  llm_calls bigint not null default 0,
  tts_ms bigint not null default 0,
  tts_calls bigint not null default 0,
  constraint call_sums_key unique nulls not distinct (workspace_id, client_id, quarter),
  foreign key (workspace_id, client_id) references receptionist.clients (workspace_id, id) on delete cascade
);
select app.tenant_table('receptionist.call_sums');

-- Keeps the sums with every change of calls, late ones and corrections included. In the order of the key, so that two
-- batches that meet the same sums wait for each other instead of blocking each other.
create function receptionist.add_to_sums(contributions receptionist.call_sums[]) returns void language sql as $$
  insert into receptionist.call_sums as s
  select workspace_id, client_id, quarter, sum(calls), sum(seconds), sum(judged), sum(successes), sum(positive), sum(neutral),
         sum(negative), sum(stt_ms), sum(stt_calls), sum(llm_ms), sum(llm_calls), sum(tts_ms), sum(tts_calls)
    from unnest(contributions) group by workspace_id, cube (client_id, quarter) order by 1, 2, 3
  on conflict on constraint call_sums_key do update
    set calls = s.calls + excluded.calls, seconds = s.seconds + excluded.seconds,
        judged = s.judged + excluded.judged, successes = s.successes + excluded.successes,
        positive = s.positive + excluded.positive, neutral = s.neutral + excluded.neutral, negative = s.negative + excluded.negative,
        stt_ms = s.stt_ms + excluded.stt_ms, stt_calls = s.stt_calls + excluded.stt_calls,
        llm_ms = s.llm_ms + excluded.llm_ms, llm_calls = s.llm_calls + excluded.llm_calls,
        tts_ms = s.tts_ms + excluded.tts_ms, tts_calls = s.tts_calls + excluded.tts_calls
$$;

-- What one call contributes; taken away again with sign -1.
create function receptionist.contribution(c receptionist.calls, sign int) returns receptionist.call_sums
language sql immutable as $$
  select row(c.workspace_id, c.client_id, date_bin('15 minutes', c.started_at, timestamptz '2000-01-01 00:00:00+00'), sign,
    sign * c.duration_seconds, sign * (c.success is not null)::int, sign * coalesce(c.success, false)::int,
    sign * (c.sentiment is not distinct from 'positive')::int, sign * (c.sentiment is not distinct from 'neutral')::int,
    sign * (c.sentiment is not distinct from 'negative')::int,
    sign * coalesce(c.stt_latency_ms, 0), sign * (c.stt_latency_ms is not null)::int,
    sign * coalesce(c.llm_latency_ms, 0), sign * (c.llm_latency_ms is not null)::int,
    sign * coalesce(c.tts_latency_ms, 0), sign * (c.tts_latency_ms is not null)::int)::receptionist.call_sums
$$;

create function receptionist.sum_new() returns trigger language plpgsql as $$
begin
  perform receptionist.add_to_sums(array(select receptionist.contribution(n, 1) from added n));
  return null;
end $$;
create function receptionist.sum_changed() returns trigger language plpgsql as $$
begin
  perform receptionist.add_to_sums(array(
    select receptionist.contribution(o, -1) from before o union all select receptionist.contribution(n, 1) from after n));
  return null;
end $$;
-- Clients are only marked as deleted: where one is gone its whole workspace is, and the sums with it.
create function receptionist.sum_removed() returns trigger language plpgsql as $$
begin
  perform receptionist.add_to_sums(array(
    select receptionist.contribution(o, -1) from removed o
     where exists (select from receptionist.clients c where c.workspace_id = o.workspace_id and c.id = o.client_id)));
  return null;
end $$;
create trigger sum_new after insert on receptionist.calls referencing new table as added
  for each statement execute function receptionist.sum_new();
create trigger sum_changed after update on receptionist.calls referencing old table as before new table as after
  for each statement execute function receptionist.sum_changed();
create trigger sum_removed after delete on receptionist.calls referencing old table as removed
  for each statement execute function receptionist.sum_removed();

create table receptionist.knowledge (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  client_id uuid not null,
  title text not null,
  content text not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, client_id) references receptionist.clients (workspace_id, id) on delete cascade
);
create index knowledge_of_client on receptionist.knowledge (workspace_id, client_id, id desc);
select app.tenant_table('receptionist.knowledge');

-- Passages of a text, small enough to be read out as an answer.
create table receptionist.passages (
  workspace_id uuid not null default app.workspace_id(),
  knowledge_id uuid not null,
  client_id uuid not null,
  number int not null,
  text text not null,
  words tsvector not null generated always as (to_tsvector('simple', text)) stored,
  -- Made by the embedding model, where the installation has one.
  embedding real[],
  embedding_model text,
  primary key (workspace_id, knowledge_id, number),
  foreign key (workspace_id, knowledge_id) references receptionist.knowledge (workspace_id, id) on delete cascade,
  foreign key (workspace_id, client_id) references receptionist.clients (workspace_id, id) on delete cascade
);
create index passages_of_client on receptionist.passages (workspace_id, client_id);
create index passages_words on receptionist.passages using gin (words);
select app.tenant_table('receptionist.passages');

-- Row security switches the word index off, so this reads past it and filters by the workspace itself.
create function receptionist.search_words(p_client uuid, p_query tsquery, p_limit int)
returns table (knowledge_id uuid, number int, rank real)
language sql stable security definer set search_path = '' as $$
  select p.knowledge_id, p.number, ts_rank(p.words, p_query)
    from receptionist.passages p
   where p.workspace_id = (select app.workspace_id()) and p.client_id = p_client and p.words @@ p_query
   order by 3 desc, 1, 2 limit least(p_limit, 100)
$$;
-- Cosine similarity by a scan of one client's passages: exact, and quick for the few thousand a client has.
create function receptionist.cosine(a real[], b real[]) returns double precision language sql immutable strict parallel safe as $$
  select sum(x::float8 * y) / nullif(sqrt(sum(x::float8 * x)) * sqrt(sum(y::float8 * y)), 0) from unnest(a, b) as pairs (x, y)
$$;
grant create on schema receptionist to app_system;
alter function receptionist.search_words(uuid, tsquery, int) owner to app_system;
revoke create on schema receptionist from app_system;
