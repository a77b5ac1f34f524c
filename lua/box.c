#include "lua/box.h"

#include "lua/class.h"

static const struct class box_class;

static int collect(lua_State *L) {
  box_free(class_check(L, 1, &box_class));
  return 0;
}

static const luaL_Reg *const methods[] = {NULL};
static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
static const struct class box_class = {
    .name = "net.box", .methods = methods, .metamethods = metamethods};

struct box *box_push(lua_State *L, void (*free)(void *object)) {
  struct box *box = class_new(L, &box_class, sizeof(*box), 0);
  box->free = free;
  return box;
}

void box_free(struct box *box) {
  void *object = box->object;
  box->object = NULL;
  if (object) {
    box->free(object);
  }
}
