#!/bin/sh
# Stand-in for google-samples/hello-app: a greeting at /.
pages=${FLOTILLA_SCRATCH:-/tmp}/www
mkdir -p "$pages"
printf 'Hello, world!\nVersion: %s\nHostname: %s\n' "${FLOTILLA_IMAGE_TAG:-1.0}.0" "$HOSTNAME" >"$pages/index.html"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}${PORT:-8080}" -h "$pages" 2>&1
