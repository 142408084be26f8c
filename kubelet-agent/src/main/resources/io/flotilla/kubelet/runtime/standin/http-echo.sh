#!/bin/sh
# Stand-in for hashicorp/http-echo: one text at /.
text=hello-world
listen=:5678
while [ $# -gt 0 ]; do
    argument=${1#-}
    argument=${argument#-}
    case $argument in
        text=*) text=${argument#text=} ;;
        listen=*) listen=${argument#listen=} ;;
        text | listen)
            [ $# -gt 1 ] || { echo "http-echo: stand-in of Flotilla: $1 needs a value" >&2; exit 1; }
            eval "$argument=\$2"
            shift ;;
        *) echo "http-echo: stand-in of Flotilla: knows -text and -listen only, not $1" >&2; exit 1 ;;
    esac
    shift
done
pages=${FLOTILLA_SCRATCH:-/tmp}/www
mkdir -p "$pages"
printf '%s\n' "$text" >"$pages/index.html"
address=${listen%:*}
exec busybox httpd -f -v -p "${address:-${POD_IP:-0.0.0.0}}:${listen##*:}" -h "$pages" 2>&1
