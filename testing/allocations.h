#ifndef TESTING_ALLOCATIONS_H_
#define TESTING_ALLOCATIONS_H_

// Counts and fails the allocations of net/ and of the BoringSSL below it. A test that is linked
// with it must be linkstatic and have ALLOCATIONS_LINKOPTS (allocations.bzl). What a Peer allocates
// does not count and never fails.

#include <stddef.h>

namespace net_testing {

enum class Owner {
  kNet,
  kBoringSSL
};

// Bytes, and blocks, that are allocated now.
size_t LiveBytes();
size_t LiveBytes(Owner owner);
size_t LiveBlocks();

// How many allocations there have been.
size_t CountAllocations();
size_t CountAllocations(Owner owner);

// While one lives, what is allocated is `owner`'s. BoringSSL allocates by malloc where it does not
// want the memory cleared, and a test that has to tell marks its calls by this.
class OwnerScope {
 public:
  explicit OwnerScope(Owner owner);
  ~OwnerScope();
  OwnerScope(const OwnerScope &) = delete;
  OwnerScope &operator=(const OwnerScope &) = delete;

 private:
  Owner previous_;
};

enum class Shortage {
  kOnce,
  kLasting
};

// Makes allocation `number` from now fail, and with kLasting all after it; 0 is the next one.
void FailAllocation(size_t number, Shortage shortage = Shortage::kOnce);

// Called with each block of net/'s own before it is freed, as long as it is; null: nothing is.
void SetOnFree(void (*on_free)(const void *bytes, size_t length));

// Makes none fail. Returns whether one did since FailAllocation.
bool StopFailing();

}  // namespace net_testing

#endif  // TESTING_ALLOCATIONS_H_
