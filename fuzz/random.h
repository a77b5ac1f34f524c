#ifndef FUZZ_RANDOM_H_
#define FUZZ_RANDOM_H_

namespace net_fuzz {

// BoringSSL's random numbers begin anew in this thread, where it is built for that: with
// --config=fuzz. Elsewhere they stay what they are.
void ResetRandom();

}  // namespace net_fuzz

#endif  // FUZZ_RANDOM_H_
