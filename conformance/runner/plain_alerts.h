#ifndef CONFORMANCE_RUNNER_PLAIN_ALERTS_H
#define CONFORMANCE_RUNNER_PLAIN_ALERTS_H

// Finds the alerts that are not encrypted in a stream of records: those of a driver whose peer has
// not begun its handshake, or already expects other keys.

#include <string>
#include <vector>

namespace conformance {

class PlainAlerts {
 public:
  // Add returns the descriptions of the alerts that end in these bytes, the next of the stream.
  std::vector<int> Add(const std::string &bytes);

 private:
  std::string unread_;
};

}  // namespace conformance

#endif
