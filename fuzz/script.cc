#include "fuzz/script.h"

#include <sstream>

#include "fuzz/script_test_case.h"

namespace net_fuzz {

namespace {

using net_testing::OutcomeName;

std::string Milliseconds(int64_t milliseconds) {
  return milliseconds < 0 ? "none" : std::to_string(milliseconds) + " ms";
}

std::string Header(const RecordInput &input) {
  std::ostringstream text;
  text << net_testing::CaseName(input.test_case);
  text << (input.resumes ? ", resumes a session" : "");
  text << (input.verifies ? ", verifies the server" : "");
  static const char *const kCertificates[] = {"", ", asks for a certificate",
                                              ", requires a certificate"};
  text << kCertificates[input.client_certificate];
  text << (input.client_certificate != 0 && !input.peer_has_certificate ? " that is not there"
                                                                        : "");
  text << (input.allows_truncation ? ", allows truncation" : "");
  text << (input.has_small_records ? ", records of 512 bytes from the peer" : "");
  if (input.window != SIZE_MAX) {
    text << ", window of " << input.window << " bytes";
  }
  if (input.time_per_call != 0) {
    text << ", a call takes " << input.time_per_call << " ns";
  }
  if (input.cpu_per_call != 0) {
    text << ", a call takes " << input.cpu_per_call << " ns of CPU time";
  }
  text << '\n';
  if (!input.faults.empty()) {
    text << "faults: " << FaultWords(input) << '\n';
  }
  return text.str();
}

std::string Arguments(const RecordEvent &event) {
  switch (event.operation) {
    case Operation::kSetDeadlines:
      return Milliseconds(event.argument) + " to receive, " + Milliseconds(event.second_argument) +
             " to send";
    case Operation::kHandshake:
    case Operation::kTlsClose:
    case Operation::kClose:
    case Operation::kQuery:
    case Operation::kPeerCloseNotify:
    case Operation::kFin:
    case Operation::kReset:
      return "";
    case Operation::kWait:
      return event.argument == 0 ? "readable" : event.argument == 1 ? "writable" : "for no want";
    case Operation::kAttempt:
      return event.argument < 0 ? "to read" : "to write " + std::to_string(event.argument);
    case Operation::kWindow:
      return event.argument < 0 ? "open" : std::to_string(event.argument);
    case Operation::kPeerLater: {
      static const char *const kActions[] = {
          "write 5", "write 16385", "close_notify",         "take bytes again",
          "FIN",     "key update",  "release or write 100", "fatal alert 4"};
      return "in " + Milliseconds(event.argument) + ": " + kActions[event.second_argument & 7];
    }
    case Operation::kCorrupt:
    case Operation::kDrip:
      return std::to_string(event.argument) + " " + std::to_string(event.second_argument);
    default:
      return std::to_string(event.argument);
  }
}

std::string Hex(const std::string &bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) {
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

std::string Line(const RecordEvent &event, const std::string &note) {
  std::ostringstream line;
  line << (event.is_during ? "  meanwhile " : "") << NameOf(event.operation);
  std::string arguments = Arguments(event);
  line << (arguments.empty() ? "" : " ") << arguments;
  if (event.has_outcome) {
    line << " -> " << OutcomeName(event.outcome);
    bool moves = event.operation == Operation::kRead || event.operation == Operation::kPeek ||
                 event.operation == Operation::kWrite || event.operation == Operation::kAttempt;
    if (moves) {
      line << ' ' << event.count;
    }
    line << (note.empty() ? "" : " '" + note + "'");
  } else if (event.operation == Operation::kQuery) {
    line << " -> " << event.count;
  } else if (!note.empty()) {
    line << ": " << Hex(note);
  }
  return line.str();
}

}  // namespace

const char *NameOf(Operation operation) {
  static const char *const kNames[] = {"handshake",
                                       "read",
                                       "peek",
                                       "write",
                                       "key_update",
                                       "tls_close",
                                       "close",
                                       "deadlines",
                                       "wait",
                                       "pending",
                                       "attempt",
                                       "peer: write",
                                       "peer: key update",
                                       "peer: close_notify",
                                       "peer: fatal alert",
                                       "peer: warning",
                                       "peer: hold",
                                       "peer: stall",
                                       "peer: later",
                                       "time passes",
                                       "peer: FIN",
                                       "peer: RST",
                                       "peer: raw bytes",
                                       "network: corrupt",
                                       "network: drip",
                                       "network: window"};
  return kNames[static_cast<size_t>(operation)];
}

std::string FaultWords(const RecordInput &input) {
  std::string words;
  for (const net_testing::Fault &fault : input.faults) {
    words += (words.empty() ? "" : " ") + FaultWord(fault);
  }
  return words;
}

std::string ScriptOf(const RecordInput &input, const RecordLog &log,
                     const std::vector<net_testing::TransportCall> &calls) {
  std::string text = Header(input);
  for (size_t i = 0; i < log.events.size(); i++) {
    const RecordEvent &event = log.events[i];
    auto note = log.texts.find(i);
    text += Line(event, note != log.texts.end() ? note->second : "") + '\n';
    // One that has not come to its end has all the rest.
    bool is_open = !event.has_outcome && event.operation <= Operation::kAttempt &&
                   event.operation != Operation::kSetDeadlines &&
                   event.operation != Operation::kQuery;
    size_t end = is_open ? calls.size() : event.last_call;
    for (size_t call = event.first_call; call < end && call < calls.size(); call++) {
      text += "    " + net_testing::CallText(calls[call]) + '\n';
    }
  }
  return text;
}

}  // namespace net_fuzz
