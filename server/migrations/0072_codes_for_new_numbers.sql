-- A telephone number that becomes the user's when the code that was sent to it is confirmed.
alter table identity.codes add column new_address text;
