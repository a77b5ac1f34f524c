#include "net/process.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_uint generation;
static atomic_uint forks;

static void forked_in_parent(void) {
  atomic_fetch_add(&forks, 1);
}

static void forked_in_child(void) {
  atomic_fetch_add(&forks, 1);
  atomic_fetch_add(&generation, 1);
}

bool net_process_watch(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static atomic_bool is_watching;
  if (atomic_load(&is_watching)) {
    return true;
  }
  pthread_mutex_lock(&mutex);
  if (!atomic_load(&is_watching)) {
    atomic_store(&is_watching, pthread_atfork(NULL, forked_in_parent, forked_in_child) == 0);
  }
  pthread_mutex_unlock(&mutex);
  return atomic_load(&is_watching);
}

unsigned net_process_generation(void) {
  return atomic_load(&generation);
}

unsigned net_process_forks(void) {
  return atomic_load(&forks);
}
