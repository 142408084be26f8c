#!/bin/sh
# Stand-in for google-samples/kubernetes-bootcamp: a greeting at /.
pages=${FLOTILLA_SCRATCH:-/tmp}/www
mkdir -p "$pages"
printf 'Hello Kubernetes bootcamp! | Running on: %s | v=%s\n' "$HOSTNAME" "${FLOTILLA_IMAGE_TAG#v}" >"$pages/index.html"
echo "Kubernetes Bootcamp App Started At: $(date) | Running On: $HOSTNAME"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}8080" -h "$pages" 2>&1
