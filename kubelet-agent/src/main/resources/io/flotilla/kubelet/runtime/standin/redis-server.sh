#!/bin/sh
# The machine's redis-server, listening on the pod's address as the image's does on all of the pod's.
exec /usr/bin/redis-server "$@" --bind "${POD_IP:-0.0.0.0}" --protected-mode no
