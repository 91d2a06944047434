#!/bin/bash
# Follows "Debian 12 with PostgreSQL, nginx and systemd" of docs/operations.md as root, block by block, with the real nginx
# and PostgreSQL, and checks what an operator would. Where no systemd runs, `systemctl` is a function that starts the
# unit's own command with its own environment and user. Takes away afterwards what it made.
set -euo pipefail
cd "$(dirname "$0")/../.."
source_tree=$PWD
host=calls.example.com

for taken in /opt/switchboard /etc/switchboard.env /var/lib/switchboard; do
  [ ! -e "$taken" ] || { echo "There is a $taken already: this machine has an installation, which is left alone."; exit 1; }
done

work=$(mktemp -d)
unit=/etc/systemd/system/switchboard.service
server=
stop_server() {
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || true
    server=
  fi
}
of_unit() { sed -n "s/^$1=//p" "$unit"; }
systemctl() {
  case "$*" in
    daemon-reload) ;;
    'enable --now switchboard' | 'start switchboard')
      (cd "$(of_unit WorkingDirectory)" && set -a && . "$(of_unit EnvironmentFile)" && umask "$(of_unit UMask)" &&
        exec setpriv --reuid switchboard --regid switchboard --clear-groups --no-new-privs \
          env -u CI HOME=/var/lib/switchboard $(of_unit ExecStart)) >"$work/server.log" 2>&1 &
      server=$!
      ;;
    'stop switchboard') stop_server ;;
    'reload nginx') nginx -s reload 2>/dev/null || nginx ;;
    *) echo "systemctl $* is not expected here."; return 1 ;;
  esac
}
cleanup() {
  status=$?
  set +e
  cd /
  if [ $status -ne 0 ] && [ -e "$work/server.log" ]; then tail -40 "$work/server.log"; fi
  stop_server
  nginx -s stop 2>/dev/null || true
  rm -f /etc/nginx/sites-enabled/switchboard /etc/nginx/sites-available/switchboard "$unit" /etc/switchboard.env /usr/local/bin/switchboard
  [ ! -s "$work/hosts" ] || cat "$work/hosts" >/etc/hosts
  rm -rf /etc/ssl/$host /var/backups/switchboard /var/lib/switchboard /opt/switchboard "$work"
  if [ -n "${cluster:-}" ]; then pg_dropcluster --stop 15 main || true; fi
  deluser --quiet switchboard 2>/dev/null || true
  exit $status
}
trap cleanup EXIT

# What a new machine has: the program, a name for the host, and (where Debian's cluster was not wanted) a cluster.
install -d /opt/switchboard
git -C "$source_tree" ls-files -z --cached --others --exclude-standard | tar -C "$source_tree" --null -T - -cf - | tar -C /opt/switchboard -xf -
cp /etc/hosts "$work/hosts"
echo "127.0.0.1 $host" >>/etc/hosts
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt-get -o DPkg::Lock::Timeout=300 update -q >/dev/null
if ! pg_lsclusters -h 2>/dev/null | grep -q '^15 *main '; then
  apt-get install -y -q postgresql-15 >/dev/null
  pg_lsclusters -h | grep -q '^15 *main ' || pg_createcluster 15 main >/dev/null
  cluster=made
fi
pg_ctlcluster 15 main start 2>/dev/null || true
apt-get() { command apt-get -o DPkg::Lock::Timeout=300 -q "$@" >/dev/null; }

blocks() { awk '/^<!-- walk -->$/ { next_one = 1; next } /^```/ { if (inside) { inside = 0; print "#--" } else if (next_one) { inside = 1; next_one = 0 } next } inside' "$1"; }
blocks docs/operations.md >"$work/blocks"
block=
number=0
while IFS= read -r line; do
  if [ "$line" != '#--' ]; then
    block+=$line$'\n'
    continue
  fi
  number=$((number + 1))
  printf '\n-- block %s\n%s' "$number" "$block"
  eval "$block"
  block=
  case $number in
    3) # The unit is sound, but for the program that systemd-analyze cannot see running.
      systemd-analyze verify "$unit"
      ;;
    4) # Through the proxy: the client's own address counts, and /metrics is not public.
      [ "$(curl -s -o /dev/null -w '%{http_code}' --cacert /etc/ssl/$host/fullchain.pem https://$host/metrics)" != 200 ]
      token=$(sed -n 's/^METRICS_TOKEN=//p' /etc/switchboard.env)
      curl -fsS http://127.0.0.1:3001/metrics -H "authorization: Bearer $token" | grep -q switchboard_http_requests_total
      curl -fsS --cacert /etc/ssl/$host/fullchain.pem https://$host/api/auth/login -H 'content-type: application/json' \
        -d '{"email": "ana@example.com", "password": "correct horse battery"}' | grep -q access_token
      ;;
    6)
      switchboard user list | grep -q ana@example.com
      curl -fsS --cacert /etc/ssl/$host/fullchain.pem https://$host/api/auth/login -H 'content-type: application/json' \
        -d '{"email": "ana@example.com", "password": "correct horse battery"}' | grep -q access_token
      ;;
  esac
done <"$work/blocks"
[ "$number" -eq 6 ] || { echo "There are $number blocks in docs/operations.md; six were expected."; exit 1; }
printf '\nAn operator gets from the first command to a restored backup.\n'
