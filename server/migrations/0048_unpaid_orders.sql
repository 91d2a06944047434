-- Orders from a shop's public page reserve their stock until they are paid, and for so long at most.
alter table shop.shops
  add column reserve_stock_minutes int not null default 1440 check (reserve_stock_minutes between 15 and 43200);
drop trigger touch on shop.shops;
create trigger touch before update of name, description, order_mails, reserve_stock_minutes on shop.shops
  for each row execute function app.touch();

alter table shop.orders
  -- Set for public orders that cost something: unpaid after this, they are cancelled.
  add column reserved_until timestamptz,
  -- A keyed digest of the address that a public order came from, while the order is open and unpaid.
  add column placed_from text;
create index orders_reserved_until on shop.orders (reserved_until, id)
  where status = 'pending' and payment_status in ('pending', 'failed') and reserved_until is not null;
create index orders_placed_from on shop.orders (workspace_id, placed_from) where placed_from is not null;

alter table shop.order_changes add column reason text check (reason in ('not_paid_in_time'));
