-- Appointments in the order of a calendar.
create index appointments_scheduled on sales.appointments (workspace_id, scheduled_date, id);
create index appointments_rep_scheduled on sales.appointments (workspace_id, assigned_rep_id, scheduled_date, id);
