-- What a request under an Idempotency-Key makes has its id from here, so that whoever repeats it after a crash finds it.
alter table platform.idempotency_keys add column effect_id uuid not null default gen_random_uuid();
