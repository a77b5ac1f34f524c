#ifndef FUZZ_SETUP_HELLO_H_
#define FUZZ_SETUP_HELLO_H_

#include <stdint.h>

#include <string>

namespace net_fuzz {

// A record with the first message of a client that no library writes: `a` says its versions (bit
// 0: TLS 1.3), cipher suites (bits 2 and 3) and server name (bits 4 and 5), `b` its signature
// algorithms. From 224 on `a` is for an alert, close_notify, in its place.
std::string ClientHello(uint8_t a, uint8_t b);

}  // namespace net_fuzz

#endif  // FUZZ_SETUP_HELLO_H_
