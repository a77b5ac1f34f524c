#include "net/tls_memory.h"

#include <openssl/err.h>

bool net_tls_is_out_of_memory(void) {
  return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}
