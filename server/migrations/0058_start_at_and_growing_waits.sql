-- Campaigns that begin later, and retries whose waits grow.

-- No call before this instant; null: at once.
alter table campaigns.campaigns add column start_at timestamptz;
drop trigger touch on campaigns.campaigns;
create trigger touch before update of title, description, segment, channels, status, contact_list_id, sip_provider_id, greeting_id,
  transfer_number, caller_id, calling_hours, key_map, retry, max_concurrent_calls, calls_per_second, ring_timeout_seconds,
  voicemail, record, transfer_wait_seconds, hold_greeting_id, apology_greeting_id, start_at on campaigns.campaigns for each row execute function app.touch();

-- How long a contact waits for the next call after so many. With backoff `doubling` the wait doubles after each call, up to
-- max_delay_minutes (a day where the rule does not say).
create function campaigns.retry_delay(retry jsonb, calls int) returns interval language sql immutable as $$
  select make_interval(mins => (case
    when retry ->> 'backoff' = 'doubling' then
      least((retry ->> 'delay_minutes')::bigint * (1::bigint << least(greatest(calls, 1) - 1, 20)),
            coalesce((retry ->> 'max_delay_minutes')::bigint, 1440))
    else (retry ->> 'delay_minutes')::bigint end)::int)
$$;
