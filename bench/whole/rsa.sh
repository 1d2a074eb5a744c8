# Signatures a second with RSA 2048; and one signature, which is always the same.
signature=$(openssl dgst -sha256 -sign key.pem tables.sql | sha256sum | cut -c 1-16) || exit 1
openssl speed -elapsed -seconds 1 -mr rsa2048 2> /dev/null > speed || exit 1
# The last line "+F2:…:2048:SIGN:…" has signatures a second; printed: seconds for 100.
awk -F: -v signature="$signature" '$1 == "+F2" && $4 > 0 { printf "%s %.6f\n", signature, 100 / $4; found = 1 }
	END { exit !found }' speed
