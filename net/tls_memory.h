#ifndef NET_TLS_MEMORY_H
#define NET_TLS_MEMORY_H

#include <stdbool.h>

/* net_tls_is_out_of_memory tells whether what BoringSSL says has failed did so because there was no
   memory, whatever it says about it: its first error is the reason of all that follow. The error
   queue was empty before. */
bool net_tls_is_out_of_memory(void);

#endif
