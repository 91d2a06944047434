-- A score can be corrected, and says when it was.
alter table sales.qualification_scores add column updated_at timestamptz not null default now();
create trigger touch before update on sales.qualification_scores for each row execute function app.touch();
