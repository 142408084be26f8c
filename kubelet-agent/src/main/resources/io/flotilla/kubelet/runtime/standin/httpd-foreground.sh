#!/bin/sh
# Stand-in for Apache: serves files with busybox httpd on the pod's address.
root=${FLOTILLA_LAYER:-}/usr/local/apache2/htdocs
port=80
if [ "$port" -lt 1024 ] && [ "$(id -u)" != 0 ]; then
    read -r first </proc/sys/net/ipv4/ip_unprivileged_port_start
    if [ "$port" -lt "${first:-1024}" ]; then
        echo "httpd: stand-in of Flotilla: port $port is open to root only on this machine" >&2
        exit 1
    fi
fi
echo "httpd: stand-in of Flotilla: busybox httpd serves $root at ${POD_IP:-0.0.0.0}:80"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}80" -h "$root" 2>&1
