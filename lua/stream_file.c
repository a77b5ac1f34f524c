/* sendfile and sendfilesync of net.stream.Socket, plain. */

#include <limits.h>

#include "lua/file_part.h"
#include "lua/locks.h"
#include "lua/socket_classes.h"
#include "lua/stream_call.h"
#include "lua/triple.h"
#include "net/stream_io.h"

/* The arguments. */
enum {
  SOCKET = 1,
  FILE_ARGUMENT
};

struct file_call {
  struct stream_call call;
  struct file_part part;
};

static struct net_error send_some(lua_State *L, const struct socket *socket,
                                  const struct file_call *file, size_t *sent) {
  size_t done = file->call.done;
  int descriptor = file_part_descriptor(L, FILE_ARGUMENT);
  return net_send_file(socket->fd, stream_call_mode(socket), descriptor,
                       file->part.offset + (int64_t)done,
                       file_part_rest(&file->part, done, INT_MAX), sent);
}

/* A try sends until there is no more, in the file or to be sent, or no more room. */
static int try_send_file(lua_State *L, struct socket *socket, struct stream_call *call) {
  const struct file_call *file = (const struct file_call *)call;
  size_t sent = 0;
  do {
    struct net_error error = send_some(L, socket, file, &sent);
    call->done += sent;
    if (error.kind != NET_ERROR_NONE) {
      return stream_call_error(L, call, error);
    }
  } while (sent > 0);
  lua_pushinteger(L, (lua_Integer)call->done);
  return triple_value(L);
}

/* sendfile(f [, bytes [, offset]]) -> len, err, timeout */
static int send_file(lua_State *L) {
  const struct socket *socket = class_check(L, SOCKET, &stream_socket_class);
  struct file_call file = {.call = {.name = "sendfile", .counts = true, .attempt = try_send_file}};
  file_part_check(L, FILE_ARGUMENT);
  int num_results = file_part_begin(L, FILE_ARGUMENT, &file.part);
  if (num_results > 0) {
    return num_results;
  }
  stream_call_begin(socket, NET_TLS_WANT_WRITE, &file.call);
  return stream_call_run(L, sizeof(file), &file.call);
}

static void check_file(lua_State *L) {
  file_part_check(L, FILE_ARGUMENT);
}

static int send_file_sync(lua_State *L) {
  class_check(L, SOCKET, &stream_socket_class);
  return lock_call(L, WRITE_LOCK, "sendfile", check_file);
}

const luaL_Reg stream_file_methods[] = {
    {"sendfile", send_file},
    {"sendfilesync", send_file_sync},
    {NULL, NULL},
};
