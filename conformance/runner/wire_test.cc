// What the transcript says, word by word, by a clock that ticks a millisecond a line.

#include "conformance/runner/wire.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/runner/wire_names.h"

namespace conformance {
namespace {

std::string Record(uint8_t type, size_t length) {
  std::string header = {static_cast<char>(type), 3, 3, static_cast<char>(length / 256),
                        static_cast<char>(length % 256)};
  return header + std::string(length, 'x');
}

class WireTest : public testing::Test {
 protected:
  void Receive(const std::string &bytes) {
    wire_.Received(bytes.data(), bytes.size());
  }

  // Seals a record and hands it to the socket.
  void Send(uint8_t type, size_t length) {
    wire_.Sealed(type, length);
    wire_.Queued(length + 5);
    wire_.Sent(length + 5);
  }

  WireLog::Clock::time_point now_;
  Wire wire_{[this] { return now_ += std::chrono::milliseconds(1); }};
};

TEST_F(WireTest, NothingAtFirst) {
  EXPECT_EQ(wire_.Text(), "");
}

TEST_F(WireTest, RecordsOfTheDriverAndWhatIsInThem) {
  Receive(Record(kHandshake, 300) + Record(kApplicationData, 22));
  wire_.Opened();
  wire_.Contains("ClientHello");
  Receive(Record(kApplicationData, 1));
  wire_.Opened();
  wire_.Contains("Finished");
  wire_.Contains("5 bytes of data");
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  driver ->  handshake, 300 bytes: ClientHello\n"
            "     2.0 ms  driver ->  application_data, 22 bytes: Finished, 5 bytes of data\n"
            "     3.0 ms  driver ->  application_data, 1 byte\n");
}

TEST_F(WireTest, ARecordThatComesInPiecesIsOne) {
  for (char byte : Record(kHandshake, 7)) {
    Receive(std::string(1, byte));
  }
  EXPECT_EQ(wire_.Text(), "     1.0 ms  driver ->  handshake, 7 bytes\n");
}

TEST_F(WireTest, ARecordMayBeEmpty) {
  Receive(Record(kApplicationData, 0) + Record(kAlert, 2));
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  driver ->  application_data, 0 bytes\n"
            "     2.0 ms  driver ->  alert, 2 bytes\n");
}

TEST_F(WireTest, WhatBeganAndDoesNotEndIsSaidBeforeTheEnd) {
  Receive(Record(kApplicationData, 52).substr(0, 11));
  EXPECT_EQ(wire_.Text(), "     1.0 ms  driver ->  11 of 57 bytes of application_data, 52 bytes\n");
  wire_.Event(Direction::kFromDriver, "RST");
  EXPECT_EQ(wire_.Text(),
            "     2.0 ms  driver ->  11 of 57 bytes of application_data, 52 bytes\n"
            "     3.0 ms  driver ->  RST\n");
}

TEST_F(WireTest, LessThanAHeaderIsNoRecord) {
  Receive("more");
  wire_.Event(Direction::kFromDriver, "FIN");
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  driver ->  4 bytes of no whole record: 6d 6f 72 65\n"
            "     2.0 ms  driver ->  FIN\n");
}

TEST_F(WireTest, BytesThatAreNoRecordAreShown) {
  Receive(Record(kAlert, 2) + "GET / HTTP/1.1\r\n\r\n");
  Receive("Host");
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  driver ->  alert, 2 bytes\n"
            "     2.0 ms  driver ->  18 bytes that are no record: 47 45 54 20 2f 20 48 54 54 50 2f "
            "31 2e 31 0d 0a ...\n"
            "     3.0 ms  driver ->  4 bytes that are no record: 48 6f 73 74\n");
}

TEST_F(WireTest, AnImpossibleLengthIsNoRecord) {
  Receive(Record(kApplicationData, 16384 + 2049).substr(0, 5));
  EXPECT_EQ(wire_.Text(), "     1.0 ms  driver ->  5 bytes that are no record: 17 03 03 48 01\n");
}

TEST_F(WireTest, MessagesAreShownInTheRecordInWhichTheyEnd) {
  wire_.Sealed(kHandshake, 512);
  wire_.Sealed(kHandshake, 100);
  wire_.WroteMessage("ServerHello");
  wire_.WroteMessage("Certificate");
  wire_.WroteMessage("Finished");
  wire_.Sealed(kApplicationData, 700);
  wire_.Queued(517 + 105 + 705);
  wire_.Sent(517 + 105 + 705);
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  -> driver  handshake, 512 bytes\n"
            "     2.0 ms  -> driver  handshake, 100 bytes: ServerHello\n"
            "     3.0 ms  -> driver  application_data, 700 bytes: Certificate, Finished\n");
}

TEST_F(WireTest, DataIsCutByTheLargestRecord) {
  wire_.Writes(150, 100);
  wire_.Sealed(kApplicationData, 117);
  wire_.Sealed(kApplicationData, 67);
  wire_.Sealed(kApplicationData, 19);
  wire_.WroteAlert("alert warning close_notify");
  wire_.Queued(122 + 72 + 24);
  wire_.Sent(122 + 72 + 24);
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  -> driver  application_data, 117 bytes: 100 bytes of data\n"
            "     2.0 ms  -> driver  application_data, 67 bytes: 50 bytes of data\n"
            "     3.0 ms  -> driver  application_data, 19 bytes: alert warning close_notify\n");
}

TEST_F(WireTest, ARecordIsSentWithItsLastByte) {
  wire_.Sealed(kHandshake, 10);
  wire_.Queued(15);
  EXPECT_EQ(wire_.Text(), "     1.0 ms  -> driver  15 bytes unsent\n");
  wire_.Sent(14);
  EXPECT_EQ(wire_.Text(),
            "     2.0 ms  -> driver  14 of 15 bytes of handshake, 10 bytes; 1 byte unsent\n");
  wire_.Sent(1);
  EXPECT_EQ(wire_.Text(), "     3.0 ms  -> driver  handshake, 10 bytes\n");
}

TEST_F(WireTest, WhatIsSealedWaitsUntilItIsQueued) {
  wire_.Sealed(kHandshake, 10);
  wire_.Sealed(kAlert, 2);
  wire_.Queued(8);
  wire_.Queued(7);
  wire_.QueuedRaw("ab");
  wire_.Queued(7);
  wire_.Sent(15 + 2 + 7);
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  -> driver  handshake, 10 bytes\n"
            "     2.0 ms  -> driver  raw, 2 bytes: 61 62\n"
            "     3.0 ms  -> driver  alert, 2 bytes\n");
}

TEST_F(WireTest, WhatIsDroppedIsNotSent) {
  wire_.Sealed(kHandshake, 10);
  wire_.Queued(15);
  wire_.QueuedRaw("abc");
  wire_.Sent(6);
  wire_.Dropped();
  wire_.Dropped();
  Send(kAlert, 2);
  EXPECT_EQ(wire_.Text(),
            "     1.0 ms  -> driver  6 of 15 bytes of handshake, 10 bytes; 12 bytes unsent, and "
            "dropped\n"
            "     2.0 ms  -> driver  alert, 2 bytes\n");
}

TEST_F(WireTest, ALongOneHasItsBeginningAndItsEnd) {
  for (int i = 0; i < 100; i++) {
    Send(kHandshake, 1);
  }
  for (int i = 0; i < 60; i++) {
    Send(kAlert, 2);
    Receive(Record(kApplicationData, 100));
  }
  std::string text = wire_.Text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 151);
  EXPECT_NE(text.find("   100.0 ms  -> driver  handshake, 1 byte\n"
                      "             ... 70 lines left out: 3675 bytes from the driver, 245 bytes "
                      "to it ...\n"
                      "   171.0 ms  -> driver  alert, 2 bytes\n"),
            std::string::npos)
      << text;
}

TEST_F(WireTest, WhatIsInALineThatWasLeftOutIsForgotten) {
  for (int i = 0; i < 200; i++) {
    Receive(Record(kApplicationData, 1));
  }
  for (int i = 0; i < 200; i++) {
    wire_.Opened();
    wire_.Contains(std::to_string(i));
  }
  std::string text = wire_.Text();
  for (const char *kept : {"   100.0 ms  driver ->  application_data, 1 byte: 99\n",
                           "   151.0 ms  driver ->  application_data, 1 byte: 150\n",
                           "   200.0 ms  driver ->  application_data, 1 byte: 199\n"}) {
    EXPECT_NE(text.find(kept), std::string::npos) << text;
  }
  EXPECT_EQ(text.find(": 149\n"), std::string::npos);
}

TEST(WireNames, AreThoseOfTheStandards) {
  const uint8_t kMessage[] = {24, 0, 0, 1, 1};
  EXPECT_EQ(HandshakeName(kMessage, sizeof kMessage), "KeyUpdate (update_requested)");
  const uint8_t kOther[] = {24, 0, 0, 1, 0};
  EXPECT_EQ(HandshakeName(kOther, sizeof kOther), "KeyUpdate");
  const uint8_t kRetry[] = {2, 0, 0, 90, 3, 3, 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11};
  EXPECT_EQ(HandshakeName(kRetry, sizeof kRetry), "HelloRetryRequest");
  EXPECT_EQ(HandshakeName(kRetry, 6), "ServerHello");
  const uint8_t kUnknown[] = {99};
  EXPECT_EQ(HandshakeName(kUnknown, 1), "message 99");
  EXPECT_EQ(HandshakeName(kUnknown, 0), "an empty message");
  EXPECT_EQ(AlertName(2, 40), "alert fatal handshake_failure");
  EXPECT_EQ(AlertName(9, 255), "alert level 9 number 255");
  EXPECT_EQ(RecordName(24), "heartbeat");
  EXPECT_EQ(RecordName(25), "type 25");
}

}  // namespace
}  // namespace conformance
