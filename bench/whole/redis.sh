# redis-server, and redis-benchmark on it through a socket in the file system.
redis-server --port 0 --unixsocket /tmp/redis.sock --save '' --daemonize no > /tmp/redis.log 2>&1 &
server=$!
trap 'kill $server 2> /dev/null' EXIT
tries=0
until [ "$(redis-cli -s /tmp/redis.sock ping 2> /dev/null)" = PONG ]; do
	tries=$((tries + 1))
	if [ $tries -gt 60 ] || ! kill -0 $server 2> /dev/null; then
		echo "needs sockets: $(tail -n 1 /tmp/redis.log)" >&2
		exit 77
	fi
	sleep 0.1
done
redis-benchmark -s /tmp/redis.sock -c 8 -n 5000 -t set,get,incr,lpush,lrange_100 -q > /dev/null || exit 1
redis-cli -s /tmp/redis.sock get counter:__rand_int__
redis-cli -s /tmp/redis.sock llen mylist
redis-cli -s /tmp/redis.sock dbsize
redis-cli -s /tmp/redis.sock shutdown nosave
wait $server
