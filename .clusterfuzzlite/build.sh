#!/bin/bash -eu
exec "$SRC/net_tls/fuzz/oss-fuzz/build.sh"
