# Keeps one container: relays what it writes into files, and records how it ended. It outlives the agent, which follows
# the files. One shell for the life of the container, one relay for each stream that is open.
#
# The container writes into pipes and not into the files themselves: programs may truncate what they open as
# /dev/stdout or /dev/stderr.
#
# Environment:
#   DIR       the container's directory
#   SH CAT MKFIFO SETSID SLEEP   programs
#   ISOLATE   command that gives the shim's children a new pid namespace, or nothing
#   ENTER     command that starts the container's first process in its other namespaces or its own session
#   TTY STDIN MERGE LEFTOVERS    1 or 0: on a terminal; with standard input; standard error joins standard output;
#             processes may outlive the first one
# Descriptors:
#   9  the agent, until the container's own program starts     3 4  the pipes, or the terminal's controlling side
#   6 8  a pipe that the relays hold open, so that its end tells that they have written everything

if [ "${1:-}" != keep ]; then
    cd "$DIR" || exit 1
    umask 022
    exec 9>&1 1>/dev/null 2>>shim.log
    read -r line </proc/self/stat && echo "$line" >shim
    $MKFIFO drained out err
    exec 7<>drained 6<drained 8>drained 7>&-
    if [ "$TTY" = 1 ]; then
        exec 3<>/dev/ptmx
        $MKFIFO terminal
        exec 5<>terminal
        echo terminal >&9
        read -r TERMINAL <&5
        exec 5>&-
        export TERMINAL
        $CAT <&3 >>raw.out 3>&- 6<&- 9>&- &
    else
        exec 3<>out 5<out
        $CAT <&5 >>raw.out 3>&- 5<&- 6<&- 9>&- &
        if [ "$MERGE" = 1 ]; then
            exec 4>&3 5<&-
        else
            exec 4<>err 5<err
            $CAT <&5 >>raw.err 3>&- 4>&- 5<&- 6<&- 9>&- &
            exec 5<&-
        fi
        if [ "$STDIN" = 1 ]; then
            # Standard input stays open while nobody is attached; killing this process is how the agent ends it.
            $MKFIFO stdin
            exec 5<>stdin 0<stdin
            $SH -c 'read -r line </proc/self/stat && echo "$line" >holder; exec "$@"' sh $SLEEP 2147483647 \
                >/dev/null 3>&- 4>&- 6<&- 8>&- 9>&- &
            exec 5>&-
        fi
    fi
    exec 8>&-
    exec $ISOLATE $SH "$0" keep
fi

# In the foreground: a background process of a shell ignores SIGINT and SIGQUIT, and so would the container. In a
# subshell: a shell redirects before it forks, and this one, which leads a session, must not come to own the terminal.
if [ "$TTY" = 1 ]; then
    (
        exec <>"/dev/pts/$TERMINAL" >&0 2>&1 3>&- 6<&-
        exec $ENTER $SETSID -c $SH init.sh
    )
else
    (
        exec >&3 2>&4 3>&- 4>&- 6<&-
        exec $ENTER $SH init.sh
    )
fi
code=$?
exec 3>&- 4>&- 9>&-
[ -f holder ] && read -r holder _ <holder && kill -KILL "$holder"
if [ "$LEFTOVERS" = 1 ]; then
    read -r first _ <init && kill -KILL "-$first"
else
    read -r _ <&6
fi
echo "$code" >exit
