// What AddressSanitizer does where ASAN_OPTIONS does not say otherwise: a large quarantine costs a
// target a third of its speed in fresh pages, and deep stacks of allocations another part. For a
// report with all of a stack: ASAN_OPTIONS=malloc_context_size=30.

extern "C" const char *__asan_default_options();

extern "C" const char *__asan_default_options() {
  return "quarantine_size_mb=1:malloc_context_size=0";
}
