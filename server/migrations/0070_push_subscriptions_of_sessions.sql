-- The session that subscribed a browser, so that a browser can unsubscribe without naming its endpoint.
alter table notifications.push_subscriptions
  add column session_id uuid references identity.sessions (id) on delete set null;
create index push_subscriptions_session on notifications.push_subscriptions (session_id) where session_id is not null;

-- As before, and with the session. The version without it stays for nodes of the previous version.
create function notifications.subscribe(p_id uuid, p_endpoint text, p_p256dh bytea, p_auth bytea, p_session_id uuid)
returns notifications.push_subscriptions
language plpgsql volatile security definer set search_path = '' as $$
declare made notifications.push_subscriptions;
begin
  insert into notifications.push_subscriptions as s (id, user_id, endpoint, p256dh, auth, session_id)
  values (p_id, app.user_id(), p_endpoint, p_p256dh, p_auth, p_session_id)
  on conflict (endpoint) do update
    set user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth, session_id = excluded.session_id
  returning s.* into made;
  delete from notifications.push_subscriptions s
   where s.id in (select o.id from notifications.push_subscriptions o
                   where o.user_id = app.user_id() and o.id <> made.id order by o.id desc offset 19);
  return made;
end $$;
grant create on schema notifications to app_system;
alter function notifications.subscribe(uuid, text, bytea, bytea, uuid) owner to app_system;
revoke create on schema notifications from app_system;
