#ifndef LUA_BYTE_VECTOR_H
#define LUA_BYTE_VECTOR_H

/* A list of pieces of memory, each of its own, for calls that move bytes to or from many at once.
   It knows no Lua: nothing here raises, and a function that returns false for want of memory has
   changed nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "net/vector_io.h"

struct byte_piece {
  /* What was allocated. */
  char *memory;
  /* What is in use of it. */
  size_t start;
  size_t length;
};

/* byte_vector is empty when all its bytes are zero. */
struct byte_vector {
  struct byte_piece *pieces;
  size_t count;
  size_t capacity;
  /* Of all pieces together. */
  size_t bytes;
};

/* byte_vector_add appends a copy of `length` bytes, or spaces where `bytes` is NULL. The caller
   keeps `count` below NET_VECTOR_MAX. */
bool byte_vector_add(struct byte_vector *vector, const char *bytes, size_t length);

/* byte_vector_set replaces piece `index` by a copy of the bytes. */
bool byte_vector_set(struct byte_vector *vector, size_t index, const char *bytes, size_t length);

/* byte_vector_get returns where piece `index` begins, and sets `*length`. */
const char *byte_vector_get(const struct byte_vector *vector, size_t index, size_t *length);

/* byte_vector_remove takes piece `index` out. */
void byte_vector_remove(struct byte_vector *vector, size_t index);

/* byte_vector_consume takes the first `length` bytes out: all where there are fewer. */
void byte_vector_consume(struct byte_vector *vector, size_t length);

/* byte_vector_span is at most `limit` bytes from `offset` on, as the system takes them. */
struct byte_vector_span {
  struct iovec parts[NET_VECTOR_MAX];
  size_t num_parts;
  size_t length;
};

/* byte_vector_gather sets `*span`, which lasts until the vector is changed. */
void byte_vector_gather(const struct byte_vector *vector, size_t offset, size_t limit,
                        struct byte_vector_span *span);

/* byte_vector_clear frees all pieces. */
void byte_vector_clear(struct byte_vector *vector);

#endif
