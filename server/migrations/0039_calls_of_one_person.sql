-- Nobody is rung by two campaigns at once, and a number on the do-not-call list is not called from then on.

create index attempts_of_number on campaigns.attempts (workspace_id, phone_number, invite_at);
create index attempts_under_way on campaigns.attempts (workspace_id, phone_number) where ended_at is null;

-- Whoever calls a number, or forbids it, holds its lock until the commit, so that each sees what the other did.
create function contacts.number_key(workspace uuid, number text) returns bigint language sql immutable as $$
  select hashtextextended('telephone/' || workspace || '/' || number, 0)
$$;

create function contacts.lock_number() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(contacts.number_key(new.workspace_id, new.phone_number));
  return new;
end $$;
create trigger lock_number before insert on contacts.do_not_call for each row execute function contacts.lock_number();

-- When a target's person may be called as far as the other targets are concerned: those with the same number, and those
-- with the same contact. Null: at once. While one of their calls lasts, it is looked at again every 10 s.
create function campaigns.free_at(workspace uuid, target uuid, contact uuid, telephone text, moment timestamptz, distance interval)
returns timestamptz language sql stable as $$
  select max(case when ended_at is null then moment + interval '10 s' else least(invite_at, moment) + distance end)
    from (
      select a.invite_at, a.ended_at from campaigns.attempts a
       where a.workspace_id = workspace and a.phone_number = telephone and a.ended_at is null and a.target_id <> target
      union all
      select a.invite_at, a.ended_at from campaigns.attempts a
       where a.workspace_id = workspace and a.phone_number = telephone and a.invite_at > moment - distance and a.target_id <> target
      union all
      select a.invite_at, a.ended_at
        from campaigns.targets o join campaigns.attempts a on a.workspace_id = o.workspace_id and a.id = o.last_attempt_id
       where o.workspace_id = workspace and o.contact_id = contact and o.id <> target
         and (a.ended_at is null or a.invite_at > moment - distance)
    ) calls
$$;
