#include "fuzz/deadlines_script.h"

namespace net_fuzz {

namespace {

std::string Number(int64_t number) {
  return number == INT64_MIN ? "INT64_MIN" : std::to_string(number);
}

const char *Name(DeadlinesOperation operation) {
  static const char *const kNames[] = {
      "handshake",    "read",          "write",         "key update",  "tls_close",
      "wait to read", "wait to write", "set deadlines", "peer writes", "peer writes later",
      "stall",        "advance",       "drip",          "begin for",   "close",
      "peek"};
  return kNames[operation];
}

bool HasFirst(DeadlinesOperation operation) {
  return operation != kHandshake && operation != kTlsClose && operation != kClose &&
         operation != kWaitToRead && operation != kWaitToWrite;
}

bool HasSecond(DeadlinesOperation operation) {
  return operation == kSetDeadlines || operation == kPeerWritesLater || operation == kDrip;
}

std::string Statement(const DeadlinesStep &step) {
  std::string first = Number(step.first);
  std::string second = Number(step.second);
  switch (step.operation) {
    case kHandshake:
      return "connection.Handshake()";
    case kRead:
      return "connection.Read(" + first + ")";
    case kPeek:
      return "connection.Peek(" + first + ")";
    case kWrite:
      return "connection.Write(net_testing::Pattern(" + first + "))";
    case kKeyUpdate:
      return "connection.KeyUpdate(" + first + " != 0)";
    case kTlsClose:
      return "connection.TlsClose()";
    case kClose:
      return "connection.Close()";
    case kWaitToRead:
      return "net_tls_socket_wait(connection.socket(), NET_TLS_WANT_READ)";
    case kWaitToWrite:
      return "net_tls_socket_wait(connection.socket(), NET_TLS_WANT_WRITE)";
    case kSetDeadlines:
      return "net_tls_socket_set_deadlines(connection.socket(), " + first + ", " + second + ")";
    case kPeerWrite:
      return "connection.peer().Write(net_testing::Pattern(" + first + "))";
    case kPeerWritesLater:
      return "transport.After(" + second + ", [&] { connection.peer().Write(net_testing::Pattern(" +
             first + ")); })";
    case kStall:
      return "connection.peer().set_is_stalled(" + first + " != 0);\n  transport.set_window(" +
             (step.first != 0 ? "3000" : "SIZE_MAX") + ")";
    case kAdvance:
      return "transport.Advance(" + first + ")";
    case kDrip:
      return "transport.Drip(" + first + ", " + second + ")";
    case kArithmetic:
      return "net_tls_socket_set_deadlines(connection.socket(), " + first + ", " + first +
             ");\n  net_tls_operation operation;\n"
             "  net_tls_socket_begin(connection.socket(), NET_TLS_READ, &operation)";
  }
  return "";
}

}  // namespace

std::string DeadlinesScript(const DeadlinesSetup &setup, const std::vector<DeadlinesStep> &steps) {
  std::string text =
      net_testing::CaseName(setup.test_case) + "\ndeadlines " + Number(setup.receive_ms) + " and " +
      Number(setup.send_ms) + " ms, clock limit " + Number(setup.clock_limit) +
      " ns\na call takes " + Number(setup.call_time) + " ns, " + Number(setup.cpu_time) +
      " ns of CPU; the transport's own timeouts: " + Number(setup.socket_timeout_ms) + " ms\n";
  if (setup.drip_length > 0) {
    text += "the peer's bytes come " + std::to_string(setup.drip_length) + " each " +
            Number(setup.drip_interval_ms) + " ms\n";
  }
  text += "faults: " + setup.faults + "\n";
  for (const DeadlinesStep &step : steps) {
    text += Name(step.operation);
    text += HasFirst(step.operation) ? " " + Number(step.first) : "";
    text += HasSecond(step.operation) ? " " + Number(step.second) : "";
    text += (step.result.empty() ? "" : " -> " + step.result) + "\n";
  }
  return text;
}

std::string DeadlinesTest(const DeadlinesSetup &setup, const std::vector<DeadlinesStep> &steps) {
  const net_testing::Case &test_case = setup.test_case;
  static const char *const kDrivers[] = {"kBlocking", "kNonblocking", "kTry"};
  std::string text =
      std::string("// A test for net/tls_deadline_test.cc.\nTEST(TlsDeadlineFuzzedTest, ") +
      net_testing::CaseName(test_case) + ") {\n  Connection connection({" +
      (test_case.is_client ? "true" : "false") + ", " +
      (test_case.version == TLS1_3_VERSION ? "TLS1_3_VERSION" : "TLS1_2_VERSION") +
      ", Driver::" + kDrivers[static_cast<int>(test_case.driver)] +
      "});\n  net_testing::VirtualTransport &transport = connection.transport();\n"
      "  connection.Open();\n  net_tls_socket_set_deadlines(connection.socket(), " +
      Number(setup.receive_ms) + ", " + Number(setup.send_ms) +
      ");\n  net_tls_socket_set_clock_limit(connection.socket(), " + Number(setup.clock_limit) +
      ");\n  transport.set_time_per_call(" + Number(setup.call_time) +
      ");\n  transport.set_cpu_per_call(" + Number(setup.cpu_time) +
      ");\n  transport.set_socket_timeouts(" + Number(setup.socket_timeout_ms) + ", " +
      Number(setup.socket_timeout_ms) + ");\n  transport.Drip(" +
      std::to_string(setup.drip_length) + ", " + Number(setup.drip_interval_ms) +
      ");\n  transport.SetFaults(\"" + setup.faults + "\");\n";
  for (const DeadlinesStep &step : steps) {
    text += "  " + Statement(step) + ";";
    text += (step.result.empty() ? "" : "  // " + step.result) + "\n";
  }
  return text + "}\n";
}

}  // namespace net_fuzz
