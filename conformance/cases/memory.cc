// Out of memory: each allocation of the calls in a connection's life fails, in turn, by the
// driver's command `allocations`

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr size_t kLength = 40000;

using Arm = std::function<void()>;

// Stage is one call: what it gives where there is memory, and where there is none.
struct Stage {
  const char *name;
  bool is_clients;
  bool is_servers;
  Tuple expected;
  // What stands before the error.
  Expected failed;
  // Whether there is a socket then.
  bool has_socket;
  // Comes to the point where the call is due, arms, and calls.
  Result (*run)(World &, const Arm &);
};

// Lua's text, the library's, and the system's.
Expected OutOfMemory() {
  return {"a text about memory", [](const Value &value) {
            std::string text = value.kind == Value::Kind::kString ? value.text : "";
            return text.find("not enough memory") != std::string::npos ||
                   text.find("out of memory") != std::string::npos ||
                   text.find(strerror(ENOMEM)) != std::string::npos;
          }};
}

std::string SetAuthority(World &world) {
  return "set 1 set_ca_file " + StringWord(world.certificates().Certificate("ca"));
}

std::string SetKeypair(World &world) {
  return "set 1 set_keypair_file " + StringWord(world.certificates().Certificate("server")) + " " +
         StringWord(world.certificates().Key("server"));
}

Result RunConfig(World &world, const Arm &arm) {
  arm();
  return world.Command("config 1");
}

Result RunSetAuthority(World &world, const Arm &arm) {
  world.Command("config 1").Gives({Object()});
  arm();
  return world.Command(SetAuthority(world));
}

Result RunSetKeypair(World &world, const Arm &arm) {
  world.Command("config 1").Gives({Object()});
  arm();
  return world.Command(SetKeypair(world));
}

Result RunClient(World &world, const Arm &arm) {
  world.Configure();
  Endpoint endpoint;
  int listener = world.Listen(&endpoint);
  arm();
  Result result = world.Command("client 1 1 " + endpoint.Words() + " " + world.setup().server_name);
  close(listener);
  return result;
}

Result RunAccept(World &world, const Arm &arm) {
  int fd = world.Dial(world.ListenForForeign());
  arm();
  Result result = world.Command("accept 1 1");
  close(fd);
  return result;
}

Result RunHandshake(World &world, const Arm &arm) {
  world.Connect();
  arm();
  return world.Call("handshake");
}

Result RunWrite(World &world, const Arm &arm) {
  world.Establish();
  arm();
  return world.Call("write", PatternWord(0, kLength));
}

Result RunRead(World &world, const Arm &arm) {
  world.Establish();
  world.peer().Write(Pattern(0, 1000));
  arm();
  return world.Call("read");
}

Result RunTlsClose(World &world, const Arm &arm) {
  world.Establish();
  arm();
  return world.Call("tls_close");
}

Result RunClose(World &world, const Arm &arm) {
  world.Establish();
  arm();
  return world.Call("close");
}

const std::vector<Stage> &Stages() {
  static const std::vector<Stage> stages = {
      {"config", true, true, {Object()}, Nil(), false, RunConfig},
      {"set_ca_file", true, false, {True()}, False(), false, RunSetAuthority},
      {"set_keypair_file", false, true, {True()}, False(), false, RunSetKeypair},
      {"client", true, false, {Object()}, Nil(), false, RunClient},
      {"accept", false, true, {Object()}, Nil(), false, RunAccept},
      {"handshake", true, true, Ok(), False(), true, RunHandshake},
      {"write", true, true, WriteOf(kLength), Nil(), true, RunWrite},
      {"read", true, true, ReadOf(Pattern(0, 1000)), Nil(), true, RunRead},
      {"tls_close", true, true, Ok(), False(), true, RunTlsClose},
      {"close", true, true, Ok(), False(), true, RunClose},
  };
  return stages;
}

// What came of the last command: allocations asked for, and failed; and blocks that are live now.
struct Allocations {
  int64_t asked;
  int64_t failed;
  int64_t live;
};

Allocations CountAllocations(World &world) {
  Result result = world.Command("allocations");
  result.Gives({Anything(), Anything(), Anything()});
  const std::vector<Value> &values = result.answer().values;
  return {values[0].integer, values[1].integer, values[2].integer};
}

// Out of memory is an error, returned or, in a language that does so, raised. A call may do without
// what there is no memory for: then it gives what it always gives.
bool HasFailed(World &world, const Stage &stage, const Result &result) {
  const Answer &answer = result.answer();
  if (answer.kind == Answer::Kind::kRaised) {
    result.Raises({"not enough memory"});
    return true;
  }
  if (MatchesTuple(stage.expected, answer.values)) {
    return false;
  }
  bool is_short = stage.expected.size() == 1 && answer.values.size() == 2;
  result.Gives(is_short ? Tuple{stage.failed, OutOfMemory()}
                        : Tuple{stage.failed, OutOfMemory(), Nil()});
  world.Expect(answer.kind == Answer::Kind::kValues, "no values");
  return true;
}

// A call that failed says so again, and close closes.
void CheckSocket(World &world, const Stage &stage, const Result &result) {
  int64_t fd = Descriptor(world);
  bool is_raised = result.answer().kind == Answer::Kind::kRaised;
  world.Expect(fd < 0 || is_raised || stage.run != RunClose, "close left its descriptor open");
  if (fd >= 0 && !result.TextOf(1).empty()) {
    world.Call("handshake").Gives({False(), Bytes(result.TextOf(1)), Nil()});
  }
  world.Call("close").Gives({Anything(), Anything(), Anything()});
  world.Call("fd").Gives({Integer(-1)});
  if (fd >= 0) {
    IsClosed(world, fd);
  }
}

// Those that one driver fails: "once", or all "from" one on; each `step`th.
class Failures {
 public:
  Failures(World *outer, Driver *driver, const char *when, int64_t step)
      : outer_(*outer), driver_(*driver), when_(when), step_(step) {}

  void OfEachStage() {
    FailOne(Stages().back(), kNever);  // What lasts as long as the process is made here.
    live_ = live_after_;
    for (const Stage &stage : Stages()) {
      if (outer_.axes().is_client ? stage.is_clients : stage.is_servers) {
        for (int64_t number = 0; FailOne(stage, number); number += Step(number)) {
        }
      }
    }
  }

 private:
  static constexpr int64_t kNever = 1 << 30;

  // The first few are all tried: many a call asks for no more.
  int64_t Step(int64_t number) const {
    constexpr int64_t kFew = 5;
    return number < kFew ? 1 : step_;
  }

  // Returns whether an allocation failed: otherwise the call does not ask for so many.
  bool FailOne(const Stage &stage, int64_t number) {
    World world(outer_.run(), &driver_, outer_.axes());
    world.SetAbout(std::string(stage.name) + ", allocations " + when_ + " " +
                   std::to_string(number));
    Result result = stage.run(world, [&] {
      world.Command("allocations " + when_ + " " + std::to_string(number)).Gives({});
    });
    Allocations counted = CountAllocations(world);
    bool has_failed = HasFailed(world, stage, result);
    world.Expect(!has_failed || counted.failed > 0, "an error, although there was memory");
    if (stage.has_socket) {
      CheckSocket(world, stage, result);
    }
    if (has_failed && stage.has_socket && outer_.axes().is_client && when_ == "once") {
      world.Establish();  // With the same configuration.
    }
    world.CheckLeftovers();
    CheckLive(world);
    return counted.failed > 0;
  }

  void CheckLive(World &world) {
    live_after_ = CountAllocations(world).live;
    world.Expect(live_ < 0 || live_after_ == live_, "a leak: " + std::to_string(live_after_) +
                                                        " blocks where there were " +
                                                        std::to_string(live_));
  }

  World &outer_;
  Driver &driver_;
  std::string when_;
  int64_t step_;
  int64_t live_ = -1;
  int64_t live_after_ = -1;
};

// The driver itself, or the one of which single allocations can fail in its place.
void WithDriver(World &world, const std::function<void(Driver &)> &run) {
  const auto &drivers = world.run().memory_drivers;
  auto found = drivers.find(world.driver().name());
  if (found == drivers.end()) {
    run(world.driver());
    return;
  }
  Driver driver(found->first, found->second);
  std::string error = driver.Start(world.run().patience);
  world.Expect(error.empty(), "the driver that can run out of memory cannot be used: " + error);
  run(driver);
  error = driver.End(world.run().patience);
  world.Expect(error.empty(), "the driver that can run out of memory ended badly: " + error);
}

std::function<void(World &)> EachAllocation(const char *when, int64_t step) {
  return [when, step](World &world) {
    WithDriver(world, [&](Driver &driver) { Failures(&world, &driver, when, step).OfEachStage(); });
  };
}

}  // namespace

std::vector<Case> MemoryCases() {
  constexpr int64_t kSampled = 17;
  constexpr int64_t kThinned = 4;
  constexpr Vary kSample = {true, false, false, true, true, false, true, false};
  constexpr Vary kAll = {true, false, true, true, true, true, true, false};
  return {
      {"D-12/51",
       "an allocation fails, a sample: an error about memory, and nothing leaks",
       kSample,
       EachAllocation("once", kSampled),
       {"D-02", "D-11", "D-20"}},
      {"D-12/52",
       "each allocation in turn fails: an error about memory, and nothing leaks",
       kAll,
       EachAllocation("once", 1),
       {"D-02", "D-11", "D-20"},
       true},
      {"D-12/53",
       "all allocations from one on fail, a sample",
       kSample,
       EachAllocation("from", kSampled),
       {"D-02", "D-11", "D-20"}},
      {"D-12/54",
       "all allocations from every fourth on fail: an error about memory, and nothing leaks",
       kAll,
       EachAllocation("from", kThinned),
       {"D-02", "D-11", "D-20"},
       true},
  };
}

}  // namespace conformance
