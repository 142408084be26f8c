#!/bin/sh
# Stand-in for google-samples/kubernetes-bootcamp: a greeting at /.
mkdir -p /tmp/www
printf 'Hello Kubernetes bootcamp! | Running on: %s | v=%s\n' "$(cat /etc/hostname)" "${FLOTILLA_IMAGE_TAG#v}" >/tmp/www/index.html
echo "Kubernetes Bootcamp App Started At: $(date) | Running On: $(cat /etc/hostname)"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}8080" -h /tmp/www 2>&1
