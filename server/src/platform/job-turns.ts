/**
 * Turns in a queue of jobs: workspaces go round robin, so 5,000 jobs of one delay another's first job by those that are
 * running and no more. pg-boss takes jobs by priority, then by age; the priority of a job here is its turn. The first
 * waiting job of a workspace gets the turn that the queue has reached, each further one the turn behind the one before.
 *
 * A trigger, because the turn is read and taken in the statement that inserts the job. It runs with the rights of the role that
 * inserts, who may read of other jobs what turns need and no more.
 */
export const jobTurns = (schema: string): string => `
  create index if not exists job_turns on ${schema}.job_common (name, group_id, priority)
    where state < 'active' and group_id is not null;
  grant select (name, group_id, state, priority, blocked, start_after) on ${schema}.job_common to app_user, app_system;
  create or replace function ${schema}.next_turn() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $turn$
  begin
    new.priority := coalesce(
      (select min(priority) - 1 from ${schema}.job_common
        where name = new.name and group_id = new.group_id and state < 'active'),
      (select priority from ${schema}.job_common
        where name = new.name and state < 'active' and not blocked and start_after <= now()
        order by priority desc limit 1),
      0);
    return new;
  end $turn$;
  create or replace trigger take_turn before insert on ${schema}.job_common
    for each row when (new.group_id is not null) execute function ${schema}.next_turn()`
