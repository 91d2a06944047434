-- What calls cost by destination, and how much of it a workspace allows itself. Amounts are whole millionths of the
-- workspace's currency (micros).

create table telephony.call_rates (
  id uuid primary key,
  workspace_id uuid not null default app.workspace_id() references identity.workspaces (id) on delete cascade,
  -- Digits after the +. The longest prefix that a number begins with decides.
  prefix text not null check (prefix ~ '^[1-9][0-9]{0,14}$'),
  price_per_minute_micros bigint not null check (price_per_minute_micros between 0 and 1000000000000),
  -- Once for each answered call.
  connection_fee_micros bigint not null default 0 check (connection_fee_micros between 0 and 1000000000000),
  -- Billed time: the first increment, then whole further ones.
  first_increment_seconds int not null default 60 check (first_increment_seconds between 1 and 3600),
  next_increment_seconds int not null default 60 check (next_increment_seconds between 1 and 3600),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint call_rates_prefix_key unique (workspace_id, prefix)
);
create index call_rates_newest on telephony.call_rates (workspace_id, id desc);
create trigger touch before update on telephony.call_rates for each row execute function app.touch();
select app.tenant_table('telephony.call_rates');

-- The rate of a number (E.164) as JSON, so that an attempt keeps the one that it began with. Null: there is none.
create function telephony.rate_of(workspace uuid, number text) returns jsonb language sql stable as $$
  select jsonb_build_object(
           'price_per_minute_micros', r.price_per_minute_micros, 'connection_fee_micros', r.connection_fee_micros,
           'first_increment_seconds', r.first_increment_seconds, 'next_increment_seconds', r.next_increment_seconds)
    from telephony.call_rates r
   where r.workspace_id = workspace
     and r.prefix = any (array(select left(ltrim(number, '+'), length) from generate_series(1, 15) length))
   order by length(r.prefix) desc limit 1
$$;

-- The cost in micros of answered seconds, rounded up to a whole one. Not answered (null seconds): 0. No rate: null.
create function telephony.cost_of(rate jsonb, seconds numeric) returns bigint language sql immutable as $$
  select case when seconds is null then 0 else (
    select fee + (price * (first + ceil(greatest(0, seconds - first) / next)::bigint * next) + 59) / 60
      from jsonb_to_record(rate) as r (
             price_per_minute_micros bigint, connection_fee_micros bigint, first_increment_seconds int, next_increment_seconds int),
           lateral (select price_per_minute_micros as price, connection_fee_micros as fee,
                           first_increment_seconds as first, next_increment_seconds as next) rated
  ) end
$$;

alter table telephony.calling_limits
  -- Null: no limit.
  add column max_spend_per_day_micros bigint check (max_spend_per_day_micros >= 0),
  add column max_spend_per_month_micros bigint check (max_spend_per_month_micros >= 0);
alter table telephony.call_usage add column cost_micros bigint not null default 0;

alter table campaigns.attempts
  -- The rates of the number called and of the transfer number, when it began.
  add column rate jsonb,
  add column transfer_rate jsonb,
  -- What it may cost at most; counts against the limits until it ends.
  add column reserved_micros bigint not null default 0,
  add column cost_micros bigint;
alter table campaigns.campaigns add column cost_micros bigint not null default 0;

-- What a workspace may still spend: the least of what is left of the day and the month (UTC), without what calls in
-- progress have reserved. Null: it has no limit.
create function campaigns.spend_left(workspace uuid, moment timestamptz) returns bigint language sql stable as $$
  select least(
           l.max_spend_per_day_micros - coalesce((
             select u.cost_micros from telephony.call_usage u
              where u.workspace_id = workspace and u.day = (moment at time zone 'UTC')::date), 0),
           l.max_spend_per_month_micros - coalesce((
             select sum(u.cost_micros) from telephony.call_usage u
              where u.workspace_id = workspace and u.day >= date_trunc('month', moment at time zone 'UTC')::date), 0)
         )::bigint - coalesce((
           select sum(a.reserved_micros) from campaigns.attempts a where a.workspace_id = workspace and a.ended_at is null), 0)::bigint
    from telephony.calling_limits l
   where l.workspace_id = workspace and (l.max_spend_per_day_micros is not null or l.max_spend_per_month_micros is not null)
$$;
