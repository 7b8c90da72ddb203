#include "tests/support/qt.h"

#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
QDebug operator<<(QDebug debug, std::string_view text) {
  return debug << QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

QDebug operator<<(QDebug debug, const std::string& text) { return debug << std::string_view(text); }
#endif

QDebug operator<<(QDebug debug, dunlin::Timestamp t) {
  const QDebugStateSaver saver(debug);
  return debug.nospace() << t.ms << " (" << dunlin::to_iso(t).c_str() << ")";
}

QDebug operator<<(QDebug debug, const dunlin::Error& error) {
  const QDebugStateSaver saver(debug);
  return debug.nospace() << "Error(" << static_cast<int>(error.code) << ", " << std::string_view(error.safe)
                         << ", " << std::string_view(error.detail) << ")";
}
