#!/bin/sh
# Stand-in for nginx: serves files with busybox httpd on the pod's address. Of a mounted configuration it honours
# "listen" and "root"; what it cannot do (proxying, for one) it refuses.
for argument; do
    case $argument in
        -v | -V) echo "nginx version: stand-in of Flotilla (busybox httpd)" >&2; exit 0 ;;
        -t | -T) echo "nginx: stand-in of Flotilla: the configuration was not tested" >&2; exit 0 ;;
        -s) echo "nginx: stand-in of Flotilla: -s is not offered" >&2; exit 1 ;;
    esac
done
port=${FLOTILLA_DEFAULT_PORT:-80}
root=${FLOTILLA_LAYER:-}/usr/share/nginx/html
for file in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf; do
    [ -f "$file" ] || continue
    while read -r directive value rest; do
        value=${value%;}
        case $directive in
            listen)
                case $value in
                    "[::]":*) ;;
                    *) port=${value##*:} ;;
                esac ;;
            root) root=$value ;;
            proxy_pass | fastcgi_pass | uwsgi_pass | grpc_pass | stream)
                echo "nginx: stand-in of Flotilla: $file: $directive is not offered; it serves files only" >&2
                exit 1 ;;
        esac
    done <"$file"
done
if [ "$port" -lt 1024 ] && [ "$(id -u)" != 0 ]; then
    read -r first </proc/sys/net/ipv4/ip_unprivileged_port_start
    if [ "$port" -lt "${first:-1024}" ]; then
        echo "nginx: stand-in of Flotilla: port $port is open to root only on this machine" >&2
        exit 1
    fi
fi
echo "nginx: stand-in of Flotilla: busybox httpd serves $root at ${POD_IP:-0.0.0.0}:$port"
exec busybox httpd -f -v -p "${POD_IP:+$POD_IP:}$port" -h "$root" 2>&1
