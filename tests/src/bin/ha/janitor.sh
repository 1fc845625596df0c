# Waits until its standard input ends, which also happens when the harness is killed. Then ends every program whose working
# folder is in the folder $1, and removes the folder. PostgreSQL is told to stop, so that it gives back its shared memory.
cat >/dev/null

# Prints the programs whose working folder matches a pattern, and none that match another.
programs() {
  for process in /proc/[0-9]*; do
    folder=$(readlink "$process/cwd") || continue
    case $folder in
      $2) ;;
      $1) echo "${process#/proc/}" ;;
    esac
  done
}
signal() { kill -s "$1" $2 2>/dev/null; }

signal KILL "$(programs "$1/*" "*/data")"
signal CONT "$(programs "$1/*" "")"
signal QUIT "$(programs "$1/*" "")"
tries=0
while [ -n "$(programs "$1/*" "")" ] && [ $((tries += 1)) -lt 100 ]; do sleep 0.1; done
signal KILL "$(programs "$1/*" "")"
rm -rf "$1"
