#!/bin/sh
# The machine's memcached, listening on the pod's address.
exec /usr/bin/memcached -u root "$@" -l "${POD_IP:-0.0.0.0}"
