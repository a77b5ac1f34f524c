#ifndef TESTING_TRANSPORT_CALL_H_
#define TESTING_TRANSPORT_CALL_H_

#include <stdint.h>

#include <string>

#include "net/transport.h"
#include "testing/fault.h"

namespace net_testing {

// A call of the near end, as it ended.
struct TransportCall {
  enum Function {
    kReceive,
    kSend,
    kWait,
    kClose
  };
  Function function;
  // Of a wait.
  unsigned directions;
  // Bytes, or the milliseconds of a wait.
  int64_t asked;
  Fault fault;
  struct net_transport_result result;
  // When it ended.
  int64_t now;
};

// "send 7 [3]: ok 3".
std::string CallText(const TransportCall &call);

}  // namespace net_testing

#endif  // TESTING_TRANSPORT_CALL_H_
