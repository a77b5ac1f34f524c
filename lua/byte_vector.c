#include "lua/byte_vector.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 8

/* More than any machine has: the system is not asked for that much. */
#define TOO_LONG ((size_t)1 << 39)

static bool reserve_piece(struct byte_vector *vector) {
  if (vector->count < vector->capacity) {
    return true;
  }
  size_t capacity = vector->capacity > 0 ? vector->capacity * 2 : FIRST_CAPACITY;
  struct byte_piece *pieces = realloc(vector->pieces, capacity * sizeof(*pieces));
  if (!pieces) {
    return false;
  }
  vector->pieces = pieces;
  vector->capacity = capacity;
  return true;
}

/* Never of no bytes: NULL is the want of memory alone. */
static char *copy_bytes(const char *bytes, size_t length) {
  char *memory = length < TOO_LONG ? malloc(length > 0 ? length : 1) : NULL;
  if (memory && bytes) {
    memcpy(memory, bytes, length);
  } else if (memory) {
    memset(memory, ' ', length);
  }
  return memory;
}

bool byte_vector_add(struct byte_vector *vector, const char *bytes, size_t length) {
  char *memory = reserve_piece(vector) ? copy_bytes(bytes, length) : NULL;
  if (!memory) {
    return false;
  }
  vector->pieces[vector->count] = (struct byte_piece){.memory = memory, .length = length};
  vector->count++;
  vector->bytes += length;
  return true;
}

bool byte_vector_set(struct byte_vector *vector, size_t index, const char *bytes, size_t length) {
  struct byte_piece *piece = &vector->pieces[index];
  char *memory = copy_bytes(bytes, length);
  if (!memory) {
    return false;
  }
  vector->bytes = vector->bytes - piece->length + length;
  free(piece->memory);
  *piece = (struct byte_piece){.memory = memory, .length = length};
  return true;
}

const char *byte_vector_get(const struct byte_vector *vector, size_t index, size_t *length) {
  const struct byte_piece *piece = &vector->pieces[index];
  *length = piece->length;
  return piece->memory + piece->start;
}

/* Takes the pieces from `first` on out, `count` of them. */
static void remove_pieces(struct byte_vector *vector, size_t first, size_t count) {
  struct byte_piece *pieces = vector->pieces;
  for (size_t i = first; i < first + count; i++) {
    vector->bytes -= pieces[i].length;
    free(pieces[i].memory);
  }
  vector->count -= count;
  if (vector->count > first) {
    memmove(&pieces[first], &pieces[first + count], (vector->count - first) * sizeof(*pieces));
  }
}

void byte_vector_remove(struct byte_vector *vector, size_t index) {
  remove_pieces(vector, index, 1);
}

void byte_vector_consume(struct byte_vector *vector, size_t length) {
  size_t whole = 0;
  if (length >= vector->bytes) {
    remove_pieces(vector, 0, vector->count);
    return;
  }
  while (vector->pieces[whole].length <= length) {
    length -= vector->pieces[whole].length;
    whole++;
  }
  remove_pieces(vector, 0, whole);
  vector->pieces[0].start += length;
  vector->pieces[0].length -= length;
  vector->bytes -= length;
}

/* Returns how much of `bytes` fits in what is left of the limit. */
static size_t add_part(struct byte_vector_span *span, char *bytes, size_t length, size_t limit) {
  size_t left = limit - span->length;
  size_t taken = length < left ? length : left;
  if (taken > 0) {
    span->parts[span->num_parts] = (struct iovec){.iov_base = bytes, .iov_len = taken};
    span->num_parts++;
  }
  return taken;
}

void byte_vector_gather(const struct byte_vector *vector, size_t offset, size_t limit,
                        struct byte_vector_span *span) {
  span->num_parts = 0;
  span->length = 0;
  for (size_t i = 0; i < vector->count && span->length < limit; i++) {
    const struct byte_piece *piece = &vector->pieces[i];
    size_t skipped = offset < piece->length ? offset : piece->length;
    span->length +=
        add_part(span, piece->memory + piece->start + skipped, piece->length - skipped, limit);
    offset -= skipped;
  }
}

void byte_vector_clear(struct byte_vector *vector) {
  remove_pieces(vector, 0, vector->count);
  free(vector->pieces);
  *vector = (struct byte_vector){0};
}
