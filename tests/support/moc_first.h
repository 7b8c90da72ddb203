#pragma once
// Read by moc before each test: it cannot parse `namespace std _GLIBCXX_VISIBILITY(default)` in <chrono>,
// <concepts> and others unless it has seen the compiler's configuration header first, which this one brings
// in.
#include <cstddef>
