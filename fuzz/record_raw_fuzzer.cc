// record_raw_fuzzer: a TLS socket against a peer whose bytes are the input's. They are played
// twice, in different pieces, to different drivers, and read in different portions: whatever they
// are, the same bytes have to give the same result.
//
// Input:
//   0  bit 0: a client; bit 1: TLS 1.3; bit 2: a session is offered; bit 3: a FIN at the end;
//      bits 4 and 5: what comes before the input's bytes: 0 nothing, 1 a live peer's handshake,
//      2 and 3 what a live peer says, with changes
//   then twice: a byte for the driver (modulo 3) and the capacity of reads (from bit 2 on), a byte
//      for the number of pieces, and these: 0 is a receive that would block, others their length
//   with changes: a byte for their number, and for each two bytes of offset into what the peer says
//      and a mask; a mask of 0 ends what the peer says there
//   the rest is what the peer says afterwards. In BoringSSL's fuzzer mode records are not
//   encrypted.
//
// What must hold, with the name that the message of a violation begins with:
//   R1  outcomes and texts of errors are the same
//   R2  the bytes that are read are the same
//   R3  what is known of the connection is the same: version, cipher suite, end, alert
//   R4  a peek shows what the next read gives
//   R5  what is pending is there without the transport
//   R6  the number of calls of the transport is bounded by the number of bytes
//   R7  an error has a text, and neither EINTR nor EAGAIN comes out
// A live peer need not say the same bytes twice (a signature has random numbers in it): where it
// does not, and they are changed, R1 to R3 are not checked.

#include <stdint.h>

#include <string>

#include "fuzz/record_raw_input.h"
#include "fuzz/record_raw_run.h"
#include "fuzz/shared_configs.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"

namespace {

using net_fuzz::RawInput;
using net_fuzz::RawResult;
using net_fuzz::RawRun;

void Report(const std::string &message, const RawInput &input, RawRun &first, RawRun &second) {
  net_fuzz::Violation(message, RawScript(input) + "\n" + first.LogText() + "\n" + second.LogText(),
                      RawTest(input));
}

void Compare(const RawInput &input, RawRun &first, const RawResult &one, RawRun &second,
             const RawResult &other) {
  if (one.outcomes != other.outcomes) {
    Report("R1: other outcomes:\n" + one.outcomes + "and\n" + other.outcomes, input, first, second);
  }
  if (one.bytes != other.bytes) {
    Report("R2: other bytes were read", input, first, second);
  }
  if (one.known != other.known) {
    Report("R3: other is known of the connection: " + one.known + " and " + other.known, input,
           first, second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  RawInput input = net_fuzz::ReadRawInput(net_fuzz::Tape(data, size));
  net_fuzz::SharedConfig(input.test_case);
  RawRun first(input, input.chunkings[0]);
  const RawResult &one = first.Play();
  RawRun second(input, input.chunkings[1]);
  const RawResult &other = second.Play();
  for (RawRun *run : {&first, &second}) {
    if (!run->failure().empty()) {
      Report(run->failure(), input, first, second);
    }
  }
  if (input.changes.empty() || first.said() == second.said()) {
    Compare(input, first, one, second, other);
  }
  if (net_fuzz::ScriptIsWanted()) {
    net_fuzz::PrintSection("script", RawScript(input) + one.outcomes + one.known);
  }
  if (net_fuzz::LogIsWanted()) {
    net_fuzz::PrintSection("log", first.LogText() + second.LogText());
  }
  return 0;
}
