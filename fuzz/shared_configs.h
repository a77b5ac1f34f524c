#ifndef FUZZ_SHARED_CONFIGS_H_
#define FUZZ_SHARED_CONFIGS_H_

// Configurations and contexts that are made once per process: to make them for each input would
// take most of the time.

#include <openssl/ssl.h>

#include "net/tls_config.h"
#include "net/tls_session.h"
#include "testing/connection.h"

namespace net_fuzz {

// The configuration of a socket in a case. It shows and trusts what //testing/certificates has.
net_tls_config *SharedConfig(const net_testing::Case &test_case);

// The context of a peer of such a socket.
SSL_CTX *SharedPeerContext(const net_testing::Case &test_case);

// A session that such a peer can resume with a server; NULL for a client's case.
SSL_SESSION *SharedPeerSession(const net_testing::Case &test_case);

// A session that such a peer gave to a client; NULL for a server's case.
const net_tls_session *SharedSession(const net_testing::Case &test_case);

}  // namespace net_fuzz

#endif  // FUZZ_SHARED_CONFIGS_H_
