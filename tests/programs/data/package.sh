# A package with everything that needs root: an account, owners, devices, set-id bits, a
# configuration file. tests/programs/{packages.test,apt.long.test}
export DEBIAN_FRONTEND=noninteractive HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
make_package() {   # VERSION
	mkdir -p /tmp/p/DEBIAN /tmp/p/usr/bin /tmp/p/etc /tmp/p/var/lib/hx
	cat > /tmp/p/DEBIAN/control <<-END
	Package: hx
	Version: $1
	Architecture: all
	Maintainer: a <a@b>
	Description: test
	END
	cat > /tmp/p/DEBIAN/postinst <<-'END'
	#!/bin/sh
	set -e
	echo "postinst $*"
	grep -q ^hx: /etc/passwd || echo 'hx:x:990:990::/var/lib/hx:/bin/false' >> /etc/passwd
	chown 990:990 /var/lib/hx
	[ -e /var/lib/hx/null ] || mknod /var/lib/hx/null c 1 3
	[ -e /var/lib/hx/disk ] || mknod /var/lib/hx/disk b 8 0
	[ -e /var/lib/hx/fifo ] || mkfifo -m 640 /var/lib/hx/fifo
	chmod 4755 /usr/bin/hx
	END
	printf '#!/bin/sh\necho "prerm $*"\n' > /tmp/p/DEBIAN/prerm
	printf '#!/bin/sh\necho "postrm $*"\n[ "$1" != purge ] || rm -rf /var/lib/hx\n' > /tmp/p/DEBIAN/postrm
	echo /etc/hx.conf > /tmp/p/DEBIAN/conffiles
	echo "version=$1" > /tmp/p/etc/hx.conf
	printf '#!/bin/sh\necho hx %s\n' "$1" > /tmp/p/usr/bin/hx
	chmod 755 /tmp/p/DEBIAN/p* /tmp/p/usr/bin/hx
	dpkg-deb --root-owner-group -b /tmp/p "/tmp/hx_$1.deb"
}
