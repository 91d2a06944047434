-- The sales pipeline: properties, prospects (contacts in the pipeline), appointments, what a sales conversation came to,
-- how well a prospect qualifies, handoffs from the agent to people, and the rules that say to whom.

create extension if not exists btree_gist;

create schema sales;
grant usage on schema sales to app_user, app_system;

-- A search document bears its workspace as a word of its own, so that one index serves every workspace and reads only
-- the rows of one.
create function sales.document(workspace_id uuid, words text) returns tsvector language sql immutable
  as $$ select pg_catalog.array_to_tsvector(array[workspace_id::text]) || pg_catalog.to_tsvector('pg_catalog.simple', words) $$;
create function sales.joined(words text[]) returns text language sql immutable
  as $$ select pg_catalog.array_to_string(words, ' ') $$;
-- Every word as the beginning of one; no word at all finds everything.
create function sales.query(words text) returns tsquery language sql stable
  as $$ select ('''' || app.workspace_id() || '''')::tsquery
          && coalesce(string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*', ' & '), '')::tsquery
          from unnest(to_tsvector('simple', words)) $$;

create table sales.properties (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  name text not null,
  city text,
  -- A comparison with lower(city) could not use an index under row security.
  city_key text generated always as (lower(city)) stored,
  price numeric(15, 3) check (price >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  price_range text,
  -- What price or price_range come to, for matching.
  price_from numeric(15, 3),
  price_to numeric(15, 3),
  bedrooms int check (bedrooms between 0 and 1000),
  type text check (type in ('villa', 'apartment', 'penthouse', 'townhouse')),
  status text not null default 'available' check (status in ('available', 'reserved', 'sold')),
  image_url text,
  description text,
  features text[] not null default '{}',
  search tsvector generated always as (sales.document(workspace_id,
    name || ' ' || coalesce(city, '') || ' ' || coalesce(type, '') || ' ' || sales.joined(features) || ' ' || coalesce(description, ''))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index properties_newest on sales.properties (workspace_id, id desc);
create index properties_city on sales.properties (workspace_id, city_key, id desc);
create index properties_status on sales.properties (workspace_id, status, id desc);
create index properties_type on sales.properties (workspace_id, type, id desc);
create index properties_search on sales.properties using gin (search);
create trigger touch before update on sales.properties for each row execute function app.touch();
select app.tenant_table('sales.properties');

-- A contact in the pipeline; its id is the contact's.
create table sales.prospects (
  contact_id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- A UUIDv7 of the moment they came into the pipeline: the order of lists.
  place uuid not null,
  status text not null default 'new' check (status in ('new', 'contacted', 'qualified', 'appointment_set', 'closed', 'lost')),
  budget text,
  -- What the text of budget and timeline comes to; null where it cannot be understood.
  budget_min numeric(15, 3),
  budget_max numeric(15, 3),
  budget_currency text,
  city text,
  city_key text generated always as (lower(city)) stored,
  timeline text,
  timeline_days int,
  preferred_channel text,
  language text,
  source_channel text,
  assigned_to uuid,
  -- Why them: the rule that decided, or who did.
  assignment_reason text,
  search tsvector not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, contact_id),
  foreign key (workspace_id, contact_id) references contacts.contacts (workspace_id, id) on delete cascade,
  constraint prospects_assigned_to_fkey foreign key (workspace_id, assigned_to)
    references identity.members (workspace_id, user_id) on delete set null (assigned_to)
);
create index prospects_newest on sales.prospects (workspace_id, place desc);
create index prospects_status on sales.prospects (workspace_id, status, place desc);
create index prospects_city on sales.prospects (workspace_id, city_key, place desc);
create index prospects_assigned on sales.prospects (workspace_id, assigned_to, place desc);
create index prospects_search on sales.prospects using gin (search);
create trigger touch before update on sales.prospects for each row execute function app.touch();
select app.tenant_table('sales.prospects');

-- Names and numbers are the contact's, and are searched with the prospect.
create function sales.describe_prospect() returns trigger language plpgsql as $$
begin
  select sales.document(new.workspace_id, concat_ws(' ', c.first_name, c.last_name, c.email, c.phone_number, new.city, new.budget, new.timeline))
    into new.search from contacts.contacts c where c.workspace_id = new.workspace_id and c.id = new.contact_id;
  return new;
end $$;
create trigger describe before insert or update on sales.prospects for each row execute function sales.describe_prospect();
create function sales.contact_changed() returns trigger language plpgsql as $$
begin
  update sales.prospects set contact_id = contact_id where workspace_id = new.workspace_id and contact_id = new.id;
  return null;
end $$;
create trigger prospect_changed after update of first_name, last_name, email, phone_number on contacts.contacts
  for each row when ((old.first_name, old.last_name, old.email, old.phone_number) is distinct from (new.first_name, new.last_name, new.email, new.phone_number))
  execute function sales.contact_changed();

-- Row security keeps `@@` from its index, so these two look for themselves, in the workspace at hand only, and answer
-- ids, which are then read under row security. Planned for their values each time: what is in every second row is found
-- fastest from the newest on, what is in few by its words.
create function sales.search_properties(p_words text, p_city text, p_status text, p_type text, p_before uuid, p_limit int)
returns setof uuid language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid := app.workspace_id();
  wanted tsquery := sales.query(p_words);
begin
  return query
    select p.id from sales.properties p
     where p.search @@ wanted and p.workspace_id = mine
       and (p_city is null or p.city_key = lower(p_city)) and (p_status is null or p.status = p_status)
       and (p_type is null or p.type = p_type) and (p_before is null or p.id < p_before)
     order by p.id desc limit p_limit;
end $$;
create function sales.search_prospects(p_words text, p_status text, p_city text, p_assigned_to uuid, p_before uuid, p_limit int)
returns setof uuid language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid := app.workspace_id();
  wanted tsquery := sales.query(p_words);
begin
  return query
    select p.contact_id from sales.prospects p
     where p.search @@ wanted and p.workspace_id = mine
       and (p_status is null or p.status = p_status) and (p_city is null or p.city_key = lower(p_city))
       and (p_assigned_to is null or p.assigned_to = p_assigned_to) and (p_before is null or p.place < p_before)
     order by p.place desc limit p_limit;
end $$;

create table sales.interests (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  prospect_id uuid not null,
  property_id uuid not null,
  note text,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint interests_key unique (workspace_id, prospect_id, property_id),
  foreign key (workspace_id, prospect_id) references contacts.contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, property_id) references sales.properties (workspace_id, id) on delete cascade
);
create index interests_newest on sales.interests (workspace_id, prospect_id, id desc);
create index interests_property on sales.interests (workspace_id, property_id);
select app.tenant_table('sales.interests');

create table sales.qualification_scores (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  prospect_id uuid not null,
  conversation_id uuid,
  total int not null check (total between 0 and 100),
  -- {budget: {score, max, reason}, timeline: …, authority, need, engagement}
  parts jsonb not null,
  -- Worked out from what is known, or given by somebody (a member, the agent).
  source text not null check (source in ('computed', 'given')),
  notes text,
  scored_by uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, prospect_id) references contacts.contacts (workspace_id, id) on delete cascade,
  constraint scores_conversation_fkey foreign key (workspace_id, conversation_id)
    references inbox.conversations (workspace_id, id) on delete set null (conversation_id)
);
create index scores_newest on sales.qualification_scores (workspace_id, prospect_id, id desc);
create index scores_conversation on sales.qualification_scores (workspace_id, conversation_id);
select app.tenant_table('sales.qualification_scores');

-- Adding minutes to a moment is the same in every time zone.
create function sales.slot(starts_at timestamptz, minutes int) returns tstzrange language sql immutable
  as $$ select pg_catalog.tstzrange(starts_at, starts_at + pg_catalog.make_interval(mins => minutes)) $$;

create table sales.appointments (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  prospect_id uuid not null,
  property_id uuid,
  property_name text,
  assigned_rep_id uuid,
  scheduled_date timestamptz not null,
  duration_minutes int not null default 60 check (duration_minutes between 5 and 1440),
  slot tstzrange not null generated always as (sales.slot(scheduled_date, duration_minutes)) stored,
  location text,
  status text not null default 'scheduled' check (status in ('scheduled', 'rescheduled', 'completed', 'no_show', 'cancelled')),
  notes text,
  source_channel text,
  conversation_id uuid,
  -- Of the conversation it was booked in: counted there.
  campaign_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, prospect_id) references contacts.contacts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, property_id) references sales.properties (workspace_id, id) on delete set null (property_id),
  foreign key (workspace_id, campaign_id) references campaigns.campaigns (workspace_id, id) on delete set null (campaign_id),
  constraint appointments_rep_fkey foreign key (workspace_id, assigned_rep_id)
    references identity.members (workspace_id, user_id) on delete set null (assigned_rep_id),
  constraint appointments_conversation_fkey foreign key (workspace_id, conversation_id)
    references inbox.conversations (workspace_id, id) on delete set null (conversation_id),
  -- Nobody shows two homes at once.
  constraint appointments_no_overlap exclude using gist (workspace_id with =, assigned_rep_id with =, slot with &&)
    where (status in ('scheduled', 'rescheduled'))
);
create index appointments_newest on sales.appointments (workspace_id, id desc);
create index appointments_prospect on sales.appointments (workspace_id, prospect_id, id desc);
create index appointments_rep on sales.appointments (workspace_id, assigned_rep_id, id desc);
create index appointments_status on sales.appointments (workspace_id, status, id desc);
create index appointments_property on sales.appointments (workspace_id, property_id);
create index appointments_conversation on sales.appointments (workspace_id, conversation_id);
create index appointments_campaign on sales.appointments (workspace_id, campaign_id);
create trigger touch before update on sales.appointments for each row execute function app.touch();
select app.tenant_table('sales.appointments');

-- A campaign's booked appointments are those that were not called off.
create function sales.count_bookings() returns trigger language plpgsql as $$
declare
  was int := case when tg_op <> 'INSERT' and old.status <> 'cancelled' then 1 else 0 end;
  is_now int := case when tg_op <> 'DELETE' and new.status <> 'cancelled' then 1 else 0 end;
begin
  if was <> is_now then
    update campaigns.campaigns c set booked_appointments = c.booked_appointments + is_now - was
     where c.id = case when tg_op = 'DELETE' then old.campaign_id else new.campaign_id end;
  end if;
  return null;
end $$;
create trigger count_bookings after insert or delete or update of status on sales.appointments
  for each row execute function sales.count_bookings();

-- What became of an appointment, step by step.
create table sales.appointment_changes (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  appointment_id uuid not null,
  status text not null,
  scheduled_date timestamptz not null,
  duration_minutes int not null,
  assigned_rep_id uuid,
  reason text,
  changed_by uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, appointment_id) references sales.appointments (workspace_id, id) on delete cascade
);
create index appointment_changes_order on sales.appointment_changes (workspace_id, appointment_id, id);
select app.tenant_table('sales.appointment_changes');

create table sales.handoffs (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  prospect_id uuid not null,
  conversation_id uuid,
  appointment_id uuid,
  prospect_name text not null,
  prospect_phone text,
  prospect_email text,
  prospect_whatsapp text,
  priority text not null check (priority in ('high', 'medium', 'low')),
  reason text not null,
  -- Why this reason and this priority, rule by rule.
  reasons text[] not null default '{}',
  summary text,
  detected_needs text[] not null default '{}',
  suggested_properties text[] not null default '{}',
  -- [{property_id, name, reasons}]
  suggestions jsonb not null default '[]',
  qualification_score jsonb,
  conversation_context text,
  next_steps text[] not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'claimed', 'completed', 'expired')),
  assigned_to uuid,
  assignment_reason text,
  claimed_by uuid references identity.users (id) on delete set null,
  claimed_at timestamptz,
  completed_at timestamptz,
  outcome text,
  expires_at timestamptz not null,
  source_channel text,
  suggested_follow_up_channel text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, prospect_id) references contacts.contacts (workspace_id, id) on delete cascade,
  constraint handoffs_conversation_fkey foreign key (workspace_id, conversation_id)
    references inbox.conversations (workspace_id, id) on delete set null (conversation_id),
  foreign key (workspace_id, appointment_id) references sales.appointments (workspace_id, id) on delete set null (appointment_id),
  constraint handoffs_assigned_to_fkey foreign key (workspace_id, assigned_to)
    references identity.members (workspace_id, user_id) on delete set null (assigned_to)
);
create index handoffs_newest on sales.handoffs (workspace_id, id desc);
create index handoffs_status on sales.handoffs (workspace_id, status, id desc);
create index handoffs_prospect on sales.handoffs (workspace_id, prospect_id, id desc);
create index handoffs_assigned on sales.handoffs (workspace_id, assigned_to, id desc);
create index handoffs_conversation on sales.handoffs (workspace_id, conversation_id);
create index handoffs_appointment on sales.handoffs (workspace_id, appointment_id);
create index handoffs_due on sales.handoffs (expires_at) where status = 'pending';
create trigger touch before update on sales.handoffs for each row execute function app.touch();
select app.tenant_table('sales.handoffs');

create table sales.routing_rules (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  name text not null,
  active boolean not null default true,
  -- Rules are tried from the smallest on.
  position int not null default 100,
  applies_to text[] not null default '{prospect,handoff}' check (applies_to <@ '{prospect,handoff}'),
  -- {city: [], channel: [], language: [], priority: [], budget_min, budget_max, currency}: all that are there must hold.
  conditions jsonb not null default '{}',
  strategy text not null check (strategy in ('member', 'round_robin')),
  member_ids uuid[] not null check (cardinality(member_ids) between 1 and 100),
  -- How often it has chosen: whose turn it is.
  turns bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index routing_rules_order on sales.routing_rules (workspace_id, position, id);
create trigger touch before update of name, active, position, applies_to, conditions, strategy, member_ids on sales.routing_rules
  for each row execute function app.touch();
select app.tenant_table('sales.routing_rules');

-- What the agent understood in a conversation.
create table sales.detected_entities (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  conversation_id uuid not null,
  message_id uuid,
  type text not null,
  value text not null,
  confidence numeric(5, 4) check (confidence between 0 and 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade,
  constraint entities_message_fkey foreign key (workspace_id, message_id)
    references inbox.messages (workspace_id, id) on delete set null (message_id)
);
create index entities_order on sales.detected_entities (workspace_id, conversation_id, id desc);
create index entities_message on sales.detected_entities (workspace_id, message_id);
create trigger touch before update on sales.detected_entities for each row execute function app.touch();
select app.tenant_table('sales.detected_entities');

create table sales.agent_actions (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  conversation_id uuid not null,
  type text not null,
  description text,
  status text not null default 'completed' check (status in ('pending', 'in_progress', 'completed', 'failed')),
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade
);
create index agent_actions_order on sales.agent_actions (workspace_id, conversation_id, id desc);
create trigger touch before update on sales.agent_actions for each row execute function app.touch();
select app.tenant_table('sales.agent_actions');

create table sales.plan_steps (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  conversation_id uuid not null,
  position int not null,
  description text not null,
  status text not null default 'pending' check (status in ('pending', 'in_progress', 'completed', 'skipped')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade
);
create index plan_steps_order on sales.plan_steps (workspace_id, conversation_id, position, id);
create trigger touch before update on sales.plan_steps for each row execute function app.touch();
select app.tenant_table('sales.plan_steps');

-- The state of a conversation while it goes on.
create table sales.live_conversations (
  conversation_id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  status text not null default 'active' check (status in ('active', 'waiting', 'ended')),
  stage text,
  intent text,
  sentiment text check (sentiment in ('positive', 'neutral', 'negative')),
  ai_confidence numeric(5, 4) check (ai_confidence between 0 and 1),
  next_action text,
  state jsonb not null default '{}',
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, conversation_id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade
);
create index live_conversations_going_on on sales.live_conversations (workspace_id, conversation_id desc) where status <> 'ended';
create trigger touch before update on sales.live_conversations for each row execute function app.touch();
select app.tenant_table('sales.live_conversations');

-- What whoever looks after quality says about a conversation.
create table sales.reviews (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id(),
  conversation_id uuid not null,
  message_id uuid,
  note text,
  score int check (score between 0 and 100),
  reviewed_by uuid default app.user_id() references identity.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  foreign key (workspace_id, conversation_id) references inbox.conversations (workspace_id, id) on delete cascade,
  constraint reviews_message_fkey foreign key (workspace_id, message_id)
    references inbox.messages (workspace_id, id) on delete set null (message_id)
);
create index reviews_order on sales.reviews (workspace_id, conversation_id, id desc);
create index reviews_message on sales.reviews (workspace_id, message_id);
create trigger touch before update on sales.reviews for each row execute function app.touch();
select app.tenant_table('sales.reviews');

grant create on schema sales to app_system;
alter function sales.search_properties(text, text, text, text, uuid, int) owner to app_system;
alter function sales.search_prospects(text, text, text, uuid, uuid, int) owner to app_system;
revoke create on schema sales from app_system;
