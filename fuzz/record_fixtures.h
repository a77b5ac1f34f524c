#ifndef FUZZ_RECORD_FIXTURES_H_
#define FUZZ_RECORD_FIXTURES_H_

// Configurations, keys, contexts and sessions, made once per process: to make them for each input
// would take most of the time.

#include <openssl/ssl.h>

#include "fuzz/record_input.h"
#include "net/tls_config.h"
#include "net/tls_session.h"

namespace net_fuzz {

// Of connections that are alike. Nothing here is the caller's.
struct RecordFixture {
  net_tls_config *config = nullptr;
  SSL_CTX *peer_context = nullptr;
  // What the side that is the client offers.
  net_tls_session *session = nullptr;
  SSL_SESSION *peer_session = nullptr;
};

// The fixture for an input. BoringSSL's random numbers begin anew, where it is built for that.
const RecordFixture &FixtureFor(const RecordInput &input);

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_FIXTURES_H_
