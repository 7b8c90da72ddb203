#pragma once
// QtTest for our types: lets QCOMPARE print what it compared. Included by every test in place of <QtTest>.
#include <QDebug>
#include <QObject>
#include <QTest>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"

// QTest::toString falls back on QDebug, and looks for these operators where QDebug is: in the global
// namespace.
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)  // later ones print these themselves
QDebug operator<<(QDebug debug, std::string_view text);
QDebug operator<<(QDebug debug, const std::string& text);
template <class T>
QDebug operator<<(QDebug debug, const std::optional<T>& value) {
  const QDebugStateSaver saver(debug);
  debug.nospace();
  if (value) {
    debug << "optional(" << *value << ")";
  } else {
    debug << "nullopt";
  }
  return debug;
}
#endif
QDebug operator<<(QDebug debug, dunlin::Timestamp t);
QDebug operator<<(QDebug debug, const dunlin::Error& error);
template <class Tag>
QDebug operator<<(QDebug debug, dunlin::Id<Tag> id) {
  return debug << id.value;
}

namespace dunlin {

/// Why a Result holds no value, for `QVERIFY2(result, why(result).c_str())`. Empty when it holds one.
template <class T>
std::string why(const Result<T>& result) {
  return result ? std::string() : result.error().safe + " (" + result.error().detail + ")";
}

}  // namespace dunlin
