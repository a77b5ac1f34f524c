#include "net/buffer.h"

#include <stdlib.h>
#include <string.h>

bool net_buffer_pool_init(struct net_buffer_pool *pool) {
  pool->num_blocks = 0;
  return pthread_mutex_init(&pool->mutex, NULL) == 0;
}

void net_buffer_pool_destroy(struct net_buffer_pool *pool) {
  for (size_t i = 0; i < pool->num_blocks; i++) {
    free(pool->blocks[i]);
  }
  pthread_mutex_destroy(&pool->mutex);
}

static uint8_t *take_block(struct net_buffer_pool *pool) {
  uint8_t *block = NULL;
  pthread_mutex_lock(&pool->mutex);
  if (pool->num_blocks > 0) {
    block = pool->blocks[--pool->num_blocks];
  }
  pthread_mutex_unlock(&pool->mutex);
  return block != NULL ? block : malloc(NET_BUFFER_BLOCK);
}

static void give_block(struct net_buffer_pool *pool, uint8_t *block, size_t capacity) {
  if (capacity == NET_BUFFER_BLOCK) {
    pthread_mutex_lock(&pool->mutex);
    if (pool->num_blocks < NET_BUFFER_POOL_BLOCKS) {
      pool->blocks[pool->num_blocks++] = block;
      block = NULL;
    }
    pthread_mutex_unlock(&pool->mutex);
  }
  free(block);
}

size_t net_buffer_length(const struct net_buffer *buffer) {
  return buffer->end - buffer->start;
}

const uint8_t *net_buffer_front(const struct net_buffer *buffer) {
  return buffer->block + buffer->start;
}

static bool grow(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t needed) {
  size_t capacity = buffer->capacity;
  while (capacity < needed) {
    if (capacity > SIZE_MAX / 2) {
      return false;
    }
    capacity *= 2;
  }
  uint8_t *block = malloc(capacity);
  if (block == NULL) {
    return false;
  }
  size_t length = net_buffer_length(buffer);
  memcpy(block, net_buffer_front(buffer), length);
  give_block(pool, buffer->block, buffer->capacity);
  *buffer = (struct net_buffer){.block = block, .capacity = capacity, .end = length};
  return true;
}

static bool hold_block(struct net_buffer *buffer, struct net_buffer_pool *pool) {
  if (buffer->block == NULL) {
    buffer->block = take_block(pool);
    buffer->capacity = buffer->block != NULL ? NET_BUFFER_BLOCK : 0;
  }
  return buffer->block != NULL;
}

static bool make_room(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t length) {
  if (buffer->capacity - buffer->end >= length) {
    return true;
  }
  size_t held = net_buffer_length(buffer);
  if (buffer->capacity - held < length) {
    return length <= SIZE_MAX - held && grow(buffer, pool, held + length);
  }
  memmove(buffer->block, net_buffer_front(buffer), held);
  buffer->start = 0;
  buffer->end = held;
  return true;
}

bool net_buffer_append(struct net_buffer *buffer, struct net_buffer_pool *pool, const void *bytes,
                       size_t length) {
  if (length == 0) {
    return true;
  }
  if (!hold_block(buffer, pool) || !make_room(buffer, pool, length)) {
    net_buffer_trim(buffer, pool);
    return false;
  }
  memcpy(buffer->block + buffer->end, bytes, length);
  buffer->end += length;
  return true;
}

uint8_t *net_buffer_reserve(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t *room) {
  if (!hold_block(buffer, pool)) {
    return NULL;
  }
  *room = buffer->capacity - buffer->end;
  return buffer->block + buffer->end;
}

void net_buffer_commit(struct net_buffer *buffer, size_t length) {
  buffer->end += length;
}

void net_buffer_consume(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t length) {
  buffer->start += length;
  net_buffer_trim(buffer, pool);
}

void net_buffer_trim(struct net_buffer *buffer, struct net_buffer_pool *pool) {
  if (buffer->start == buffer->end && buffer->block != NULL) {
    give_block(pool, buffer->block, buffer->capacity);
    *buffer = (struct net_buffer){0};
  }
}

void net_buffer_clear(struct net_buffer *buffer, struct net_buffer_pool *pool) {
  buffer->start = buffer->end;
  net_buffer_trim(buffer, pool);
}
