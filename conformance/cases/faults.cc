// Faults as data: each fault at each call of the transport, by the driver's command `faults`; and
// those that a kernel can play, with any driver

#include <algorithm>
#include <random>

#include "conformance/cases/cases.h"
#include "conformance/cases/fault_script.h"
#include "conformance/cases/fault_table.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

constexpr char kFunctions[] = "rsw";
// How many more calls a harmless fault may cost: more is spinning.
constexpr int64_t kFewCalls = 30;
constexpr int kPairs = 50;
constexpr unsigned kSeed = 1;

// What is fatal ends the I/O.
void CheckFatal(World &world, FaultScript &script) {
  script.CallsAreSticky();
  Counts before = CountCalls(world);
  script.CallsAreSticky();
  world.Expect(CountCalls(world).all() == before.all(), "I/O after a fatal error");
}

// Runs the script in a world of its own, with words for its transport. Returns what it counted.
Counts RunWith(World &outer, const std::string &words, const Plan &plan) {
  World world(outer.run(), &outer.driver(), outer.axes());
  world.SetAbout("faults " + words);
  SetFaults(world, words);
  world.Connect();
  FaultScript script(&world, plan);
  script.RunToEnd();
  bool is_applied = CountCalls(world).faults > 0;
  bool must_fail = is_applied && plan.effect == Effect::kFatal && !plan.is_uncertain;
  world.Expect(script.has_failed() || !must_fail, "the fault was lost: nothing said so");
  if (script.has_failed()) {
    CheckFatal(world, script);
  }
  script.RunClose();
  Counts counts = CountCalls(world);
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

// The last send, where it is close that sends it: the descriptor is closed all the same.
void InClose(World &outer, const Fault &fault, int64_t last_send) {
  if (std::string(fault.functions).find('s') != std::string::npos) {
    Plan plan = PlanOf(fault);
    plan.closes_at_once = true;
    RunWith(outer, "s:" + std::to_string(last_send) + " " + fault.word, plan);
  }
}

std::function<void(World &)> Each(Effect effect) {
  return [effect](World &world) {
    Plan without_tls_close;
    without_tls_close.closes_at_once = true;
    Counts perfect = RunWith(world, "", Plan());
    int64_t last_send = RunWith(world, "", without_tls_close).calls[1];
    for (const Fault &fault : FaultTable()) {
      if (fault.effect == effect) {
        AtEachCall(world, fault, perfect);
        InClose(world, fault, last_send);
      }
    }
  };
}

// One of the faults.
const Fault &Draw(std::mt19937 &random) {
  const std::vector<Fault> &table = FaultTable();
  const Fault *fault = nullptr;
  do {
    fault = &table[random() % table.size()];
  } while (fault->functions[0] == '\0');
  return *fault;
}

// The fault at one of the calls that it makes sense for.
std::string Place(std::mt19937 &random, const Fault &fault, const Counts &perfect) {
  const std::string functions = fault.functions;
  const char letter = functions[random() % functions.size()];
  auto calls = static_cast<unsigned>(perfect.calls[std::string(kFunctions).find(letter)]);
  return std::string(1, letter) + ":" + std::to_string(1 + random() % std::max(calls, 1U)) + " " +
         fault.word;
}

void AddTo(Plan *plan, const Fault &fault) {
  Plan one = PlanOf(fault);
  plan->effect = std::max(plan->effect, one.effect);
  plan->timeouts += one.timeouts;
  plan->texts.insert(plan->texts.end(), one.texts.begin(), one.texts.end());
}

// The same pairs each time: a failure says which it was.
void Pairs(World &world) {
  std::mt19937 random(kSeed);
  Counts perfect = RunWith(world, "", Plan());
  for (int i = 0; i < kPairs; i++) {
    Plan plan;
    plan.is_uncertain = true;  // The first may be the end before the second.
    std::string words;
    for (int fault = 0; fault < 2; fault++) {
      const Fault &drawn = Draw(random);
      AddTo(&plan, drawn);
      words += (words.empty() ? "" : " ") + Place(random, drawn, perfect);
    }
    RunWith(world, words, plan);
  }
}

// What the kernel is made to do to the whole connection, or at one call.
FaultScript RunRecipe(World &outer, const Fault &fault, int strike_at) {
  const Recipe &recipe = *fault.kernel;
  World world(outer.run(), &outer.driver(), outer.axes());
  world.SetAbout(std::string(recipe.how) +
                 (recipe.strike ? ", at call " + std::to_string(strike_at) : ""));
  if (recipe.prepare) {
    recipe.prepare(world);
  }
  world.Connect();
  if (recipe.settle) {
    recipe.settle(world);
  }
  Plan plan = PlanOf(fault);
  plan.call = recipe.call;
  plan.strike = recipe.strike;
  plan.strike_at = strike_at;
  FaultScript script(&world, plan);
  script.RunToEnd();
  script.CallsAreSticky();
  script.RunClose();
  world.CheckLeftovers();
  return script;
}

void KernelAllTheTime(World &world) {
  for (const Fault &fault : FaultTable()) {
    if (fault.kernel && !fault.kernel->strike) {
      RunRecipe(world, fault, -1);
    }
  }
}

void KernelAtEachCall(World &world) {
  for (const Fault &fault : FaultTable()) {
    bool strikes = fault.kernel && fault.kernel->strike;
    for (int i = 0; strikes && RunRecipe(world, fault, i).was_struck(); i++) {
    }
  }
}

}  // namespace

std::vector<Case> FaultCases() {
  constexpr Vary kSample = {true, true, false, true, true, false, true, false};
  constexpr Vary kAll = {true, true, true, true, true, true, true, false};
  return {
      {"D-05/51",
       "a harmless fault at each call: nobody notices",
       kSample,
       Each(Effect::kNone),
       {"D-17", "D-08"}},
      {"D-05/52",
       "a harmless fault at each call, on every axis",
       kAll,
       Each(Effect::kNone),
       {"D-17", "D-08"},
       true},
      {"D-06/51",
       "a timeout at each call: continued, nothing is lost or doubled",
       kSample,
       Each(Effect::kTimeout),
       {"D-02", "D-13", "D-15"}},
      {"D-06/52",
       "a timeout at each call, on every axis",
       kAll,
       Each(Effect::kTimeout),
       {"D-02", "D-13", "D-15"},
       true},
      {"D-11/51",
       "a fatal fault at each call: an error that says which, and stays",
       kSample,
       Each(Effect::kFatal),
       {"D-10", "D-12", "D-20"}},
      {"D-11/52",
       "a fatal fault at each call, on every axis",
       kAll,
       Each(Effect::kFatal),
       {"D-10", "D-12", "D-20"},
       true},
      {"D-11/53",
       "two faults in one connection: a sample",
       kAll,
       Pairs,
       {"D-05", "D-06", "D-17"},
       true},
      {"D-05/53",
       "the kernel's short reads and writes, EAGAIN and EINTR: nobody notices",
       kAll,
       KernelAllTheTime,
       {"D-08", "D-17"}},
      {"D-11/54",
       "the kernel's reset, EPIPE and FIN at each call: an error that stays",
       kSample,
       KernelAtEachCall,
       {"D-10", "D-12", "D-20", "D-22"}},
      {"D-11/55",
       "the kernel's reset, EPIPE and FIN at each call, on every axis",
       kAll,
       KernelAtEachCall,
       {"D-10", "D-12", "D-20", "D-22"},
       true},
  };
}

}  // namespace conformance
