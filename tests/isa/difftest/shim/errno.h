/* The guest program is freestanding: base/types.h wants the header, nothing uses it. */
