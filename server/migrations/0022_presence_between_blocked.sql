-- Presence is hidden between two of whom one has blocked the other, in both directions: the one who blocks sees no more
-- than is shown to the other.
create or replace function app.people(p_ids uuid[])
returns table (id uuid, name text, username text, display_name text, avatar_url text, status text,
               last_active_at timestamptz, online boolean)
language sql stable security definer set search_path = '' as $$
  select u.id, coalesce(u.display_name, u.full_name, u.username), u.username, u.display_name, u.avatar_url,
         s.text, case when not hiding then u.last_active_at end, not hiding and exists (
           select from chat.presence p where p.user_id = u.id and p.online_until > now())
    from identity.users u
    left join chat.statuses s on s.user_id = u.id and (s.expires_at is null or s.expires_at > now())
    cross join lateral (select app.is_blocked(u.id, app.user_id()) as hiding) h
   where u.id = any (p_ids)
$$;
