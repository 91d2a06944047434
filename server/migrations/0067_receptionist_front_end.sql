-- What the receptionist's users see of a client and a call, the value of calls, and the steps of a new account.

alter table receptionist.clients add location text, add description text;

alter table receptionist.calls
  add status text not null default 'completed' check (status in ('completed', 'missed', 'failed')),
  add booked boolean not null default false,
  -- In major units of the currency. Null: not known.
  add revenue_value numeric(16, 4) check (revenue_value >= 0),
  add currency text check (currency ~ '^[A-Z]{3}$');
-- Revenue reads only the calls that have a value, from the index alone.
create index calls_with_value on receptionist.calls (workspace_id, started_at)
  include (client_id, currency, revenue_value, booked) where revenue_value is not null;

-- A question without a client is about what all clients of the workspace know.
create or replace function receptionist.search_words(p_client uuid, p_query tsquery, p_limit int)
returns table (knowledge_id uuid, number int, rank real)
language sql stable security definer set search_path = '' as $$
  select p.knowledge_id, p.number, ts_rank(p.words, p_query)
    from receptionist.passages p
   where p.workspace_id = (select app.workspace_id()) and (p_client is null or p.client_id = p_client) and p.words @@ p_query
   order by 3 desc, 1, 2 limit least(p_limit, 100)
$$;

-- What a user has entered while setting up their first client.
create table receptionist.onboardings (
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  user_id uuid not null default app.user_id() references identity.users (id) on delete cascade,
  answers jsonb not null default '{}' check (jsonb_typeof(answers) = 'object'),
  completed_steps int[] not null default '{}',
  client_id uuid,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, user_id),
  foreign key (workspace_id, client_id) references receptionist.clients (workspace_id, id) on delete set null (client_id)
);
create index onboardings_of_user on receptionist.onboardings (user_id);
create index onboardings_of_client on receptionist.onboardings (workspace_id, client_id);
create trigger touch before update on receptionist.onboardings for each row execute function app.touch();
select app.tenant_table('receptionist.onboardings');

-- Settings of front-ends that mean nothing to the server. It keeps them for the workspace.
alter table identity.workspaces add preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object');
