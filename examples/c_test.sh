#!/bin/bash
# c_test.sh: the C examples against each other, and against openssl and socat.
set -u
echo_server=$1 echo_client=$2 say=$3 certificates=$(dirname "$4")
export SSL_CERT_FILE=$certificates/ca.pem
failed=0

expect() { # expect WHAT EXPECTED ACTUAL
    [ "$2" = "$3" ] && return
    printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3" >&2
    failed=1
}

# The port is on the first line that a server prints.
exec {server}< <(exec "$echo_server" "$certificates/server.pem" "$certificates/server.key" 2>&1)
server_pid=$!
read -r -u "$server" line
port=${line##* }
expect 'echo_client by name' 'some text' \
    "$("$echo_client" localhost "$port" "$SSL_CERT_FILE" 'some text' 2>&1)"
expect 'echo_client by address' 'some text' \
    "$("$echo_client" 127.0.0.1 "$port" "$SSL_CERT_FILE" 'some text' 2>&1)"
expect 'echo_client that trusts another' \
    'handshake failed: certificate verification failed: unable to get local issuer certificate (sent alert unknown_ca)' \
    "$("$echo_client" localhost "$port" "$certificates/other_ca.pem" 'some text' 2>&1)"
expect 'say' 'hello' "$("$say" localhost "$port" 2>&1)"
expect 'echo_client without a CA file' \
    "failed to open CA file 'none.pem': No such file or directory" \
    "$("$echo_client" localhost "$port" none.pem 'some text' 2>&1)"

# openssl s_client stays until the echo has come back.
coproc OPENSSL { exec openssl s_client -quiet -verify_return_error -CAfile "$SSL_CERT_FILE" \
    -connect "127.0.0.1:$port" 2>/dev/null; }
echo 'from openssl' >&"${OPENSSL[1]}"
read -r -u "${OPENSSL[0]}" line
expect 'openssl s_client' 'from openssl' "$line"
kill "$OPENSSL_PID" "$server_pid"

exec {socat}< <(exec socat -d -d "OPENSSL-LISTEN:0,bind=127.0.0.1,cert=$certificates/server.pem,key=$certificates/server.key,verify=0" \
    EXEC:cat 2>&1)
while read -r -u "$socat" line && [[ $line != *'listening on'* ]]; do :; done
expect 'echo_client with socat' 'to socat' \
    "$("$echo_client" localhost "${line##*:}" "$SSL_CERT_FILE" 'to socat' 2>&1)"
exit $failed
