#include "testing/allocations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <unordered_map>

#include "testing/peer.h"

// The linker sends the calls of everything that is linked statically here (--wrap), which leaves
// the C++ library's own out.
extern "C" {
void *__real_malloc(size_t size);
void __real_free(void *pointer);
}

namespace net_testing {

namespace {

struct Block {
  size_t size;
  Owner owner;
  bool is_counted;
};

// Never destroyed: static objects free their memory after it would be.
std::unordered_map<void *, Block> &Blocks() {
  static auto *blocks = new std::unordered_map<void *, Block>;
  return *blocks;
}

size_t live_bytes[2] = {0, 0};
size_t live_blocks = 0;
size_t counts[2] = {0, 0};
Owner current_owner = Owner::kNet;
bool is_failing = false;
bool has_failed = false;
size_t failing_number = 0;
Shortage current_shortage = Shortage::kOnce;
void (*on_free)(const void *bytes, size_t length) = nullptr;

bool MustFail() {
  if (!is_failing) {
    return false;
  }
  if (failing_number > 0) {
    failing_number--;
    return false;
  }
  is_failing = current_shortage == Shortage::kLasting;
  has_failed = true;
  errno = ENOMEM;
  return true;
}

void *Allocate(size_t size, Owner owner) {
  bool is_counted = !Peer::IsActive();
  if (is_counted && MustFail()) {
    return nullptr;
  }
  void *pointer = __real_malloc(size);
  if (pointer == nullptr) {
    return nullptr;
  }
  if (current_owner == Owner::kBoringSSL) {
    owner = Owner::kBoringSSL;
  }
  Blocks()[pointer] = {size, owner, is_counted};
  if (is_counted) {
    live_bytes[static_cast<int>(owner)] += size;
    live_blocks++;
    counts[static_cast<int>(owner)]++;
  }
  return pointer;
}

// Blocks of libraries that are not wrapped are not ours.
void Free(void *pointer) {
  auto found = Blocks().find(pointer);
  if (found != Blocks().end()) {
    if (on_free != nullptr && found->second.owner == Owner::kNet) {
      on_free(pointer, found->second.size);
    }
    if (found->second.is_counted) {
      live_bytes[static_cast<int>(found->second.owner)] -= found->second.size;
      live_blocks--;
    }
    Blocks().erase(found);
  }
  __real_free(pointer);
}

size_t SizeOf(void *pointer) {
  auto found = Blocks().find(pointer);
  return found != Blocks().end() ? found->second.size : 0;
}

}  // namespace

OwnerScope::OwnerScope(Owner owner) : previous_(current_owner) {
  current_owner = owner;
}

OwnerScope::~OwnerScope() {
  current_owner = previous_;
}

size_t LiveBytes() {
  return live_bytes[0] + live_bytes[1];
}
size_t LiveBytes(Owner owner) {
  return live_bytes[static_cast<int>(owner)];
}
size_t LiveBlocks() {
  return live_blocks;
}
size_t CountAllocations() {
  return counts[0] + counts[1];
}
size_t CountAllocations(Owner owner) {
  return counts[static_cast<int>(owner)];
}

void FailAllocation(size_t number, Shortage shortage) {
  is_failing = true;
  has_failed = false;
  failing_number = number;
  current_shortage = shortage;
}

void SetOnFree(void (*callback)(const void *bytes, size_t length)) {
  on_free = callback;
}

bool StopFailing() {
  is_failing = false;
  return has_failed;
}

}  // namespace net_testing

using net_testing::Allocate;
using net_testing::Owner;

extern "C" {

void *__wrap_malloc(size_t size) {
  return Allocate(size, Owner::kNet);
}

void __wrap_free(void *pointer) {
  net_testing::Free(pointer);
}

void *__wrap_calloc(size_t number, size_t size) {
  void *pointer = Allocate(number * size, Owner::kNet);
  return pointer != nullptr ? memset(pointer, 0, number * size) : nullptr;
}

void *__wrap_realloc(void *pointer, size_t size) {
  void *moved = Allocate(size, Owner::kNet);
  if (moved != nullptr && pointer != nullptr) {
    size_t old_size = net_testing::SizeOf(pointer);
    memcpy(moved, pointer, old_size < size ? old_size : size);
    net_testing::Free(pointer);
  }
  return moved;
}

char *__wrap_strndup(const char *text, size_t limit) {
  size_t length = strnlen(text, limit);
  auto *copy = static_cast<char *>(Allocate(length + 1, Owner::kNet));
  if (copy != nullptr) {
    memcpy(copy, text, length);
    copy[length] = '\0';
  }
  return copy;
}

char *__wrap_strdup(const char *text) {
  return __wrap_strndup(text, strlen(text));
}

// BoringSSL's hooks (crypto/mem.c).
void *OPENSSL_memory_alloc(size_t size) {
  return Allocate(size, Owner::kBoringSSL);
}

void OPENSSL_memory_free(void *pointer) {
  net_testing::Free(pointer);
}

size_t OPENSSL_memory_get_size(void *pointer) {
  return net_testing::SizeOf(pointer);
}
}
