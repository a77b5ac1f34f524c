#include "conformance/cases/fault_table.h"

#include <errno.h>
#include <string.h>

#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// Pieces of a byte each for the first of what is held, which a handshake's flight and a record's
// header are in; then larger ones.
constexpr int kSingleBytes = 300;
constexpr size_t kPiece = 997;
constexpr int kSignals = 3;

void HoldPeer(World &world) {
  world.peer().Hold();
}

void ReleaseInPieces(Peer &peer) {
  for (int i = 0; peer.held() > 0; i++) {
    peer.Release(i < kSingleBytes ? 1 : kPiece);
  }
}

Result InSingleBytes(World &world, const std::string &method, const std::string &arguments) {
  world.Start(method, arguments);
  world.Until("the call's answer, its input in pieces", [&] {
    ReleaseInPieces(world.peer());
    return world.driver().answered();
  });
  return world.Finish();
}

void TakeLittle(World &world) {
  world.setup().peer.receive_buffer = 4096;
}

void SendLittle(World &world) {
  Prepare(world, "sndbuf", IntegerWord(8192));
}

// A blocking socket does not expect it: it retries as long as its clock limit lets it.
void BlockNever(World &world) {
  Prepare(world, "nonblock", "true");
  Prepare(world, "setclocklimit", IntegerWord(60));
}

Result WithSignals(World &world, const std::string &method, const std::string &arguments) {
  world.peer().Hold();
  world.Start(method, arguments);
  for (int i = 0; i < kSignals; i++) {
    world.driver().StopAndContinue();
  }
  world.peer().Release();
  return world.Finish();
}

void ResetByPeer(World &world) {
  world.peer().Reset();
}

void PeerLeaves(World &world) {
  world.peer().Leave();
}

void PeerEnds(World &world) {
  world.peer().Finish();
}

const Recipe kShortReads = {"the peer's bytes come in segments of one", nullptr, HoldPeer,
                            InSingleBytes, nullptr};
const Recipe kShortWrites = {"small buffers at both ends", TakeLittle, SendLittle, nullptr,
                             nullptr};
const Recipe kAgain = {"O_NONBLOCK", nullptr, BlockNever, nullptr, nullptr};
const Recipe kSignal = {"SIGSTOP and SIGCONT in each call", nullptr, nullptr, WithSignals, nullptr};
const Recipe kReset = {"the peer closes with SO_LINGER of 0", nullptr, nullptr, nullptr,
                       ResetByPeer};
const Recipe kPipe = {"the peer closes both ways", nullptr, nullptr, nullptr, PeerLeaves};
const Recipe kEnd = {"the peer shuts its side down", nullptr, nullptr, nullptr, PeerEnds};

std::vector<std::string> TextOf(int error) {
  return {strerror(error)};
}

std::string ErrnoWord(int error) {
  return "e" + std::to_string(error);
}

}  // namespace

const std::vector<Fault> &FaultTable() {
  static const std::vector<Fault> table = {
      {"1", "r", Effect::kNone, {}, "", &kShortReads},
      {"1", "s", Effect::kNone, {}, "", &kShortWrites},
      {"7", "r", Effect::kNone, {}, "", nullptr},
      {"20000", "s", Effect::kNone, {}, "", nullptr},
      {"again", "rs", Effect::kNone, {}, "", &kAgain},
      {"intr", "rsw", Effect::kNone, {}, "", &kSignal},
      // No kernel sends nothing without saying why.
      {"zero", "s", Effect::kNone, {}, "", nullptr},
      // Kernels wake up for nothing when it suits them.
      {"early", "w", Effect::kNone, {}, "", nullptr},
      // Its recipes take time: the cases of clauses D-13 and D-15.
      {"timeout", "rsw", Effect::kTimeout, {}, "", nullptr},
      {"reset", "rs", Effect::kFatal, {strerror(ECONNRESET), strerror(EPIPE)}, "reset", &kReset},
      {"pipe", "s", Effect::kFatal, TextOf(EPIPE), "reset", nullptr},
      // In a kernel a FIN comes before it, which is what a read finds.
      {"pipe",
       "",
       Effect::kFatal,
       {strerror(EPIPE), strerror(ECONNRESET), "end of stream"},
       "",
       &kPipe},
      {"end", "r", Effect::kFatal, {"end of stream"}, "eof", &kEnd},
      // Neither of them comes without waiting, or without a machine that lacks memory.
      {ErrnoWord(ETIMEDOUT), "r", Effect::kFatal, TextOf(ETIMEDOUT), "reset", nullptr},
      {ErrnoWord(ETIMEDOUT), "s", Effect::kFatal, TextOf(ETIMEDOUT), "reset", nullptr},
      {ErrnoWord(ENOBUFS), "rs", Effect::kFatal, TextOf(ENOBUFS), "", nullptr},
      {ErrnoWord(ENOMEM), "w", Effect::kFatal, TextOf(ENOMEM), "", nullptr},
  };
  return table;
}

Plan PlanOf(const Fault &fault) {
  Plan plan;
  plan.effect = fault.effect;
  plan.timeouts = fault.effect == Effect::kTimeout ? 1 : 0;
  plan.texts = fault.texts;
  plan.closed_by = fault.closed_by;
  return plan;
}

}  // namespace conformance
