# Runs a PostgreSQL server in a temporary folder: supervise.sh PROGRAMS AUTHENTICATION PASSWORD
#
# Prints the folder, then "ok" or "failed" for initdb and for each start. Each line of standard input starts the server
# with the options in it. Standard input ends when the parent process ends, even if it is killed: then the server stops,
# and its folder is removed.

step() {
  if "$@" >>log 2>&1 </dev/null; then echo ok; else echo failed; fi
}

# The parent may end while a step runs.
trap '' PIPE

folder=$(mktemp -d "${TMPDIR:-/tmp}/postgres-XXXXXX") && cd "$folder" || exit
folder=$PWD
echo "$folder"
echo "$3" >password
step "$1/initdb" --pgdata=data --username=postgres --pwfile=password --auth="$2" --encoding=UTF8 --locale=C --no-sync
while read -r options; do
  step "$1/pg_ctl" start --pgdata=data --log=log --options="$options"
done
"$1/pg_ctl" stop --pgdata=data --mode=immediate >>log 2>&1
cd /
# Processes of a killed server may still write for a moment.
for _ in 1 2 3 4 5; do
  rm -rf "$folder" && break
  sleep 1
done
