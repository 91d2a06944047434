-- Browsers that people let us notify by web push.

create schema notifications;
grant usage on schema notifications to app_user, app_system;

-- A browser is a person's, whatever workspace they are in.
create table notifications.push_subscriptions (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- Where the browser's push service takes messages for it: whoever knows it may send, so it is shown to nobody.
  endpoint text not null unique,
  -- The browser's public key (P-256, uncompressed) and its secret, for RFC 8291.
  p256dh bytea not null check (octet_length(p256dh) = 65),
  auth bytea not null check (octet_length(auth) = 16),
  created_at timestamptz not null default now()
);
create index push_subscriptions_user on notifications.push_subscriptions (user_id, id desc);
select app.open_to_server('notifications.push_subscriptions');
create policy self on notifications.push_subscriptions to app_user using (user_id = (select app.user_id()));
grant select, delete on notifications.push_subscriptions to app_user;

-- A browser notifies whoever signed in there last, so a subscription moves from person to person; row security would
-- hide the other's. Somebody's oldest browsers are forgotten.
create function notifications.subscribe(p_id uuid, p_endpoint text, p_p256dh bytea, p_auth bytea)
returns notifications.push_subscriptions
language plpgsql volatile security definer set search_path = '' as $$
declare made notifications.push_subscriptions;
begin
  insert into notifications.push_subscriptions as s (id, user_id, endpoint, p256dh, auth)
  values (p_id, app.user_id(), p_endpoint, p_p256dh, p_auth)
  on conflict (endpoint) do update
    set user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth
  returning s.* into made;
  delete from notifications.push_subscriptions s
   where s.id in (select o.id from notifications.push_subscriptions o
                   where o.user_id = app.user_id() and o.id <> made.id order by o.id desc offset 19);
  return made;
end $$;
grant create on schema notifications to app_system;
alter function notifications.subscribe(uuid, text, bytea, bytea) owner to app_system;
revoke create on schema notifications from app_system;
