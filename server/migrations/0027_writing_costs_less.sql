-- What is checked of a row that is written is checked once, so the cheapest form is the function itself. A subquery, which
-- pays when many rows are read, costs a plan node of its own in every statement that writes one.

create or replace function app.tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s to app_user using (workspace_id = (select app.workspace_id())) '
    'with check (workspace_id = app.workspace_id())', target);
  perform app.open_to_server(target);
  execute format('grant select, insert, update, delete on %s to app_user', target);
  execute format('alter table %s alter column workspace_id set (n_distinct = 100)', target);
end $$;

do $$
declare
  p record;
begin
  for p in
    select format('%I.%I', schemaname, tablename) as target from pg_policies
     where policyname = 'tenant' and with_check = '(workspace_id = ( SELECT app.workspace_id() AS workspace_id))'
  loop
    execute format('alter policy tenant on %s with check (workspace_id = app.workspace_id())', p.target);
  end loop;
end $$;
alter policy append on platform.events with check (workspace_id is not distinct from app.workspace_id());

-- Both identities in one statement.
create or replace function contacts.keep_identities() returns trigger language plpgsql as $$
begin
  insert into contacts.identities (workspace_id, contact_id, kind, value)
  select new.workspace_id, new.id, i.kind, i.value
    from (values ('phone', new.phone_number), ('email', lower(new.email))) i (kind, value)
   where i.value is not null
  on conflict on constraint identities_value_key do nothing;
  return null;
end $$;
