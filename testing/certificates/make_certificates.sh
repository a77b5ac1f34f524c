#!/bin/sh
# make_certificates.sh DIRECTORY: makes the test certificates and their keys in DIRECTORY with the
# openssl command. What each of them is for stands in BUILD.bazel.
set -eu

directory=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "make_certificates.sh: $*" >&2
  exit 1
}

command -v openssl > /dev/null || fail "the openssl command is missing (Debian's package openssl)"

# Prints nothing unless it fails: openssl has much to say about what works.
quietly() {
  "$@" > "$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "failed: $*"
  }
}

# openssl ca, unlike openssl req and openssl x509, takes the dates of validity.
: > "$work/index"
cat > "$work/config" << CONFIG
[ca]
default_ca = authority
[authority]
new_certs_dir = $work
database = $work/index
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
[authority_certificate]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server_certificate]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, DNS:example.test, DNS:*.wild.example.test, IP:127.0.0.1, IP:::1
[self_signed_certificate]
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, DNS:example.test, DNS:*.wild.example.test, IP:127.0.0.1, IP:::1
[wrong_name_certificate]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:wrong.example.test, IP:192.0.2.1
[client_certificate]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:client.example.test, email:client@example.test, URI:https://example.test/client
CONFIG

always="000101000000Z 99991231235959Z"
past="000101000000Z 010101000000Z"
future="90000101000000Z 99991231235959Z"

make_key() { # NAME [ALGORITHM]
  if [ "${2:-EC}" = RSA ]; then
    quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$directory/$1.key"
  else
    quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
      -pkeyopt ec_param_enc:named_curve -out "$directory/$1.key"
  fi
}

# Signs the certificate of NAME, whose key is there, with ISSUER's key. ISSUER may be NAME.
sign() { # NAME COMMON_NAME EXTENSIONS ISSUER NOT_BEFORE NOT_AFTER
  quietly openssl req -new -config "$work/config" -key "$directory/$1.key" -subj "/CN=$2" \
    -out "$work/request"
  if [ "$4" = "$1" ]; then
    set -- "$@" -selfsign
  else
    set -- "$@" -cert "$directory/$4.pem"
  fi
  name=$1 extensions=$3 issuer=$4 not_before=$5 not_after=$6
  shift 6
  quietly openssl ca -batch -notext -config "$work/config" -extensions "$extensions" \
    -keyfile "$directory/$issuer.key" "$@" -startdate "$not_before" -enddate "$not_after" \
    -in "$work/request" -out "$directory/$name.pem"
}

make_certificate() { # NAME COMMON_NAME EXTENSIONS ISSUER VALIDITY [ALGORITHM]
  make_key "$1" "${6:-EC}"
  # VALIDITY is two words.
  # shellcheck disable=SC2086
  sign "$1" "$2" "$3" "$4" $5
}

make_certificate ca "Test CA" authority_certificate ca "$always"
make_certificate other_ca "Other test CA" authority_certificate other_ca "$always"
make_certificate intermediate "Test intermediate CA" authority_certificate ca "$always"

make_certificate server "localhost" server_certificate ca "$always"
make_certificate server_rsa "localhost" server_certificate ca "$always" RSA
make_certificate server_chain "localhost" server_certificate intermediate "$always"
cat "$directory/intermediate.pem" >> "$directory/server_chain.pem"
make_certificate expired "localhost" server_certificate ca "$past"
make_certificate not_yet_valid "localhost" server_certificate ca "$future"
make_certificate wrong_name "wrong.example.test" wrong_name_certificate ca "$always"
make_certificate self_signed "localhost" self_signed_certificate self_signed "$always"
make_certificate client "Test client" client_certificate ca "$always"
make_certificate other_client "Other test client" client_certificate other_ca "$always"

quietly openssl pkcs8 -topk8 -in "$directory/server.key" -passout pass:secret \
  -out "$directory/server_encrypted.key"
rm "$directory/ca.key" "$directory/other_ca.key" "$directory/intermediate.key"
