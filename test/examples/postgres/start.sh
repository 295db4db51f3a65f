#!/bin/sh
# A new cluster with the user and the database of POSTGRES_USER, open to the project's network.
set -e
bin=$(ls -d /usr/lib/postgresql/*/bin)
data=/tmp/data
printf %s "$POSTGRES_PASSWORD" >/tmp/password
"$bin/initdb" --pgdata "$data" --username "$POSTGRES_USER" --pwfile /tmp/password --auth scram-sha-256 >/dev/null
echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
"$bin/pg_ctl" --pgdata "$data" --options "-c listen_addresses=''" -o '-k /tmp' --wait start >/dev/null
PGPASSWORD=$POSTGRES_PASSWORD "$bin/createdb" --host /tmp --username "$POSTGRES_USER" "$POSTGRES_USER"
"$bin/pg_ctl" --pgdata "$data" --wait stop >/dev/null
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -k /tmp
