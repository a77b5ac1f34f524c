#ifndef CONFORMANCE_CASES_DEATHS_H
#define CONFORMANCE_CASES_DEATHS_H

// Steps about a connection that dies of an error: the same text for good (D-11), which names the
// cause (D-12), and nothing more on the wire (D-19).

#include <string>
#include <vector>

#include "conformance/runner/world.h"

namespace conformance {

// AlertText returns the name that the RFCs give an alert; its number where they give none.
std::string AlertText(int description);

// AlertRecord returns a plaintext record of an alert.
std::string AlertRecord(int level, int description);

// Alert returns the content of such a record.
std::string Alert(int level, int description);
inline constexpr int kWarning = 1;
inline constexpr int kFatal = 2;

// Record returns a plaintext record.
std::string Record(int type, const std::string &content);

// StaysDead demands that each later call gives the text of `first` again.
void StaysDead(World &world, const Result &first);

// EndsDead demands that tls_close and close succeed, and that the peer sees no close_notify.
void EndsDead(World &world);

// The driver has died in `result` of what the peer sent: the error names the one alert that the
// peer got, which is one of `alerts`, where these are named.
void DiedOfOwnAlert(World &world, const Result &result, const std::vector<int> &alerts);

// The driver has died in `result` of the peer's alert: the error names it.
void DiedOfPeersAlert(World &world, const Result &result, int description);

// The same where it is the implementation's choice whether it sends an alert at all.
void Died(World &world, const Result &result);

// What the RFCs leave to the receiver: the connection lives on, or it dies of an alert that the
// error names. The peer's last words are "later".
void LivesOnOrDies(World &world);

}  // namespace conformance

#endif
