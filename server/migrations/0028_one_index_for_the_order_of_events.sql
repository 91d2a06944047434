-- The order of the log is its key: an index of the sequence alone was written with every event and read by nothing.
drop index platform.events_order;
alter table platform.events drop constraint events_pkey;
alter table platform.events add constraint events_pkey primary key (transaction_id, sequence);
