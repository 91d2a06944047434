-- A limit may name a third thing, a key: {key: [0, seconds, other]}. Its growing delay then does not hold up attempts for
-- which nothing was counted under that other key, as long as fewer than 100 were counted under its own. So whoever fails
-- on purpose for an account of somebody else holds up the addresses that fail, not a clean one with the right password.
create or replace function app.admit_attempt(p_limits jsonb) returns int language plpgsql volatile as $$
declare
  moment timestamptz; wait interval;
begin
  insert into identity.attempts (key) select k from jsonb_object_keys(p_limits) k order by k on conflict do nothing;
  perform 1 from identity.attempts a where a.key in (select jsonb_object_keys(p_limits)) order by a.key for update;
  moment := clock_timestamp();
  select max(case
      when allowed = 0 and made >= 10 and (is_held_up or made >= 100)
        then recent[made] + least(power(2, least(made - 10, 20)), 900) * interval '1 second' - moment
      when allowed > 0 and made >= allowed then recent[made - allowed + 1] + span - moment
    end) into wait
    from (
      select allowed, span, recent, is_held_up, cardinality(recent) as made
        from (
          select (l.value ->> 0)::int as allowed, (l.value ->> 1)::int * interval '1 second' as span,
                 array(select t from unnest(a.times) t where t > moment - (l.value ->> 1)::int * interval '1 second' order by t) as recent,
                 l.value ->> 2 is null or exists (
                   select from identity.attempts o, unnest(o.times) t
                    where o.key = l.value ->> 2 and t > moment - (l.value ->> 1)::int * interval '1 second') as is_held_up
            from jsonb_each(p_limits) l join identity.attempts a on a.key = l.key
        ) windows
    ) counted;
  if wait > interval '0' then
    delete from identity.attempts a where a.key in (select jsonb_object_keys(p_limits)) and a.times = '{}';
    return ceil(extract(epoch from wait));
  end if;
  update identity.attempts a
     set times = array(select t from unnest(a.times) t where t > moment - (l.value ->> 1)::int * interval '1 second' order by t) || moment,
         forgotten_at = moment + (l.value ->> 1)::int * interval '1 second'
    from jsonb_each(p_limits) l where a.key = l.key;
  return 0;
end $$;
