#ifndef FUZZ_RECORD_RAW_RUN_H_
#define FUZZ_RECORD_RAW_RUN_H_

// One play of an input of record_raw: a TLS socket against a peer that says the input's bytes.

#include <stddef.h>

#include <functional>
#include <string>
#include <vector>

#include "fuzz/record_raw_input.h"
#include "testing/connection.h"

namespace net_fuzz {

struct RawResult {
  std::string outcomes;
  std::string bytes;
  std::string known;
};

// What a live peer says, with the input's changes.
class RawChanger {
 public:
  explicit RawChanger(const std::vector<RawChange> &changes) : changes_(changes) {}

  std::string Change(std::string bytes);
  bool is_cut() const {
    return is_cut_;
  }

 private:
  const std::vector<RawChange> &changes_;
  size_t offset_ = 0;
  bool is_cut_ = false;
};

class RawRun {
 public:
  // `make_memory_short` is called before the socket is made, by whom makes memory short.
  RawRun(const RawInput &input, const Chunking &chunking,
         std::function<void()> make_memory_short = nullptr);

  const RawResult &Play();

  // What is wrong, with the name of what must hold; empty for nothing.
  const std::string &failure() const {
    return failure_;
  }
  // What the live peer said, without changes.
  const std::string &said() const {
    return said_;
  }
  std::string LogText() {
    return transport().LogText();
  }

 private:
  net_testing::VirtualTransport &transport() {
    return connection_.transport();
  }
  bool Open();
  void StartPeer();
  void FallSilent();
  void Say();
  void ReadAll();
  void Note(const char *name, const net_testing::Done &done);
  void NoteKnown();
  void Check(bool condition, const char *what);

  const RawInput &input_;
  const Chunking &chunking_;
  std::function<void()> make_memory_short_;
  net_testing::Connection connection_;
  RawChanger changer_;
  bool is_silent_ = false;
  std::string said_;
  RawResult result_;
  std::string failure_;
};

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_RAW_RUN_H_
