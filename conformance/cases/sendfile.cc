// sock:sendfile(), with TLS and without

#include <unistd.h>

#include <fstream>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// More than one record and no multiple of any size that a chunk may have.
constexpr size_t kFileSize = 100003;

// File 1 of the driver: `size` bytes of the pattern.
std::string HasFile(World &world, size_t size = kFileSize) {
  std::string path =
      world.certificates().Path("file." + std::to_string(getpid()) + "." + std::to_string(size));
  std::ofstream(path, std::ios::binary) << Pattern(0, size);
  world.Command("file 1 " + StringWord(path)).Gives({});
  return path;
}

void Has(World &world, const std::string &bytes) {
  world.is_plain() ? PlainHas(world, bytes) : PeerHas(world, bytes);
}

void Stall(World &world, bool stalled) {
  if (world.is_plain()) {
    world.plain().Stall(stalled);
  } else {
    world.peer().Stall(stalled);
  }
}

std::string Part(int64_t count, int64_t offset) {
  return "h:1 " + IntegerWord(count) + " " + IntegerWord(offset);
}

void SendsPart(World &world) {
  world.Establish();
  HasFile(world);
  world.Call("sendfile", Part(10, 49000)).Gives(WriteOf(10));
  Has(world, Pattern(49000, 10));
  world.Call("sendfile", Part(50000, 7)).Gives(WriteOf(50000));
  Has(world, Pattern(49000, 10) + Pattern(7, 50000));
  world.Call("write", StringWord("after")).Gives(WriteOf(5));
  Has(world, Pattern(49000, 10) + Pattern(7, 50000) + "after");
}

void SendsTheRest(World &world) {
  world.Establish();
  HasFile(world);
  world.Call("sendfile", "h:1").Gives(WriteOf(kFileSize));
  Has(world, Pattern(0, kFileSize));
  world.Call("sendfile", "h:1 nil " + IntegerWord(100000)).Gives(WriteOf(3));
  Has(world, Pattern(0, kFileSize) + Pattern(100000, 3));
}

void MoreThanThereIs(World &world) {
  world.Establish();
  HasFile(world);
  world.Call("sendfile", Part(1000, 100000)).Gives(WriteOf(3));
  world.Call("sendfile", Part(1000, 200000)).Gives(WriteOf(0));
  world.Call("sendfile", Part(0, 0)).Gives(WriteOf(0));
  Has(world, Pattern(100000, 3));
}

void PositionStays(World &world) {
  world.Establish();
  std::string path = HasFile(world);
  world.Call("sendfile", Part(5000, 5)).Gives(WriteOf(5000));
  world.Call("sendfile", "h:1").Gives(WriteOf(kFileSize));
  world.Expect(world.driver().PositionIn(path) == 0, "the file's position has moved");
  Has(world, Pattern(5, 5000) + Pattern(0, kFileSize));
}

// How much of the file a peer that takes nothing lets go.
size_t TimedOut(World &world) {
  world.setup().peer.receive_buffer = 4096;
  world.Establish();
  Stall(world, true);
  Prepare(world, "sndbuf", IntegerWord(8192));
  HasFile(world, kTooMuch);
  Deadlines(world, kLong, kShort);
  Result result = world.Call("sendfile", "h:1");
  result.Gives({Between(1, kTooMuch - 1), Nil(), True()}).TookAtLeast(kNotBefore);
  Deadlines(world, kLong, kLong);
  return static_cast<size_t>(result.AsInteger());
}

void TimesOutAndGoesOn(World &world) {
  size_t done = TimedOut(world);
  Stall(world, false);
  world.Call("sendfile", "h:1 nil " + IntegerWord(static_cast<int64_t>(done)))
      .Gives(WriteOf(kTooMuch - done));
  Has(world, Pattern(0, kTooMuch));
}

void PeerIsGone(World &world) {
  TimedOut(world);
  if (world.is_plain()) {
    world.plain().Reset();
  } else {
    world.peer().Leave();
  }
  Result result = world.Call("sendfile", "h:1");
  bool is_error = !world.is_plain();
  result.Gives({Nil(), is_error ? Anything() : Nil(), Nil()});
  world.Call("close");
}

void NegativeNumbers(World &world) {
  world.Establish();
  HasFile(world);
  Tuple invalid = {Nil(), Bytes("Invalid argument"), Nil()};
  world.Call("sendfile", Part(-1, 0)).Gives(invalid);
  world.Call("sendfile", Part(10, -1)).Gives(invalid);
  world.Call("write", StringWord("x")).Gives(WriteOf(1));
  Has(world, "x");
}

void NoFile(World &world) {
  world.Establish();
  world.Call("sendfile").Raises({"file or descriptor expected"});
  world.Call("sendfile", StringWord("/a/path")).Raises({"file or descriptor expected"});
  world.Call("sendfile", "t:").Raises({"file or descriptor expected"});
  world.Call("sendfile", IntegerWord(-1)).Gives({Nil(), TextWith({"sendfile"}), Nil()});
}

void AfterClose(World &world) {
  world.Establish();
  HasFile(world);
  world.Call("close").Gives(Ok());
  world.Call("sendfile", "h:1").Gives({Nil(), AnyText(), Nil()});
}

void UnderLock(World &world) {
  world.Establish();
  HasFile(world);
  world.Call("sendfilesync", Part(7, 3)).Gives(WriteOf(7));
  Has(world, Pattern(3, 7));
  world.Command("poller locks").Gives({Integer(1), Integer(1)});
}

constexpr Vary kBothNonblocking = {false, true, false, true, true, false, true, true, true};
// Of no version where there is no TLS, and of the newest where there is.
constexpr Vary kBoth = {true, true, false, true, true, false, true, true, true};
constexpr Vary kBothOnce = {true, false, false, true, true, false, true, false, true};

}  // namespace

std::vector<Case> SendfileCases() {
  return {
      {"NSS-SENDFILE-01/1", "so many bytes from the offset", kBoth, SendsPart, {"D-01"}},
      {"NSS-SENDFILE-01/2", "without a number: to the end", kBoth, SendsTheRest, {}},
      {"NSS-SENDFILE-02/1", "the end of the file is no error", kBoth, MoreThanThereIs, {}},
      {"NSS-SENDFILE-03/1", "the file's own position stays", kBoth, PositionStays, {}},
      {"NSS-SENDFILE-04/1", "deadline: the count, and on from there", kBoth, TimesOutAndGoesOn, {}},
      {"NSS-SENDFILE-05/1", "the peer is gone: nil first, no signal", kBoth, PeerIsGone, {"D-22"}},
      {"NSS-SENDFILE-05/2", "closed: nil, err, nil", kBoth, AfterClose, {}},
      {"NSS-SENDFILE-06/1", "negative: Invalid argument, nothing sent", kBoth, NegativeNumbers, {}},
      {"NS-LOCK-01/5", "sendfilesync: under the write lock", kBothNonblocking, UnderLock, {"D-27"}},
      {"NSS-SENDFILE-07/1", "what is no file raises", kBothOnce, NoFile, {"D-03"}},
  };
}

}  // namespace conformance
