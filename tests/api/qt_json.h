#pragma once
// QtTest for JSON values: QCOMPARE takes them beside strings, numbers and flags, and prints them.
#include <qfloat16.h>  // QCOMPARE has an overload for it, and whether JSON converts to a type needs the whole type

#include <nlohmann/json.hpp>

#include "tests/support/qt.h"

namespace QTest {

template <>
inline char* toString(const nlohmann::json& value) {
  return qstrdup(value.dump().c_str());
}

}  // namespace QTest
