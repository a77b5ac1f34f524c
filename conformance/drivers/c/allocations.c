#include "conformance/drivers/c/allocations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t number, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

/* The driver has one thread. */
static struct allocation_counts counts;
static bool is_armed;
static bool is_inside;
static bool fails_on;
static size_t failing;

void allocations_arm(size_t number, bool goes_on) {
  counts.asked = 0;
  counts.failed = 0;
  failing = number;
  fails_on = goes_on;
  is_armed = true;
}

void allocations_disarm(void) {
  is_armed = false;
}

void allocations_enter(void) {
  is_inside = true;
}

void allocations_leave(void) {
  is_inside = false;
}

struct allocation_counts allocations_counted(void) {
  return counts;
}

static bool must_fail(void) {
  if (!is_armed || !is_inside) {
    return false;
  }
  size_t number = counts.asked++;
  bool fails = number == failing || (fails_on && number > failing);
  if (fails) {
    counts.failed++;
    errno = ENOMEM;
  }
  return fails;
}

static void *counted(void *block) {
  counts.live += block ? 1 : 0;
  return block;
}

void *allocations_own(size_t size) {
  return counted(__real_malloc(size));
}

void *allocations_resize(void *block, size_t old_size, size_t size) {
  if (size == 0) {
    __real_free(block);
    return NULL;
  }
  bool grows = !block || size > old_size;
  return grows && must_fail() ? NULL : __real_realloc(block, size);
}

void *__wrap_malloc(size_t size) {
  return must_fail() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t number, size_t size) {
  return must_fail() ? NULL : counted(__real_calloc(number, size));
}

void *__wrap_realloc(void *block, size_t size) {
  if (must_fail()) {
    return NULL;
  }
  return block ? __real_realloc(block, size) : counted(__real_realloc(block, size));
}

void __wrap_free(void *block) {
  counts.live -= block ? 1 : 0;
  __real_free(block);
}

char *__wrap_strndup(const char *text, size_t limit) {
  size_t length = strnlen(text, limit);
  char *copy = __wrap_malloc(length + 1);
  if (copy) {
    memcpy(copy, text, length);
    copy[length] = '\0';
  }
  return copy;
}

char *__wrap_strdup(const char *text) {
  return __wrap_strndup(text, strlen(text));
}
