#ifndef CONFORMANCE_CASES_STEPS_H
#define CONFORMANCE_CASES_STEPS_H

// Steps that cases of several headings share.

#include <string>

#include "conformance/runner/world.h"

namespace conformance {

// A deadline that is short because its passing is the subject, and one that is never meant to pass.
inline constexpr int kShort = 20;
inline constexpr int kLong = 60000;
// The soonest that a short deadline may be over: kernels count in ticks of up to 10 ms.
inline constexpr Milliseconds kNotBefore{kShort - 10};

// The most that a record of one byte takes: header, nonce, byte, type and tag.
inline constexpr size_t kRecordOfOneByte = 5 + 8 + 1 + 1 + 16;

// Sets how long receiving and sending may take in milliseconds; 0: as long as it takes.
void Deadlines(World &world, int receive_ms, int send_ms);

// Calls a method that no clause is about, whatever it returns; a driver need not have it.
void Prepare(World &world, const std::string &method, const std::string &arguments);

// Waits until the peer has read exactly `bytes` since the connection began.
void PeerHas(World &world, const std::string &bytes);

// Waits until the peer has seen the end of the connection, and demands the number of close_notify
// alerts before it, and nothing after them.
void PeerSeesEnd(World &world, int close_notifies);

// The descriptor of the driver's socket.
int64_t Descriptor(World &world);

// Demands that `fd` is open in the driver, or closed.
void IsOpen(World &world, int64_t fd);
void IsClosed(World &world, int64_t fd);

// The same of a connection without TLS: what its other end has read, and a FIN.
void PlainHas(World &world, const std::string &bytes);
void PlainSeesFin(World &world);

// How much a write is given so that it cannot be done while the peer is stalled.
inline constexpr size_t kTooMuch = 512 * 1024;

// Establishes a connection whose peer takes nothing, with a write that has timed out: `kTooMuch`
// bytes of the pattern, of which the number returned have been accepted.
size_t TimedOutWrite(World &world);

// The peer takes everything again, and the driver has time.
void Unstall(World &world);

// How many bytes a read gave.
size_t BytesRead(const Result &result);

// The driver reads until it has `bytes`, in as many reads as it takes.
void ReadsAll(World &world, const std::string &bytes);

// The driver writes, and the peer leaves without having read it: where there is no RST, as with
// unix sockets, that is how a connection is reset.
void LeaveUnread(World &world);

// Breaks the connection with a record that the driver cannot decrypt.
void SendGarbageRecord(World &world);

}  // namespace conformance

#endif
