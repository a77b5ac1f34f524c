// A run as a test: TestOf of script.h.

#include "fuzz/script_test_case.h"

#include <algorithm>
#include <sstream>

#include "fuzz/script.h"

namespace net_fuzz {

namespace {

using net_testing::OutcomeName;

std::string Number(int64_t number) {
  return std::to_string(number);
}

// What there is no step for in conformance/.
bool IsSayable(const RecordInput &input, const RecordLog &log) {
  static const Operation kSayable[] = {Operation::kHandshake,
                                       Operation::kRead,
                                       Operation::kWrite,
                                       Operation::kTlsClose,
                                       Operation::kClose,
                                       Operation::kSetDeadlines,
                                       Operation::kPeerWrite,
                                       Operation::kPeerCloseNotify,
                                       Operation::kPeerFatalAlert,
                                       Operation::kPeerKeyUpdate,
                                       Operation::kPeerHold,
                                       Operation::kPeerStall,
                                       Operation::kFin,
                                       Operation::kReset,
                                       Operation::kInject,
                                       Operation::kAdvance,
                                       Operation::kDrip};
  bool is_plain = input.faults.empty() && input.window == SIZE_MAX && input.time_per_call == 0 &&
                  input.cpu_per_call == 0 && !input.resumes && input.client_certificate == 0;
  return is_plain &&
         std::all_of(log.events.begin(), log.events.end(), [](const RecordEvent &event) {
           bool is_end = event.operation != Operation::kDrip || event.second_argument == 0;
           return is_end && !event.is_during &&
                  std::find(std::begin(kSayable), std::end(kSayable), event.operation) !=
                      std::end(kSayable);
         });
}

std::string Quoted(const std::string &bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text = "std::string(\"";
  for (unsigned char byte : bytes) {
    // In two literals, so that no digit behind it belongs to it.
    text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15], '"', '"'};
  }
  return text + "\", " + Number(static_cast<int64_t>(bytes.size())) + ")";
}

std::string TextAt(const RecordLog &log, size_t number) {
  auto found = log.texts.find(number);
  return found != log.texts.end() ? found->second : "";
}

std::string Comment(const RecordLog &log, size_t number) {
  const RecordEvent &event = log.events[number];
  if (!event.has_outcome) {
    return "";
  }
  std::string text = std::string("  // ") + OutcomeName(event.outcome);
  text += event.count > 0 ? " " + Number(static_cast<int64_t>(event.count)) : "";
  std::string error = TextAt(log, number);
  return text + (error.empty() ? "" : ": " + error);
}

std::string WorldStep(const RecordLog &log, size_t number) {
  const RecordEvent &event = log.events[number];
  std::string argument = Number(event.argument);
  switch (event.operation) {
    case Operation::kRead:
      return "world.Call(\"read\", IntegerWord(" + argument + "));";
    case Operation::kWrite:
      return "world.Call(\"write\", StringWord(Pattern(" + Number(static_cast<int64_t>(number)) +
             ", " + argument + ")));";
    case Operation::kSetDeadlines:
      return "Deadlines(world, " + Number(std::max<int64_t>(event.argument, 0)) + ", " +
             Number(std::max<int64_t>(event.second_argument, 0)) + ");";
    case Operation::kPeerWrite:
      return "world.peer().Write(Pattern(" + Number(static_cast<int64_t>(number)) + ", " +
             argument + "));";
    case Operation::kPeerCloseNotify:
      return "world.peer().CloseNotify();";
    case Operation::kPeerFatalAlert:
      return "world.peer().FatalAlert(" + argument + ");";
    case Operation::kPeerKeyUpdate:
      return "world.peer().KeyUpdate();";
    case Operation::kPeerHold:
      return event.argument != 0 ? "world.peer().Hold();" : "world.peer().Release();";
    case Operation::kPeerStall:
      return "world.peer().Stall(" + std::string(event.argument != 0 ? "true" : "false") + ");";
    case Operation::kFin:
      return "world.peer().Finish();";
    case Operation::kReset:
      return "world.peer().Reset();";
    case Operation::kInject:
      return "world.peer().SendRaw(" + Quoted(TextAt(log, number)) + ");";
    case Operation::kAdvance:
      return "world.Elapse(Milliseconds(" + argument + "));";
    case Operation::kDrip:
      return "";
    default:
      return "world.Call(\"" + std::string(NameOf(event.operation)) + "\");";
  }
}

std::string WorldCase(const std::string &message, const RecordInput &input, const RecordLog &log) {
  std::ostringstream text;
  text << "// For conformance/cases/, found with " << CaseName(input.test_case) << ".\n";
  text << "// " << message << "\n";
  text << "void FoundByFuzzing(World &world) {\n";
  if (input.allows_truncation) {
    text << "  world.setup().config.push_back(\"insecure_allow_truncation\");\n";
  }
  text << "  world.Connect();\n  world.peer().StartHandshake();\n";
  for (size_t i = 0; i < log.events.size(); i++) {
    std::string step = WorldStep(log, i);
    text << (step.empty() ? "" : "  " + step + Comment(log, i) + "\n");
  }
  text << "}\n";
  return text.str();
}

std::string ConnectionStep(const RecordLog &log, size_t number) {
  const RecordEvent &event = log.events[number];
  std::string argument = Number(event.argument);
  std::string flag = event.argument != 0 ? "true" : "false";
  std::string pattern = "Pattern(" + argument + ", " + Number(static_cast<int64_t>(number)) + ")";
  switch (event.operation) {
    case Operation::kHandshake:
      return "connection.Handshake();";
    case Operation::kRead:
      return "connection.Read(" + argument + ");";
    case Operation::kPeek:
      return "connection.Peek(" + argument + ");";
    case Operation::kWrite:
      return "connection.Write(" + pattern + ");";
    case Operation::kKeyUpdate:
      return "connection.KeyUpdate(" + flag + ");";
    case Operation::kTlsClose:
      return "connection.TlsClose();";
    case Operation::kClose:
      return "connection.Close();";
    case Operation::kSetDeadlines:
      return "net_tls_socket_set_deadlines(connection.socket(), " + argument + ", " +
             Number(event.second_argument) + ");\n  connection.transport().set_socket_timeouts(" +
             argument + ", " + Number(event.second_argument) + ");";
    case Operation::kWait:
      return std::string("net_tls_socket_wait(connection.socket(), NET_TLS_") +
             (event.argument == 0   ? "WANT_READ"
              : event.argument == 1 ? "WANT_WRITE"
                                    : "TIMEOUT") +
             ");";
    case Operation::kQuery:
      return "net_tls_socket_pending(connection.socket());";
    case Operation::kAttempt:
      return "// One call of net_tls_socket_try_" +
             (event.argument < 0 ? std::string("read.") : "write of " + argument + " bytes.");
    case Operation::kPeerWrite:
      return "connection.peer().Write(" + pattern + ");";
    case Operation::kPeerKeyUpdate:
      return "connection.peer().KeyUpdate(" + flag + ");";
    case Operation::kPeerCloseNotify:
      return "connection.peer().CloseNotify();";
    case Operation::kPeerFatalAlert:
      return "connection.peer().SendFatalAlert(" + argument + ");";
    case Operation::kPeerHold:
      return event.argument != 0 ? "connection.peer().Hold();" : "connection.peer().Release();";
    case Operation::kPeerStall:
      return "connection.peer().set_is_stalled(" + flag +
             ");\n  connection.transport().set_window(" +
             (event.argument != 0 ? "3000" : "SIZE_MAX") + ");";
    case Operation::kAdvance:
      return "connection.transport().Advance(" + argument + ");";
    case Operation::kFin:
      return "connection.transport().FarFin();";
    case Operation::kReset:
      return "connection.transport().FarReset();";
    case Operation::kInject:
      return "connection.transport().FarSend(" + Quoted(TextAt(log, number)) + ");";
    case Operation::kCorrupt:
      return "connection.transport().Corrupt(" + argument + ", " + Number(event.second_argument) +
             ");";
    case Operation::kDrip:
      return "connection.transport().Drip(" + argument + ", " + Number(event.second_argument) +
             ");";
    case Operation::kWindow:
      return "connection.transport().set_window(" + (event.argument < 0 ? "SIZE_MAX" : argument) +
             ");";
    default:
      return "// " + std::string(NameOf(event.operation)) + ": " + argument + " ms, " +
             Number(event.second_argument);
  }
}

std::string ConnectionTest(const std::string &message, const RecordInput &input,
                           const RecordLog &log) {
  static const char *const kDrivers[] = {"kBlocking", "kNonblocking", "kTry"};
  std::ostringstream text;
  text << "// A GoogleTest over //testing:connection: conformance/ has no steps for all of it.\n";
  text << "// " << message << "\n";
  text << "TEST(FoundByFuzzing, " << CaseName(input.test_case) << ") {\n";
  text << "  net_testing::Connection connection({" << (input.test_case.is_client ? "true" : "false")
       << ", TLS1_" << (input.test_case.version == TLS1_3_VERSION ? 3 : 2)
       << "_VERSION, net_testing::Driver::" << kDrivers[static_cast<int>(input.test_case.driver)]
       << "}, \"" << FaultWords(input) << "\");\n";
  if (input.allows_truncation) {
    text << "  net_tls_config_insecure_allow_truncation(connection.config());\n";
  }
  if (input.has_small_records) {
    text << "  connection.peer_options().record_size = 512;\n";
  }
  text << "  connection.Open();\n";
  text << "  connection.transport().set_window("
       << (input.window == SIZE_MAX ? "SIZE_MAX" : std::to_string(input.window)) << ");\n";
  text << "  connection.transport().set_time_per_call(" << input.time_per_call << ");\n";
  text << "  connection.transport().set_cpu_per_call(" << input.cpu_per_call << ");\n";
  for (size_t i = 0; i < log.events.size(); i++) {
    const char *indentation = log.events[i].is_during ? "  // meanwhile: " : "  ";
    text << indentation << ConnectionStep(log, i) << Comment(log, i) << "\n";
  }
  text << "}\n";
  return text.str();
}

}  // namespace

std::string TestOf(const std::string &message, const RecordInput &input, const RecordLog &log) {
  return IsSayable(input, log) ? WorldCase(message, input, log)
                               : ConnectionTest(message, input, log);
}

}  // namespace net_fuzz
