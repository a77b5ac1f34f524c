/* The public headers are C11: a program in C uses them all. What is tested is that it builds; that
   each of them builds on its own is tested by the files that the build makes beside this one. */

#include <stddef.h>
#include <string.h>

#include "net/stream.h"
#include "net/tls_certificate.h"
#include "net/tls_config.h"
#include "net/tls_connect.h"
#include "net/tls_file.h"
#include "net/tls_server_names.h"
#include "net/tls_session.h"
#include "net/tls_socket.h"
#include "net/transport.h"
#include "net/vector_io.h"

int main(void) {
  char error[NET_TLS_ERROR_SIZE] = "";
  struct net_tls_config *config = net_tls_config_new();
  if (config == NULL || net_tls_connect(config, "localhost", "no such port", -1, error) != NULL) {
    return 1;
  }
  net_tls_config_release(config);
  if (strncmp(net_tls_library(), "BoringSSL, API version ", strlen("BoringSSL, API version ")) !=
      0) {
    return 1;
  }
  return strncmp(error, "resolve failed: ", strlen("resolve failed: ")) != 0;
}
