#!/bin/sh
# Stand-in for agnhost: pause, serve-hostname, and of netexec the paths that are files.
command=${1:-pause}
[ $# -gt 0 ] && shift
port=
for argument; do
    case $argument in
        --port=* | --http-port=*) port=${argument#*=} ;;
        --*) echo "agnhost: stand-in of Flotilla: ignores $argument" >&2 ;;
    esac
done
case $command in
    pause)
        echo Paused
        exec sleep 2147483647 ;;
    serve-hostname)
        pages=${FLOTILLA_SCRATCH:-/tmp}/www
        mkdir -p "$pages"
        printf '%s' "$HOSTNAME" >"$pages/index.html"
        exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}${port:-9376}" -h "$pages" 2>&1 ;;
    netexec)
        pages=${FLOTILLA_SCRATCH:-/tmp}/www
        mkdir -p "$pages"
        printf '%s' "$HOSTNAME" >"$pages/hostname"
        cp "$pages/hostname" "$pages/hostName"
        : >"$pages/healthz"
        printf 'NOW: %s' "$(date)" >"$pages/index.html"
        exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}${port:-8080}" -h "$pages" 2>&1 ;;
    test-webserver)
        exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}${port:-80}" -h / 2>&1 ;;
    *)
        echo "agnhost: stand-in of Flotilla: knows pause, serve-hostname, netexec and test-webserver, not $command" >&2
        exit 1 ;;
esac
