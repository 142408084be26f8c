#!/bin/sh
# Stand-in for google-samples/hello-app: a greeting at /.
mkdir -p /tmp/www
printf 'Hello, world!\nVersion: %s\nHostname: %s\n' "${FLOTILLA_IMAGE_TAG:-1.0}.0" "$(cat /etc/hostname)" >/tmp/www/index.html
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}${PORT:-8080}" -h /tmp/www 2>&1
