-- A campaign enrols the contacts of its list some at a time: the start enrols the first ones, the engine the others.

alter table campaigns.campaigns
  -- The last list item whose contact was enrolled; null before the start and once all have been.
  add column enrol_after uuid;

-- The order in which the contacts of a list are enrolled.
create index list_items_in_order on contacts.list_items (workspace_id, contact_list_id, id);
