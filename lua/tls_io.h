#ifndef LUA_TLS_IO_H
#define LUA_TLS_IO_H

/* The methods of net.tls.Socket that do I/O. Each tries, waits (the poller may yield) and tries
   again, all within one deadline (D-15). */

#include "lua/socket.h"

/* tls_io_handshake is handshake() -> ok, err, timeout. */
int tls_io_handshake(lua_State *L);

/* tls_io_read is read([bufsize]) -> str, err, timeout. */
int tls_io_read(lua_State *L);

/* tls_io_peek is peek([bufsize]) -> str, err, timeout. */
int tls_io_peek(lua_State *L);

/* tls_io_key_update is key_update([request_peer]) -> ok, err, timeout. */
int tls_io_key_update(lua_State *L);

/* tls_io_write is write(str) -> len, err, timeout. */
int tls_io_write(lua_State *L);

/* tls_io_send_file is sendfile(f [, bytes [, offset]]) -> len, err, timeout, of
   net.tls.stream.Socket. */
int tls_io_send_file(lua_State *L);

/* tls_io_close is tls_close() -> ok, err, timeout. */
int tls_io_close(lua_State *L);

/* tls_io_poll_wait is poll_wait(want) -> ok, err, timeout. */
int tls_io_poll_wait(lua_State *L);

#endif
