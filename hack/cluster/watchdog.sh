# Ends the control plane's processes when its supervisor is gone, however it went: the supervisor holds the only
# writing end of this script's stdin, so even SIGKILL closes it. Portable sh; started in a session of its own.
#   sh watchdog.sh [FOLDER]     FOLDER: what to remove at the end
# stdin, one a line: "start PID" and "end PID", PID being the leader of a process group; "keep": not the folder.
trap '' INT TERM HUP
folder=$1
groups=''
while read -r what pid; do
  case $what in
    start) groups="$pid $groups" ;; # newest first: the reverse of the order in which they need each other
    end)
      rest=''
      for group in $groups; do [ "$group" = "$pid" ] || rest="$rest $group"; done
      groups=$rest
      ;;
    keep) folder='' ;;
  esac
done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
tries=0
for group in $groups; do
  while [ $tries -lt 20 ] && kill -s 0 -- "-$group" 2>/dev/null; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -s KILL -- "-$group" 2>/dev/null
done
[ -z "$folder" ] || rm -rf -- "$folder"
