#!/bin/sh
# Stand-in for Apache: serves files with busybox httpd on the pod's address.
root=/usr/local/apache2/htdocs
echo "httpd: stand-in of Flotilla: busybox httpd serves $root at ${POD_IP:-0.0.0.0}:80"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}80" -h "$root" 2>&1
