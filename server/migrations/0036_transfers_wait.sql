-- A transfer by bridge needs a second channel of the trunk: callers may have to wait for one, and some are lost.

alter table campaigns.campaigns
  add column transfer_wait_seconds int not null default 30 check (transfer_wait_seconds between 0 and 600),
  add column hold_greeting_id uuid,
  add column apology_greeting_id uuid,
  -- Kept equal to the targets' rows by their trigger.
  add column transfers_requested int not null default 0,
  add column transfers_waiting int not null default 0,
  add column transfers_waited int not null default 0,
  add column transfers_lost int not null default 0,
  add column transfer_wait_ms bigint not null default 0,
  add column longest_transfer_wait_ms int not null default 0,
  add foreign key (workspace_id, hold_greeting_id) references files.greetings (workspace_id, id) on delete set null (hold_greeting_id),
  add foreign key (workspace_id, apology_greeting_id) references files.greetings (workspace_id, id) on delete set null (apology_greeting_id);
create index campaigns_hold_greeting on campaigns.campaigns (workspace_id, hold_greeting_id);
create index campaigns_apology_greeting on campaigns.campaigns (workspace_id, apology_greeting_id);

alter table campaigns.targets
  -- The first time that the contact pressed a key that transfers.
  add column transfer_requested_at timestamptz,
  -- The last wait for a channel; it goes on while it has begun and not ended.
  add column transfer_wait_began_at timestamptz,
  add column transfer_wait_ended_at timestamptz,
  -- All waits of the contact together.
  add column transfer_wait_ms int not null default 0,
  -- No channel came free before the wait ended, or before the contact hung up.
  add column transfer_lost boolean not null default false;

drop trigger touch on campaigns.campaigns;
create trigger touch before update of title, description, segment, channels, status, contact_list_id, sip_provider_id, greeting_id,
  transfer_number, caller_id, calling_hours, key_map, retry, max_concurrent_calls, calls_per_second, ring_timeout_seconds,
  voicemail, record, transfer_wait_seconds, hold_greeting_id, apology_greeting_id
  on campaigns.campaigns for each row execute function app.touch();

create or replace function campaigns.count_targets() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update campaigns.campaigns c set contacts = c.contacts + n.contacts
      from (select campaign_id, count(*) as contacts from new_rows group by campaign_id) n
     where c.id = n.campaign_id;
    return null;
  end if;
  update campaigns.campaigns c
     set contacts = c.contacts + n.contacts,
         finished_contacts = c.finished_contacts + n.finished,
         attempts = c.attempts + n.attempts,
         total_calls = c.total_calls + n.dialled,
         answered_calls = c.answered_calls + n.answered,
         transferred_calls = c.transferred_calls + n.transferred,
         failed_calls = c.failed_calls + n.failed,
         transfers_requested = c.transfers_requested + n.requested,
         transfers_waiting = c.transfers_waiting + n.waiting,
         transfers_waited = c.transfers_waited + n.waited,
         transfers_lost = c.transfers_lost + n.lost,
         transfer_wait_ms = c.transfer_wait_ms + n.wait_ms,
         longest_transfer_wait_ms = greatest(c.longest_transfer_wait_ms, n.longest_wait_ms)
    from (
      select campaign_id,
             sum(sign) as contacts,
             sum(sign * (finished_at is not null)::int) as finished,
             sum(sign * attempts) as attempts,
             sum(sign * (attempts > 0)::int) as dialled,
             sum(sign * (answered_at is not null)::int) as answered,
             sum(sign * (transferred_at is not null)::int) as transferred,
             sum(sign * (attempts > 0 and finished_at is not null and answered_at is null)::int) as failed,
             sum(sign * (transfer_requested_at is not null)::int) as requested,
             sum(sign * (transfer_wait_began_at is not null and finished_at is null
                         and (transfer_wait_ended_at is null or transfer_wait_ended_at < transfer_wait_began_at))::int) as waiting,
             sum(sign * (transfer_wait_began_at is not null)::int) as waited,
             sum(sign * transfer_lost::int) as lost,
             sum(sign * transfer_wait_ms) as wait_ms,
             max(transfer_wait_ms) as longest_wait_ms
        from (select 1 as sign, * from new_rows union all select -1, * from old_rows) changed
       group by campaign_id
    ) n
   where c.id = n.campaign_id
     and (n.contacts, n.finished, n.attempts, n.dialled, n.answered, n.transferred, n.failed,
          n.requested, n.waiting, n.waited, n.lost, n.wait_ms) is distinct from (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return null;
end $$;
