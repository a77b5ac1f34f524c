#ifndef LUA_FILE_PART_H
#define LUA_FILE_PART_H

/* What sendfile sends: a part of a file that the program has open, whose own position is neither
   used nor moved. */

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

struct file_part {
  int64_t offset;
  /* How many bytes at most; INT64_MAX: up to the end of the file. */
  int64_t length;
};

/* file_part_check raises where the arguments from `index` on are not (f [, bytes [, offset]]): a
   file of the io library that is open or a descriptor, and integers or nil. */
void file_part_check(lua_State *L, int index);

/* file_part_begin sets `*part` from arguments that have been checked, and returns 0. What the
   program has written to the file and the io library still holds is written out. Where a number is
   negative, or that fails, it pushes nil, err, nil and returns 3. */
int file_part_begin(lua_State *L, int index, struct file_part *part);

/* file_part_descriptor returns the descriptor of the file at `index`, or -1 where somebody has
   closed it. It is good until another coroutine runs. */
int file_part_descriptor(lua_State *L, int index);

/* file_part_rest returns how much is left after `done` bytes, at most `maximum`. */
size_t file_part_rest(const struct file_part *part, size_t done, size_t maximum);

#endif
