#ifndef FUZZ_SETUP_STORE_H_
#define FUZZ_SETUP_STORE_H_

// The authorities that a machine trusts, whichever machine this is: the variables that name them,
// and what is below /etc for programs that are linked with SETUP_STORE_LINKOPTS.

#include <stdint.h>

#include <string>

namespace net_fuzz {

// Which variables there are: SSL_CERT_FILE is the tests' authority (0), none (1), no file (2) or
// without a certificate (3), SSL_CERT_DIR is there with 4. What the machine has: nothing (0), a
// file (1), a file without a certificate and a directory (2), a directory (3), modulo 4.
void SetStore(uint8_t variables, uint8_t machine);

// What net_tls_default_ca_file has to say.
std::string DefaultFile();

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_STORE_H_
