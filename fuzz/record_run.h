#ifndef FUZZ_RECORD_RUN_H_
#define FUZZ_RECORD_RUN_H_

// One input of the record targets, played: a TLS socket between the operations above it, the faults
// of the transport below it and a live BoringSSL peer at the far end, by a virtual clock. What must
// hold: record_invariants.h.

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <set>
#include <string>

#include "fuzz/record_fixtures.h"
#include "fuzz/record_input.h"
#include "fuzz/record_log.h"
#include "fuzz/tape.h"
#include "testing/connection.h"

namespace net_fuzz {

struct RecordOptions {
  bool is_client = true;
  // For record_diff_fuzzer.cc: without what may make a difference in more than time, and, of these
  // two runs, whether the network is the perfect one.
  bool is_comparable = false;
  bool is_perfect = false;
  // Called before the socket is made, by whom makes memory short.
  std::function<void()> make_memory_short;
  // For a test of what a violation prints: the last byte of each write is forgotten.
  bool is_planted = false;
};

class RecordRun {
 public:
  RecordRun(const RecordOptions &options, Tape input);
  RecordRun(const RecordRun &) = delete;
  RecordRun &operator=(const RecordRun &) = delete;

  // From the handshake to the end, with every check.
  void Play();

  const RecordInput &input() const {
    return input_;
  }
  const RecordLog &log() const {
    return log_;
  }
  const std::vector<net_testing::TransportCall> &calls() {
    return connection_.transport().log();
  }
  // What was read, and what the peer has read.
  const std::string &read() const {
    return read_;
  }
  const std::string &received() {
    return connection_.peer().received();
  }
  uint64_t Digest();

 private:
  // How things stood before an operation.
  struct Before {
    size_t event = 0;
    size_t calls = 0;
    int64_t now = 0;
    int64_t late = 0;
    int hindrances = 0;
    int receives = 0;
    bool was_handshaked = false;
    bool was_send_refused = false;
  };

  // record_run.cc: the socket's side.
  bool Open();
  void Operate(Operation operation);
  void OperateSocket(Operation operation);
  net_testing::Done Perform(Operation operation, int64_t argument,
                            const std::function<net_testing::Done()> &action);
  void Handshake();
  void Read(size_t capacity);
  void Peek(size_t capacity);
  void Write(size_t length);
  void KeyUpdate(bool requests);
  void TlsClose();
  void Close();
  void SetDeadlines(int64_t receive_ms, int64_t send_ms);
  void Wait(uint8_t argument);
  void Query();
  void Attempt(uint8_t argument);
  net_testing::Done TryOnce(bool is_read, size_t length, const std::string &bytes);
  void Finish();
  void MakePerfect();
  void Drain();
  void CheckEnd(bool was_handshaked);
  void CheckClosed();

  // record_run_peer.cc: the peer's, and the network's.
  void OperateFar(Operation operation, uint8_t argument);
  void PeerWrite(size_t length);
  void PeerKeyUpdate(bool requests);
  void PeerCloseNotify();
  void PeerFatalAlert(uint8_t argument);
  void PeerWarning(uint8_t argument);
  void PeerHold();
  void PeerStall(bool is_stalled);
  void PeerLater(uint8_t argument);
  void Fin();
  void Reset();
  void Inject(uint8_t length);
  void Corrupt(uint8_t argument);
  void Drip(uint8_t argument);
  bool PeerCanSend();
  void ArmRescue();
  void Rescue();

  // record_checks.cc and record_io_checks.cc.
  void Require(bool condition, const char *message);
  void Require(bool condition, const std::string &message);
  void CheckShape(const net_testing::Done &done, Operation operation);
  void CheckTime(const Before &before, const net_testing::Done &done, Operation operation);
  void CheckBlockingTimeout(const Before &before, int64_t elapsed, int64_t limit_ms);
  void CheckError(const net_testing::Done &done);
  bool NamesItsCause(const std::string &error);
  void CheckSticky(const Before &before, const net_testing::Done &done, Operation operation);
  void CheckCalls(const Before &before);
  void CheckBusyness(const Before &before);
  void CheckCost(const Before &before);
  void CheckRefusal(const Before &before, const net_testing::Done &done, Operation operation);
  void CheckAllSent(const Before &before, const net_testing::Done &done, Operation operation);
  void CheckClosedBy(const net_testing::Done &done);
  void CheckHandshake(const net_testing::Done &done, Operation operation);
  void CheckAlert(const Before &before, const net_testing::Done &done);
  void CheckClose(const Before &before, const net_testing::Done &done, Operation operation);
  void CheckPeer();
  void CheckStranded(const Before &before, const net_testing::Done &done);
  void NoteRead(const net_testing::Done &done, size_t capacity, bool is_peek);
  void CheckClosedAtRead();
  void NoteWritten(const net_testing::Done &done, const std::string &bytes);

  RecordEvent &Note(Operation operation, int64_t argument = 0, int64_t second_argument = 0);
  bool IsBlocking() const {
    return input_.test_case.driver == net_testing::Driver::kBlocking;
  }
  bool IsHandshaked() {
    return net_tls_socket_is_handshaked(connection_.socket());
  }

  RecordOptions options_;
  RecordInput input_;
  const RecordFixture &fixture_;
  net_testing::Connection connection_;
  RecordLog log_;

  // What the socket has been asked for.
  int64_t receive_ms_ = 0;
  int64_t send_ms_ = 0;
  bool is_tls_closed_ = false;
  bool is_closed_ = false;
  // Close said ok, on a connection that was established.
  bool is_notified_ = false;
  bool is_operating_ = false;
  unsigned operations_ = 0;
  unsigned seed_ = 0;

  // What is known of the connection.
  std::string accepted_;
  std::string from_peer_;
  std::string read_;
  // Read, of what was peeked at or promised by pending().
  size_t promised_ = 0;
  // How much of what the peer has received was compared.
  size_t compared_ = 0;
  // Something has happened that a connection may end of.
  bool has_hard_fault_ = false;
  // Bytes that the peer did not send: in BoringSSL's fuzzer mode they may be taken for anything.
  bool is_forged_ = false;
  // What comes out may have been changed: without the fuzzer mode it must not.
  bool is_corrupted_ = false;
  bool has_fin_ = false;
  bool has_peer_notified_ = false;
  // A read has said so.
  bool has_read_close_ = false;
  // The peer sends nothing more.
  bool is_peer_done_ = false;
  bool is_stalled_ = false;
  bool is_holding_ = false;
  bool is_dripping_ = false;
  bool is_rescued_ = false;
  int peer_key_updates_ = 0;
  // So many that the connection ends of them: what lies behind them is never seen.
  bool has_many_key_updates_ = false;
  // BoringSSL ends a connection with more than 32 in a row; a request counts for both sides.
  static constexpr int kMostKeyUpdates = 15;
  int key_updates_ = 0;
  int key_updates_asked_ = 0;
  // What the last send has left.
  int64_t owed_ = 0;
  // The transport's words: no call may follow.
  bool is_send_refused_ = false;
  bool is_receive_over_ = false;
  bool has_wait_failed_ = false;
  // It may have had more to receive after it had refused to send: a fault was in the way.
  bool is_receive_kept_back_ = false;
  // A RST has dropped what was on its way to the peer.
  bool is_sent_lost_ = false;
  // A fault has dropped what the peer sent.
  bool is_lossy_ = false;
  std::set<int> errnos_;
  enum net_tls_closed_by closed_by_ = NET_TLS_CLOSED_BY_NOBODY;
  // An operation has said that the connection has ended.
  bool is_end_told_ = false;
  // The text of the error that the connection has ended with.
  std::string sticky_;
};

}  // namespace net_fuzz

#endif  // FUZZ_RECORD_RUN_H_
