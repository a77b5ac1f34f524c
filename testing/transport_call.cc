#include "testing/transport_call.h"

#include <sstream>

namespace net_testing {

namespace {

const char *StatusName(enum net_transport_status status) {
  static const char *const kNames[] = {"ok", "end", "again", "interrupted", "timeout", "error"};
  return kNames[status];
}

}  // namespace

std::string CallText(const TransportCall &call) {
  static const char *const kWaits[] = {"wait for nothing", "wait readable", "wait writable",
                                       "wait both"};
  std::ostringstream line;
  line << (call.function == TransportCall::kReceive ? "receive"
           : call.function == TransportCall::kSend  ? "send"
           : call.function == TransportCall::kWait  ? kWaits[call.directions % 4]
                                                    : "close");
  line << ' ' << call.asked;
  if (call.fault.kind != Fault::kNone) {
    line << " [" << FaultWord(call.fault) << ']';
  }
  line << ": " << StatusName(call.result.status);
  if (call.result.status == NET_TRANSPORT_OK && call.result.count > 0) {
    line << ' ' << call.result.count;
  } else if (call.result.status == NET_TRANSPORT_ERROR) {
    line << ' ' << call.result.error;
  }
  return line.str();
}

}  // namespace net_testing
