#include "conformance/runner/driver.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace conformance {
namespace {

// Longer than any answer can be: a driver that writes more answers nothing.
constexpr size_t kLongestLine = 1 << 20;

std::string RestOf(const std::string &line) {
  size_t space = line.find(' ');
  return space == std::string::npos ? "" : line.substr(space + 1);
}

Answer Broken(const std::string &why) {
  Answer answer;
  answer.kind = Answer::Kind::kBroken;
  answer.text = why;
  return answer;
}

Answer ParseValues(const std::vector<std::string> &words, const std::string &line) {
  Answer answer;
  answer.kind = Answer::Kind::kValues;
  for (size_t i = 1; i < words.size(); i++) {
    Value value;
    if (!ParseValue(words[i], &value)) {
      return Broken("`" + words[i] + "` is not a value, in the driver's answer `" + line + "`");
    }
    answer.values.push_back(value);
  }
  return answer;
}

Answer ParseAnswer(const std::string &line) {
  std::vector<std::string> words = Split(line);
  if (words[0] == "values") {
    return ParseValues(words, line);
  }
  Answer answer;
  if (!PercentDecode(RestOf(line), &answer.text)) {
    return Broken("the driver's answer `" + line + "` is not percent-encoded");
  }
  if (words[0] == "raised") {
    answer.kind = Answer::Kind::kRaised;
  } else if (words[0] == "unsupported") {
    answer.kind = Answer::Kind::kUnsupported;
  } else if (words[0] != "broken") {
    answer.text = "the driver's answer `" + line + "` is not of the protocol";
  }
  return answer;
}

}  // namespace

std::string ShowAnswer(const Answer &answer) {
  switch (answer.kind) {
    case Answer::Kind::kRaised:
      return "an error was raised: " + answer.text;
    case Answer::Kind::kUnsupported:
      return "unsupported " + answer.text;
    case Answer::Kind::kBroken:
      return "broken driver: " + answer.text;
    case Answer::Kind::kGone:
      return "the driver is gone: " + answer.text;
    case Answer::Kind::kValues:
      break;
  }
  std::string shown = "[" + std::to_string(answer.values.size()) + "]";
  for (size_t i = 0; i < answer.values.size(); i++) {
    shown += (i == 0 ? " " : ", ") + Show(answer.values[i]);
  }
  return shown;
}

std::string Driver::Start(std::chrono::milliseconds patience) {
  if (child_.running() && !gone_) {
    return "";
  }
  child_.Kill();
  input_.clear();
  gone_ = false;
  std::string error = child_.Start(command_, false);
  if (!error.empty()) {
    return error;
  }
  Send("hello " + std::to_string(kProtocolVersion));
  if (!PumpUntil({this}, patience, [this] { return answered_; })) {
    Stop();
    return "no answer to `" + last_command_ + "`";
  }
  error = gone_ ? "ended at `" + last_command_ + "` with " + child_.Wait() : CheckGreeting(line_);
  if (!error.empty()) {
    Stop();
  }
  return error;
}

std::string Driver::CheckGreeting(const std::string &line) {
  std::vector<std::string> words = Split(line);
  std::string lack;
  if (words.size() == 2 && words[0] == "broken" && PercentDecode(words[1], &lack)) {
    return lack;
  }
  if (words.size() < 2 || words[0] != "hello") {
    return "its greeting is `" + line + "`, not `hello VERSION ABOUT LIBRARY`";
  }
  if (words[1] != std::to_string(kProtocolVersion)) {
    return "it speaks version " + words[1] + " of the protocol, not " +
           std::to_string(kProtocolVersion);
  }
  bool is_whole = words.size() == 4 && PercentDecode(words[2], &about_) &&
                  PercentDecode(words[3], &library_) && !about_.empty() && !library_.empty();
  return is_whole ? "" : "its greeting is `" + line + "`, not `hello VERSION ABOUT LIBRARY`";
}

// Sanitizers report leaks here.
std::string Driver::End(std::chrono::milliseconds patience) {
  if (!child_.running()) {
    return "";
  }
  answered_ = false;
  child_.CloseInput();
  if (!PumpUntil({this}, patience, [this] { return answered_; })) {
    Stop();
    return "no end at the end of its input, so it was killed";
  }
  std::string end = child_.Wait();
  return end == "exit status 0" ? "" : end;
}

void Driver::Send(const std::string &command) {
  last_command_ = command;
  transcript_ += "  > " + command + "\n";
  answered_ = false;
  child_.Write(command + "\n");  // Where it fails, the driver's end is read as the answer.
}

Answer Driver::Take() {
  Answer answer;
  if (gone_) {
    answer.kind = Answer::Kind::kGone;
    answer.text = child_.Wait() + " at the command `" + last_command_ + "`";
  } else {
    answer = ParseAnswer(line_);
  }
  transcript_ += "  < " + (gone_ ? answer.text : line_) + "\n";
  return answer;
}

short Driver::events() const {
  return POLLIN;
}

void Driver::Ready() {
  gone_ = !child_.Receive(&input_) || input_.size() > kLongestLine;
  size_t end = input_.find('\n');
  if (end != std::string::npos) {
    line_ = input_.substr(0, end);
    input_.erase(0, end + 1);
    gone_ = false;
  }
  answered_ = gone_ || end != std::string::npos;
}

bool Driver::HasDescriptor(int64_t fd) const {
  std::string path = "/proc/" + std::to_string(child_.pid()) + "/fd/" + std::to_string(fd);
  char target[8];
  return readlink(path.c_str(), target, sizeof target) >= 0;
}

// A field of what the kernel tells of a descriptor: `base` 8 for the flags, 10 for the position.
int64_t Driver::DescriptorField(int64_t fd, const std::string &name, int base) const {
  std::ifstream info("/proc/" + std::to_string(child_.pid()) + "/fdinfo/" + std::to_string(fd));
  std::string field;
  std::string value;
  while (info >> field >> value) {
    if (field == name) {
      return std::stoll(value, nullptr, base);
    }
  }
  return -1;
}

bool Driver::IsCloseOnExec(int64_t fd) const {
  int64_t flags = DescriptorField(fd, "flags:", 8);
  return flags >= 0 && (flags & O_CLOEXEC) != 0;
}

int64_t Driver::PositionIn(const std::string &path) const {
  std::filesystem::path folder = "/proc/" + std::to_string(child_.pid()) + "/fd";
  std::error_code error;
  for (const auto &entry : std::filesystem::directory_iterator(folder, error)) {
    if (std::filesystem::read_symlink(entry, error) == path) {
      return DescriptorField(std::stoll(entry.path().filename()), "pos:", 10);
    }
  }
  return -1;
}

size_t Driver::CountDescriptors() const {
  size_t count = 0;
  DIR *directory = opendir(("/proc/" + std::to_string(child_.pid()) + "/fd").c_str());
  if (directory == nullptr) {
    return 0;
  }
  while (readdir(directory) != nullptr) {
    count++;
  }
  closedir(directory);
  return count;
}

std::string Driver::SignalDispositions() const {
  std::ifstream status("/proc/" + std::to_string(child_.pid()) + "/status");
  std::string masks;
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigIgn", 0) == 0 || line.rfind("SigCgt", 0) == 0) {
      masks += line + " ";
    }
  }
  return masks;
}

int64_t Driver::PeakMemory() const {
  const std::string name = "VmPeak:";
  std::ifstream status("/proc/" + std::to_string(child_.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name, 0) == 0) {
      return std::stoll(line.substr(name.size())) * 1024;
    }
  }
  return 0;
}

std::chrono::nanoseconds Driver::CpuTime() const {
  clockid_t clock;
  timespec time = {};
  if (clock_getcpuclockid(child_.pid(), &clock) == 0) {
    clock_gettime(clock, &time);
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void Driver::StopAndContinue() {
  Pause();
  Resume();
}

}  // namespace conformance
