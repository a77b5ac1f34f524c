// What AddressSanitizer does where ASAN_OPTIONS does not say otherwise: a large quarantine costs a
// target a third of its speed in fresh pages, and the stacks of allocations another third. Two
// frames have to be: what was allocated by nobody it knows is no leak to LeakSanitizer. For a
// report with all of them: ASAN_OPTIONS=malloc_context_size=30.

extern "C" const char *__asan_default_options();

extern "C" const char *__asan_default_options() {
  return "quarantine_size_mb=1:thread_local_quarantine_size_kb=16:malloc_context_size=2";
}

// A thread of the engine's that has just begun holds these where LeakSanitizer does not look.
extern "C" const char *__lsan_default_suppressions();

extern "C" const char *__lsan_default_suppressions() {
  return "leak:__pthread_attr_extension\nleak:pthread_attr_setaffinity_np\n";
}

extern "C" const char *__lsan_default_options();

extern "C" const char *__lsan_default_options() {
  return "print_suppressions=0";
}
