-- A room's name is the workspace's own: two workspaces may have a room of the same name open at the same time.
drop index video.calls_open_room;
create unique index calls_open_room on video.calls (workspace_id, room_name)
  where status in ('ringing', 'accepted') and workspace_id is not null;
