// toy_fuzzer: what the test of campaigns finds bugs in. Without PLANTED it has none.
//
// Input: text. It dies of an invariant at "a", as often as there is one, and reads beyond the input
// after "b".

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

volatile uint8_t last;

void ReadBeyond(const uint8_t *data, size_t size) {
  last = data[size];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (size_t i = 0; i < size; i++) {
#ifdef PLANTED
    if (data[i] == 'a') {
      fprintf(stderr, "== violation ==\nI99: an a at %zu\n", i);
      abort();
    }
    if (data[i] == 'b') {
      ReadBeyond(data, size);
    }
#endif
    if (data[i] == 'c') {
      last = data[i];
    }
  }
  (void)ReadBeyond;
  return 0;
}
