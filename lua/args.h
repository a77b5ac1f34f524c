#ifndef LUA_ARGS_H
#define LUA_ARGS_H

/* Checks of arguments. All of them raise at the caller's line and name the argument (D-03); none of
   them takes a number for a string or a string for a number. */

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* args_string returns argument `index`, a string, and sets `*length`. */
const char *args_string(lua_State *L, int index, size_t *length);

/* args_text is args_string for what C takes as a terminated string: zeros in it are refused. */
const char *args_text(lua_State *L, int index);

/* args_optional_text is args_text, or NULL for none and nil. */
const char *args_optional_text(lua_State *L, int index);

/* args_integer returns argument `index`, a number without a fraction. */
lua_Integer args_integer(lua_State *L, int index);

/* args_int is args_integer for what is an int in C; others are refused. */
int args_int(lua_State *L, int index);

/* args_number returns argument `index`, a number. */
lua_Number args_number(lua_State *L, int index);

/* args_boolean returns argument `index`, a boolean. */
bool args_boolean(lua_State *L, int index);

/* args_flags returns the arguments from `first` to the last, integers or nil, or'ed together. */
int args_flags(lua_State *L, int first);

/* args_milliseconds returns argument `index`, an integer that is not negative, or raises
   "`name` must be uint". */
int64_t args_milliseconds(lua_State *L, int index, const char *name);

/* args_port returns argument `index`, a service's name or a port, as text. A number is replaced on
   the stack by its text. */
const char *args_port(lua_State *L, int index);

/* args_option pushes the field `name` of the options, argument `index`, which are a table or nil.
   Returns false, with nil pushed, where there is none. */
bool args_option(lua_State *L, int index, const char *name);

/* args_option_boolean returns the boolean option `name`, false where there is none. */
bool args_option_boolean(lua_State *L, int index, const char *name);

/* args_option_milliseconds returns the option `name` in milliseconds, negative where there is none.
 */
int64_t args_option_milliseconds(lua_State *L, int index, const char *name);

#endif
