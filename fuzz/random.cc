#include "fuzz/random.h"

#include <openssl/mem.h>
#include <openssl/rand.h>

#if defined(BORINGSSL_UNSAFE_DETERMINISTIC_MODE)

// Of libcrypto's own crypto/internal.h, which no program can include. random_test notices if it
// is another number there.
extern "C" {
void *CRYPTO_get_thread_local(int index);
int CRYPTO_set_thread_local(int index, void *value, void (*destructor)(void *));
}
#endif

namespace net_fuzz {

#if defined(BORINGSSL_UNSAFE_DETERMINISTIC_MODE)

// RAND_reset_for_fuzzing() resets what seeds the generators, and each thread keeps the generator
// that it has. Without one it is seeded at the next call.
void ResetRandom() {
  constexpr int kRandom = 1;
  OPENSSL_free(CRYPTO_get_thread_local(kRandom));
  CRYPTO_set_thread_local(kRandom, nullptr, OPENSSL_free);
  RAND_reset_for_fuzzing();
}

#else

void ResetRandom() {}

#endif

}  // namespace net_fuzz
