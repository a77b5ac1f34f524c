#ifndef NET_BUFFER_H
#define NET_BUFFER_H

/* The bytes between BoringSSL and the transport: a queue in one block of memory.

   A buffer owns a block only while it holds bytes, so an idle connection owns none. Blocks of the
   usual size come from a pool and go back to it. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NET_BUFFER_BLOCK holds four records of 16 KiB with the most that a cipher adds to them, so that
   64 KiB of plaintext are one send and one receive. */
#define NET_BUFFER_BLOCK ((size_t)66 * 1024)

/* NET_BUFFER_POOL_BLOCKS bounds what a pool keeps. */
#define NET_BUFFER_POOL_BLOCKS 16

/* net_buffer_pool keeps released blocks for the next buffer. Any thread may use it. */
struct net_buffer_pool {
  pthread_mutex_t mutex;
  size_t num_blocks;
  uint8_t *blocks[NET_BUFFER_POOL_BLOCKS];
};

/* net_buffer_pool_init makes `*pool` an empty pool; it returns false when the system has no mutex
   left. */
bool net_buffer_pool_init(struct net_buffer_pool *pool);

/* net_buffer_pool_destroy frees what the pool keeps. */
void net_buffer_pool_destroy(struct net_buffer_pool *pool);

/* net_buffer is a queue of bytes: those from `start` to `end` of its block. All zero, it is empty.
 */
struct net_buffer {
  uint8_t *block;
  size_t capacity;
  size_t start;
  size_t end;
};

/* net_buffer_length returns how many bytes the buffer holds. */
size_t net_buffer_length(const struct net_buffer *buffer);

/* net_buffer_front returns the bytes that the buffer holds. */
const uint8_t *net_buffer_front(const struct net_buffer *buffer);

/* net_buffer_append adds `length` bytes, in a larger block where that is needed. Returns false when
   memory is short: the buffer is then as it was. */
bool net_buffer_append(struct net_buffer *buffer, struct net_buffer_pool *pool, const void *bytes,
                       size_t length);

/* net_buffer_reserve returns where bytes can be put and sets `*room` to how many (0 when the block
   is full), or returns NULL when memory is short. net_buffer_commit or net_buffer_trim must follow.
 */
uint8_t *net_buffer_reserve(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t *room);

/* net_buffer_commit adds `length` bytes that were put where net_buffer_reserve said. */
void net_buffer_commit(struct net_buffer *buffer, size_t length);

/* net_buffer_consume removes `length` bytes from the front. */
void net_buffer_consume(struct net_buffer *buffer, struct net_buffer_pool *pool, size_t length);

/* net_buffer_trim gives the block back if the buffer is empty. */
void net_buffer_trim(struct net_buffer *buffer, struct net_buffer_pool *pool);

/* net_buffer_clear removes all bytes. */
void net_buffer_clear(struct net_buffer *buffer, struct net_buffer_pool *pool);

#endif
