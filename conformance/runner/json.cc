#include "conformance/runner/json.h"

#include "conformance/runner/escape.h"

namespace conformance {
namespace {

// The version of the schema: it changes when a field goes or changes its meaning.
constexpr int kSchema = 1;

// Object is one of JSON that is being written.
class Object {
 public:
  Object &Text(const char *key, const std::string &value) {
    return Raw(key, JsonString(value));
  }
  // Leaves out what is empty.
  Object &TextIfAny(const char *key, const std::string &value) {
    return value.empty() ? *this : Text(key, value);
  }
  Object &Number(const char *key, int64_t value) {
    return Raw(key, std::to_string(value));
  }
  Object &Raw(const char *key, const std::string &value) {
    text_ += (text_.empty() ? "" : ", ") + JsonString(key) + ": " + value;
    return *this;
  }
  std::string End() const {
    return "{" + text_ + "}";
  }

 private:
  std::string text_;
};

template <typename Items, typename Show>
std::string Array(const Items &items, const char *separator, Show show) {
  std::string text;
  for (const auto &item : items) {
    text += (text.empty() ? "" : separator) + show(item);
  }
  return "[" + text + "]";
}

std::string ShowDriverStamp(const DriverStamp &driver) {
  return Object()
      .Text("name", driver.name)
      .Text("command", driver.spelling)
      .Text("about", driver.about)
      .Text("library", driver.library)
      .End();
}

std::string StampObject(const Stamp &stamp) {
  return Object()
      .Text("suite_version", stamp.suite_version)
      .Text("document_hash", stamp.document_hash)
      .Text("register_hash", stamp.register_hash)
      .Number("protocol_version", stamp.protocol_version)
      .Text("platform", stamp.platform)
      .Text("peer_library", stamp.peer_library)
      .Text("started", stamp.started)
      .Number("seed", stamp.seed)
      .Number("repeat", stamp.repeat)
      .Raw("drivers", Array(stamp.drivers, ", ", ShowDriverStamp))
      .End();
}

std::string SummaryObject(const std::vector<Outcome> &outcomes) {
  Object object;
  Counts counts = CountVerdicts(outcomes);
  for (Verdict verdict : kVerdicts) {
    object.Number(ShowVerdict(verdict), counts[verdict]);
  }
  return object.End();
}

std::string ClauseObject(const Clause &clause) {
  return Object()
      .Text("id", clause.id)
      .Text("heading", clause.heading)
      .Text("level", clause.level)
      .Text("source", clause.document + ":" + std::to_string(clause.line))
      .Text("text", clause.text)
      .TextIfAny("waiver", clause.waiver)
      .End();
}

std::string CaseObject(const Outcome &outcome) {
  const Case &a_case = *outcome.a_case;
  Object object;
  object.Text("name", NameOf(outcome))
      .Text("verdict", ShowVerdict(outcome.verdict))
      .Text("case", a_case.id)
      .Text("title", a_case.title)
      .Text("clause", ClauseOf(a_case))
      .Raw("also", Array(a_case.also, ", ", JsonString))
      .Text("driver", outcome.driver)
      .Text("transport", outcome.axes.is_unix ? "unix" : "tcp")
      .Text("mode", outcome.axes.nonblocking ? "nonblocking" : "blocking")
      .Text("version", outcome.axes.version)
      .Text("role", outcome.axes.is_client ? "client" : "server")
      .Number("milliseconds", outcome.milliseconds)
      .Number("runs", outcome.runs)
      .Number("red_runs", outcome.red_runs)
      .TextIfAny("message", outcome.message)
      .TextIfAny("reason", outcome.reason)
      .Text("again", Again(outcome))
      .TextIfAny("transcript", outcome.transcript)
      .TextIfAny("wire", outcome.wire);
  return object.End();
}

}  // namespace

std::string Json(const Report &report) {
  return "{\"schema\": " + std::to_string(kSchema) + ",\n\"stamp\": " + StampObject(report.stamp) +
         ",\n\"summary\": " + SummaryObject(*report.outcomes) +
         ",\n\"problems\": " + Array(report.problems, ", ", JsonString) +
         ",\n\"clauses\": " + Array(*report.clauses, ",\n", ClauseObject) +
         ",\n\"cases\": " + Array(*report.outcomes, ",\n", CaseObject) + "}\n";
}

}  // namespace conformance
