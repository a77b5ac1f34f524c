// Faults as data: each fault at each call of the transport, by the driver's command `faults`; and
// those that a kernel can play, with any driver

#include "conformance/cases/cases.h"
#include "conformance/cases/fault_script.h"
#include "conformance/cases/fault_table.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kFunctions[] = "rsw";
// How many more calls a harmless fault may cost: more is spinning.
constexpr int64_t kFewCalls = 30;

// What the driver's transport was called for.
struct Counts {
  int64_t calls[3] = {0, 0, 0};
  int64_t faults = 0;
  int64_t all() const {
    return calls[0] + calls[1] + calls[2];
  }
};

Counts Count(World &world) {
  Result result = world.Command("faults");
  result.Gives({Anything(), Anything(), Anything(), Anything()});
  const std::vector<Value> &values = result.answer().values;
  return {{values[0].integer, values[1].integer, values[2].integer}, values[3].integer};
}

Plan PlanOf(const Fault &fault) {
  Plan plan;
  plan.effect = fault.effect;
  plan.timeouts = fault.effect == Effect::kTimeout ? 1 : 0;
  plan.texts = fault.texts;
  plan.closed_by = fault.closed_by;
  return plan;
}

// What is fatal is never lost, and ends the I/O.
void CheckFatal(World &world, FaultScript &script) {
  world.Expect(script.has_failed(), "the fault was lost: nothing said so");
  script.CallsAreSticky();
  Counts before = Count(world);
  script.CallsAreSticky();
  world.Expect(Count(world).all() == before.all(), "I/O after a fatal error");
}

// Runs the script in a world of its own, with words for its transport. Returns what it counted.
Counts RunWith(World &outer, const std::string &words, const Plan &plan) {
  World world(outer.run(), &outer.driver(), outer.axes());
  world.SetAbout("faults " + words);
  world.Command("faults " + StringWord(words)).Gives({});
  world.Connect();
  FaultScript script(&world, plan);
  script.RunToEnd();
  bool is_applied = Count(world).faults > 0;
  if (is_applied && plan.effect == Effect::kFatal) {
    CheckFatal(world, script);
  }
  script.RunClose();
  Counts counts = Count(world);
  world.CheckLeftovers();
  return counts;
}

void AtEachCall(World &outer, const Fault &fault, const Counts &perfect) {
  for (int function = 0; function < 3; function++) {
    std::string letter(1, kFunctions[function]);
    if (std::string(fault.functions).find(letter) == std::string::npos) {
      continue;
    }
    for (int64_t number = 1; number <= perfect.calls[function]; number++) {
      std::string words = letter + ":" + std::to_string(number) + " " + fault.word;
      Counts counts = RunWith(outer, words, PlanOf(fault));
      outer.Expect(counts.all() <= perfect.all() + kFewCalls,
                   "faults " + words + ": " + std::to_string(counts.all()) +
                       " calls of the transport where " + std::to_string(perfect.all()) +
                       " are enough");
    }
  }
}

std::function<void(World &)> Each(Effect effect) {
  return [effect](World &world) {
    Counts perfect = RunWith(world, "", Plan());
    for (const Fault &fault : FaultTable()) {
      if (fault.effect == effect) {
        AtEachCall(world, fault, perfect);
      }
    }
  };
}

}  // namespace

std::vector<Case> FaultCases() {
  constexpr Vary kSample = {true, true, false, true, true, false, true, false};
  constexpr Vary kAll = {true, true, true, true, true, true, true, false};
  return {
      {"D-05/11",
       "a harmless fault at each call: nobody notices",
       kSample,
       Each(Effect::kNone),
       {"D-17", "D-08"}},
      {"D-05/12",
       "a harmless fault at each call, on every axis",
       kAll,
       Each(Effect::kNone),
       {"D-17", "D-08"},
       true},
      {"D-06/11",
       "a timeout at each call: continued, nothing is lost or doubled",
       kSample,
       Each(Effect::kTimeout),
       {"D-02", "D-13", "D-15"}},
      {"D-06/12",
       "a timeout at each call, on every axis",
       kAll,
       Each(Effect::kTimeout),
       {"D-02", "D-13", "D-15"},
       true},
      {"D-11/11",
       "a fatal fault at each call: an error that says which, and stays",
       kSample,
       Each(Effect::kFatal),
       {"D-10", "D-12", "D-20"}},
      {"D-11/12",
       "a fatal fault at each call, on every axis",
       kAll,
       Each(Effect::kFatal),
       {"D-10", "D-12", "D-20"},
       true},
  };
}

}  // namespace conformance
