#pragma once
#include <cstdio>
#include <cstdlib>

/// Broken invariant: on in every build. Input from outside must never reach it.
#define ENSURE(condition)                                                                                 \
  do {                                                                                                    \
    if (!(condition)) {                                                                                   \
      std::fprintf(stderr, "level=fatal event=invariant at=%s:%d condition=\"%s\"\n", __FILE__, __LINE__, \
                   #condition);                                                                           \
      std::abort();                                                                                       \
    }                                                                                                     \
  } while (false)
