# nginx, and wrk fetching a file from it for two seconds; one fetch is compared.
port=$((20000 + $$ % 20000))
mkdir -p /tmp/nginx
cat > /tmp/nginx.conf <<END
user root;
worker_processes 1;
daemon off;
pid /tmp/nginx.pid;
error_log /tmp/nginx.log;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path /tmp/nginx/body;
	proxy_temp_path /tmp/nginx/proxy;
	fastcgi_temp_path /tmp/nginx/fastcgi;
	uwsgi_temp_path /tmp/nginx/uwsgi;
	scgi_temp_path /tmp/nginx/scgi;
	server { listen 127.0.0.1:$port; root /work; }
}
END
nginx -e /tmp/nginx.log -c /tmp/nginx.conf > /tmp/nginx.out 2>&1 &
server=$!
trap 'kill $server 2> /dev/null; wait $server' EXIT
fetch="import urllib.request, hashlib
print(hashlib.md5(urllib.request.urlopen('http://127.0.0.1:$port/tables.sql').read()).hexdigest())"
tries=0
until page=$(python3 -c "$fetch" 2> /dev/null); do
	tries=$((tries + 1))
	if [ $tries -gt 20 ] || ! kill -0 $server 2> /dev/null; then
		echo "needs sockets: $(cat /tmp/nginx.log /tmp/nginx.out 2> /dev/null | tail -n 1)" >&2
		exit 77
	fi
	sleep 0.1
done
wrk -t 1 -c 4 -d 2s "http://127.0.0.1:$port/tables.sql" > /tmp/wrk.out || exit 1
awk -v page="$page" '$1 == "Requests/sec:" && $2 > 0 { printf "%s %.6f\n", page, 1000 / $2; found = 1 }
	END { exit !found }' /tmp/wrk.out
