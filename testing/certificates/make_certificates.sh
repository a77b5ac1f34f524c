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
default_crl_days = 1
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
[responder_certificate]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = none
CONFIG

always="000101000000Z 99991231235959Z"
past="000101000000Z 010101000000Z"
future="90000101000000Z 99991231235959Z"

make_key() { # NAME [RSA | CURVE]
  if [ "${2:-}" = RSA ]; then
    quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$directory/$1.key"
  else
    quietly openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:${2:-P-256}" \
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

make_certificate() { # NAME COMMON_NAME EXTENSIONS ISSUER VALIDITY [RSA | CURVE]
  make_key "$1" "${6:-}"
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

make_certificate server_p384 "localhost" server_certificate ca "$always" P-384
make_certificate revoked "localhost" server_certificate ca "$always"
make_certificate revoked_client "Test client" client_certificate ca "$always"
make_certificate revoked_intermediate "Revoked intermediate CA" authority_certificate ca "$always"
make_certificate revoked_chain "localhost" server_certificate revoked_intermediate "$always"
cat "$directory/revoked_intermediate.pem" >> "$directory/revoked_chain.pem"
for name in revoked revoked_client revoked_intermediate; do
  quietly openssl ca -config "$work/config" -cert "$directory/ca.pem" -keyfile "$directory/ca.key" \
    -revoke "$directory/$name.pem"
done

make_crl() { # NAME ISSUER THIS_UPDATE NEXT_UPDATE [KEY]
  quietly openssl ca -gencrl -config "$work/config" -cert "$directory/$2.pem" \
    -keyfile "$directory/${5:-$2}.key" -crl_lastupdate "$3" -crl_nextupdate "$4" \
    -out "$directory/$1.pem"
}

make_crl ca_crl ca 20000101000000Z 99991231235959Z
make_crl intermediate_crl intermediate 20000101000000Z 99991231235959Z
make_crl revoked_intermediate_crl revoked_intermediate 20000101000000Z 99991231235959Z
make_crl expired_crl ca 20000101000000Z 20010101000000Z
make_crl future_crl ca 90000101000000Z 99991231235959Z

# openssl ca signs with no key but the certificate's.
quietly openssl crl -in "$directory/ca_crl.pem" -outform DER -out "$work/forged.der"
size=$(($(wc -c < "$work/forged.der") - 1))
{
  head -c "$size" "$work/forged.der"
  tail -c 1 "$work/forged.der" | tr '\000-\377' '\001-\377\000'
} > "$work/forged_crl.der"
quietly openssl crl -inform DER -in "$work/forged_crl.der" -out "$directory/forged_crl.pem"

# An OCSP response for NAME, whose issuer is ca; openssl dates it from now on.
make_response() { # RESPONSE NAME SIGNER OPTION...
  response=$1 name=$2 signer=$3
  shift 3
  quietly openssl ocsp -index "$work/index" -CA "$directory/ca.pem" \
    -rsigner "$directory/$signer.pem" -rkey "$directory/$signer.key" \
    -issuer "$directory/ca.pem" -cert "$directory/$name.pem" \
    -respout "$directory/$response.der" "$@"
}

make_certificate responder "Test OCSP responder" responder_certificate ca "$always"
make_response server_ocsp server ca -ndays 1000000
make_response server_responder_ocsp server responder -ndays 1000000
make_response server_impostor_ocsp server client -ndays 1000000
make_certificate false_ca "Test CA" authority_certificate false_ca "$always"
make_certificate false_responder "False responder" responder_certificate false_ca "$always"
make_response server_false_ocsp server false_responder -ndays 1000000
make_response revoked_ocsp revoked ca -ndays 1000000

quietly openssl pkcs8 -topk8 -in "$directory/server.key" -passout pass:secret \
  -out "$directory/server_encrypted.key"
quietly openssl ec -aes128 -in "$directory/server.key" -passout pass:secret \
  -out "$directory/server_encrypted_traditional.key"
for authority in ca other_ca intermediate revoked_intermediate responder false_ca \
  false_responder; do
  rm "$directory/$authority.key"
done
rm "$directory/revoked_intermediate.pem" "$directory/responder.pem" "$directory/false_ca.pem" \
  "$directory/false_responder.pem"
