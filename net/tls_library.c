/* Which TLS library this is. */

#include <openssl/base.h>

#include "net/tls_socket.h"

#define TEXT_OF(number) #number
#define TEXT_OF_VALUE(macro) TEXT_OF(macro)

const char *net_tls_library(void) {
  return "BoringSSL, API version " TEXT_OF_VALUE(BORINGSSL_API_VERSION);
}
