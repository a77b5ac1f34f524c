/* What is done to single calls of the transport, and to single allocations. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/drivers/c/allocations.h"
#include "conformance/drivers/c/faults.h"
#include "conformance/drivers/c/slots.h"

static void answer_faults(void) {
  struct fault_counts counts = faults_counted();
  say_begin();
  say_integer(counts.receives);
  say_integer(counts.sends);
  say_integer(counts.waits);
  say_integer(counts.faults);
  say_end();
}

void faults_command(const struct arguments *arguments) {
  char text[256];
  const struct word *words = argument(arguments, 0);
  const char *bad = words->kind == WORD_STRING ? faults_start(words->bytes) : NULL;
  if (bad) {
    snprintf(text, sizeof text, "%.*s makes no sense where it stands", (int)strcspn(bad, " "), bad);
    say_broken(text);
  } else if (words->kind == WORD_STRING) {
    answer_nothing();
  } else {
    answer_faults();
  }
}

static void answer_allocations(void) {
  struct allocation_counts counts = allocations_counted();
  allocations_disarm();
  say_begin();
  say_integer((int64_t)counts.asked);
  say_integer((int64_t)counts.failed);
  say_integer(counts.live);
  say_end();
}

void allocations_command(const char *when, const char *number) {
  if (*when == '\0') {
    answer_allocations();
  } else if (strcmp(when, "once") == 0 || strcmp(when, "from") == 0) {
    allocations_arm(strtoul(number, NULL, 10), strcmp(when, "from") == 0);
    answer_nothing();
  } else {
    say_broken("allocations fail once or from a number on");
  }
}
