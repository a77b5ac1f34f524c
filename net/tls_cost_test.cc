// What a connection costs, in counts: calls of the transport for each MiB, allocations, and the
// heap of an idle connection.

#include <string>

#include "gtest/gtest.h"
#include "net/tls_socket.h"
#include "testing/allocations.h"
#include "testing/cases.h"

// The linker sends the calls of net/ here (--wrap): what SSL_read and SSL_write allocate is
// BoringSSL's, but for what they put into our buffers.
extern "C" {
struct net_buffer;
struct net_buffer_pool;
int __real_SSL_read(SSL *ssl, void *buffer, int length);
int __real_SSL_write(SSL *ssl, const void *bytes, int length);
bool __real_net_buffer_append(struct net_buffer *buffer, struct net_buffer_pool *pool,
                              const void *bytes, size_t length);

int __wrap_SSL_read(SSL *ssl, void *buffer, int length) {
  net_testing::OwnerScope scope(net_testing::Owner::kBoringSSL);
  return __real_SSL_read(ssl, buffer, length);
}

int __wrap_SSL_write(SSL *ssl, const void *bytes, int length) {
  net_testing::OwnerScope scope(net_testing::Owner::kBoringSSL);
  return __real_SSL_write(ssl, bytes, length);
}

bool __wrap_net_buffer_append(struct net_buffer *buffer, struct net_buffer_pool *pool,
                              const void *bytes, size_t length) {
  net_testing::OwnerScope scope(net_testing::Owner::kNet);
  return __real_net_buffer_append(buffer, pool, bytes, length);
}
}

namespace {

using net_testing::Connection;
using net_testing::CountAllocations;
using net_testing::HasOutcome;
using net_testing::LiveBytes;
using net_testing::Owner;
using net_testing::Pattern;

constexpr size_t kCall = 65536;
constexpr size_t kMiB = 1 << 20;
constexpr size_t kIdleHeap = 4096;

class TlsCostTest : public net_testing::CaseTest {
 protected:
  // Both directions, so that every buffer has been in use.
  bool Bulk(Connection *connection) {
    return connection->Exchange(2, kMiB);
  }

  // A connection with the configuration of this test's first one, whose handshake has loaded and
  // pooled what is not one connection's alone.
  std::unique_ptr<Connection> MakeAnother() {
    auto another = std::make_unique<Connection>(GetParam());
    another->UseConfig(connection_.config());
    another->Open();
    return another;
  }
};

TEST_P(TlsCostTest, SendsOfAMiB) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().ResetCounts();
  std::string bytes = Pattern(kCall);
  for (size_t i = 0; i < kMiB / kCall; i++) {
    ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(bytes)));
  }
  EXPECT_LE(transport().sends(), 33);
  EXPECT_EQ(0, transport().receives());
  EXPECT_EQ(0, transport().waits());
}

TEST_P(TlsCostTest, SendsOfAMiBAtOnce) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  transport().ResetCounts();
  ASSERT_TRUE(HasOutcome(NET_TLS_OK, connection_.Write(Pattern(kMiB))));
  EXPECT_LE(transport().sends(), 17);
  EXPECT_EQ(0, transport().waits());
}

TEST_P(TlsCostTest, ReceivesOfAMiB) {
  ASSERT_TRUE(connection_.Exchange(1, 10));
  peer().Write(Pattern(kMiB));
  transport().ResetCounts();
  size_t received = 0;
  int reads = 0;
  while (received < kMiB) {
    net_testing::Done done = connection_.Read(kCall);
    ASSERT_TRUE(HasOutcome(NET_TLS_OK, done));
    received += done.bytes.size();
    reads++;
  }
  EXPECT_LE(transport().receives(), 33);
  EXPECT_LE(reads, 33);
  EXPECT_EQ(0, transport().sends());
  EXPECT_EQ(0, transport().waits());
}

// One receive is enough for a record: not one for the header and another for the body.
TEST_P(TlsCostTest, CallsOfARoundTrip) {
  ASSERT_TRUE(connection_.Exchange(3, 64));
  transport().ResetCounts();
  ASSERT_TRUE(connection_.Exchange(10, 64));
  EXPECT_EQ(10, transport().sends());
  EXPECT_EQ(10, transport().receives());
  EXPECT_EQ(0, transport().waits());
}

TEST_P(TlsCostTest, SmallReadsOfOneReceive) {
  ASSERT_TRUE(connection_.Exchange(3, 64));
  peer().Write(Pattern(40000));
  transport().ResetCounts();
  for (int i = 0; i < 400; i++) {
    ASSERT_EQ(100u, connection_.Read(100).bytes.size());
  }
  EXPECT_EQ(1, transport().calls());
}

TEST_P(TlsCostTest, HeapOfAnIdleConnection) {
  ASSERT_TRUE(Bulk(&connection_));
  size_t before = LiveBytes();
  std::unique_ptr<Connection> another = MakeAnother();
  ASSERT_TRUE(another->Exchange(2, 64));
  size_t after_handshake = LiveBytes() - before;
  ASSERT_TRUE(Bulk(another.get()));
  size_t after_bulk = LiveBytes() - before;
  RecordProperty("heap_after_handshake", static_cast<int>(after_handshake));
  RecordProperty("heap_after_bulk", static_cast<int>(after_bulk));
  EXPECT_LE(after_handshake, kIdleHeap);
  EXPECT_LE(after_bulk, kIdleHeap);
  EXPECT_TRUE(HasOutcome(NET_TLS_OK, another->Close()));
  another.reset();
  EXPECT_EQ(before, LiveBytes()) << "a connection leaves something behind";
}

TEST_P(TlsCostTest, SteadyRoundTripsDoNotAllocate) {
  ASSERT_TRUE(connection_.Exchange(3, 64));
  size_t net = CountAllocations(Owner::kNet);
  size_t boringssl = CountAllocations(Owner::kBoringSSL);
  ASSERT_TRUE(connection_.Exchange(100, 64));
  EXPECT_EQ(0u, CountAllocations(Owner::kNet) - net);
  RecordProperty("boringssl_allocations",
                 static_cast<int>(CountAllocations(Owner::kBoringSSL) - boringssl));
}

// Blocks that have been in use are kept for the next, and not more of them than the pool holds.
TEST_P(TlsCostTest, ManyConnectionsShareTheBlocks) {
  ASSERT_TRUE(Bulk(&connection_));
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < 20; i++) {
    connections.push_back(MakeAnother());
    ASSERT_TRUE(connections.back()->Exchange(1, 64));
  }
  size_t net = CountAllocations(Owner::kNet);
  for (auto &connection : connections) {
    ASSERT_TRUE(connection->Exchange(2, 1000));
  }
  EXPECT_EQ(0u, CountAllocations(Owner::kNet) - net);
}

INSTANTIATE_TEST_SUITE_P(Cases, TlsCostTest, testing::ValuesIn(net_testing::AllCases()),
                         net_testing::CaseParamName);

}  // namespace
