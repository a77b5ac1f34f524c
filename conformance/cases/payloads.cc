// How much a read and a write move: sizes about a record's, more than any buffer, and both at once

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

// No byte changes on another transport, and others move as much over it.
const Vary kTcp = OverTcp(kEveryAxis);
const Vary kTcpOnce = OverTcp(kEitherMode);

constexpr int64_t kMebibyte = 1 << 20;
constexpr int64_t kHuge = int64_t{1} << 31;

// Reads `bytes` with a size for each read, or with none where it is 0.
void ReadsBy(World &world, const std::string &bytes, int64_t size) {
  for (size_t done = 0; done < bytes.size();) {
    Result result = size > 0 ? world.Call("read", IntegerWord(size)) : world.Call("read");
    size_t length = BytesRead(result);
    result.Gives(ReadOf(bytes.substr(done, length)));
    world.Expect(length > 0, "a read of nothing");
    world.Expect(size == 0 || length <= static_cast<uint64_t>(size), "more than was asked for");
    done += length;
  }
}

std::function<void(World &)> Reads(size_t length) {
  return [length](World &world) {
    std::string bytes = Pattern(0, length);
    world.Establish();
    world.peer().Write(bytes);
    ReadsBy(world, bytes, length > size_t{1} << 24 ? kMebibyte : 0);
    world.Call("closed_by").Gives({Nil()});
  };
}

std::function<void(World &)> Writes(size_t length) {
  return [length](World &world) {
    world.Establish();
    world.Call("write", PatternWord(0, length)).Gives(WriteOf(length));
    PeerHas(world, Pattern(0, length));
  };
}

// Three records have come together, and nothing of them is lost, whatever each read asks for.
std::function<void(World &)> SeveralRecords(size_t length, int64_t size) {
  return [=](World &world) {
    std::string bytes = Pattern(0, 3 * length);
    world.Establish();
    world.peer().Hold();
    for (size_t i = 0; i < 3; i++) {
      world.peer().Write(bytes.substr(i * length, length));
    }
    world.peer().CloseNotify();
    world.peer().Release();
    world.Call("poll_wait", "k:WANT_POLLIN").Gives(Ok());
    ReadsBy(world, bytes, size);
    world.Call("read").Gives(Closed());
  };
}

// Sizes change from read to read, about the edges of records.
void ChangingSizes(World &world) {
  std::string bytes = Pattern(0, 100000);
  world.Establish();
  world.peer().Write(bytes);
  size_t done = 0;
  for (int64_t size = 1; done < bytes.size(); size = size * 7 % 20011 + 1) {
    Result result = world.Call("read", IntegerWord(size));
    size_t length = BytesRead(result);
    result.Gives(ReadOf(bytes.substr(done, length)));
    world.Expect(length > 0 && length <= static_cast<uint64_t>(size), "a read of another size");
    done += length;
  }
}

// What the driver's process has ever taken grows by less than an eighth of what is asked for.
void NothingUpFront(World &world) {
  world.Establish();
  world.peer().Write("x");
  world.Call("read", IntegerWord(kMebibyte)).Gives(ReadOf("x"));
  int64_t before = world.driver().PeakMemory();
  world.peer().Write("hello");
  world.Call("read", IntegerWord(kHuge)).Gives(ReadOf("hello"));
  world.peer().Write("again");
  world.Call("read", IntegerWord(int64_t{1} << 40)).Gives(ReadOf("again"));
  int64_t grown = world.driver().PeakMemory() - before;
  world.Expect(grown < kHuge / 8, "reads of 5 bytes took " + std::to_string(grown) + " bytes");
}

// The peer's bytes wait while the driver writes as many.
void BothDirections(World &world) {
  std::string bytes = Pattern(7, kMebibyte);
  world.Establish();
  world.peer().Write(bytes);
  world.Call("write", PatternWord(0, kMebibyte)).Gives(WriteOf(kMebibyte));
  PeerHas(world, Pattern(0, kMebibyte));
  ReadsBy(world, bytes, kMebibyte);
  world.Call("close").Gives(Ok());
  PeerSeesEnd(world, 1);
}

// One byte there, one byte back: nothing waits for more to come.
void PingPong(World &world) {
  world.Establish();
  std::string all;
  for (int i = 0; i < 100; i++) {
    std::string byte(1, static_cast<char>(i));
    world.Call("write", StringWord(byte)).Gives(WriteOf(1));
    all += byte;
    PeerHas(world, all);
    world.peer().Write(byte);
    world.Call("read").Gives(ReadOf(byte));
  }
}

void EmptyWrites(World &world) {
  world.Establish();
  world.Call("write", StringWord("a")).Gives(WriteOf(1));
  for (int i = 0; i < 100; i++) {
    world.Call("write", StringWord("")).Gives(WriteOf(0));
  }
  world.Call("write", StringWord("b")).Gives(WriteOf(1));
  PeerHas(world, "ab");
}

}  // namespace

std::vector<Case> PayloadCases() {
  return {
      {"NTS-READ-05/1-byte", "1 byte", kTcp, Reads(1), {}},
      {"NTS-READ-05/16383-bytes", "16383 bytes", kTcp, Reads(16383), {"D-08"}},
      {"NTS-READ-05/16384-bytes", "16384 bytes, a full record", kTcp, Reads(16384), {"D-08"}},
      {"NTS-READ-05/16385-bytes", "a record and a byte", kTcp, Reads(16385), {"D-08"}},
      {"NTS-READ-05/64-mib", "64 MiB", kTcpOnce, Reads(64 * kMebibyte), {"D-08"}, true},
      {"D-05/64-mib", "64 MiB", kTcpOnce, Writes(64 * kMebibyte), {"NTS-WRITE-04"}, true},
      {"NTS-READ-03/1-of-several", "bufsize 1", kTcp, SeveralRecords(20, 1), {"D-08"}},
      {"NTS-READ-03/mib-of-several", "1 MiB", kTcp, SeveralRecords(5000, kMebibyte), {"D-08"}},
      {"NTS-READ-03/huge-of-several", "2^31", kTcp, SeveralRecords(16384, kHuge), {"D-08"}},
      {"NTS-READ-04/several", "no bufsize", kTcp, SeveralRecords(5000, 0), {"D-08"}},
      {"NTS-READ-03/changing", "another bufsize each time", kTcp, ChangingSizes, {"D-08"}},
      {"D-08/nothing-up-front",
       "a huge bufsize takes no memory of that size",
       OverTcp(kEitherMode),
       NothingUpFront,
       {"NTS-READ-03"}},
      {"NTS-READ-02/both-directions",
       "1 MiB each way at once",
       kTcp,
       BothDirections,
       {"NTS-WRITE-02", "D-05"}},
      {"NTS-READ-02/ping-pong", "a byte there, a byte back", kTcp, PingPong, {"NTS-WRITE-02"}},
      {"D-07/2", "empty writes between others send nothing", kTcp, EmptyWrites, {"NTS-WRITE-04"}},
  };
}

}  // namespace conformance
