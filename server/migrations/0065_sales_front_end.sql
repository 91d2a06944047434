-- What the sales front-end sends and shows that the tables did not hold.

-- Its agents state their confidence as a word and the number of messages of a conversation without its transcript.
alter table inbox.conversations
  add column ai_confidence_level text check (ai_confidence_level in ('high', 'medium', 'low')),
  add column stated_message_count int check (stated_message_count >= 0);

alter table sales.live_conversations
  add column ai_confidence_level text check (ai_confidence_level in ('high', 'medium', 'low')),
  drop constraint live_conversations_status_check,
  add constraint live_conversations_status_check
    check (status in ('active', 'waiting', 'ended', 'dialing', 'ringing', 'connected', 'typing'));

alter table sales.prospects
  add column primary_segment text,
  add column property_type_pref text,
  add column beds_min int check (beds_min between 0 and 1000),
  add column consent_status text not null default 'unknown' check (consent_status in ('opted_in', 'opted_out', 'unknown'));

-- A rule with the strategy `auto` has no members of its own.
alter table sales.routing_rules
  drop constraint routing_rules_strategy_check,
  add constraint routing_rules_strategy_check check (strategy in ('member', 'round_robin', 'auto')),
  drop constraint routing_rules_member_ids_check,
  add constraint routing_rules_member_ids_check
    check (cardinality(member_ids) between case strategy when 'auto' then 0 else 1 end and 100);

alter table campaigns.campaigns
  add column target_city text,
  add column agent_persona text,
  -- Recorded conversations of the campaign in writing, the answered ones among them, and those with a click.
  add column messages_sent int not null default 0,
  add column messages_answered int not null default 0,
  add column messages_clicked int not null default 0;

alter table integrations.connections
  add column icon text,
  -- Names of the secrets in `secrets_sealed` that came as settings.
  add column secret_settings text[] not null default '{}';

-- Keeps the counts of a campaign with each conversation, so that a list of campaigns reads no conversation.
create function sales.count_messages() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.campaign_id is not null and old.channel <> 'phone' then
    update campaigns.campaigns c
       set messages_sent = c.messages_sent - 1,
           messages_answered = c.messages_answered - sales.is_answer(old.outcome),
           messages_clicked = c.messages_clicked - (coalesce(old.outcome, '') = 'clicked')::int
     where c.id = old.campaign_id;
  end if;
  if tg_op <> 'DELETE' and new.campaign_id is not null and new.channel <> 'phone' then
    update campaigns.campaigns c
       set messages_sent = c.messages_sent + 1,
           messages_answered = c.messages_answered + sales.is_answer(new.outcome),
           messages_clicked = c.messages_clicked + (coalesce(new.outcome, '') = 'clicked')::int
     where c.id = new.campaign_id;
  end if;
  return null;
end $$;
create function sales.is_answer(outcome text) returns int language sql immutable
  as $$ select (coalesce(outcome, '') in ('responded', 'connected', 'qualified', 'not_interested'))::int $$;
create trigger count_messages_of_new after insert on inbox.conversations
  for each row when (new.campaign_id is not null) execute function sales.count_messages();
create trigger count_messages_of_changed after update of campaign_id, outcome on inbox.conversations
  for each row when ((old.campaign_id, old.outcome) is distinct from (new.campaign_id, new.outcome)
                     and (old.campaign_id is not null or new.campaign_id is not null))
  execute function sales.count_messages();
create trigger count_messages_of_removed after delete on inbox.conversations
  for each row when (old.campaign_id is not null) execute function sales.count_messages();
