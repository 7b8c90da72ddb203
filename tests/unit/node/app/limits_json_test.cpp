#include "node/app/limits_json.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::app;

namespace {
QJsonObject limits_of(const Config& config) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(limits_as_json(config))).object();
}
}  // namespace

class LimitsJsonTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_limit_of_the_header_is_printed();
  void without_settings_the_values_are_those_of_the_header();
  void settings_change_what_is_printed();
};

void LimitsJsonTest::every_limit_of_the_header_is_printed() {
  QFile header(QStringLiteral(LIMITS_HEADER));
  QVERIFY(header.open(QIODevice::ReadOnly));
  const QRegularExpression constant(QStringLiteral("constexpr \\S+ (\\w+) ="));
  auto printed = limits_of({});
  int seen = 0;
  for (auto it = constant.globalMatch(QString::fromUtf8(header.readAll())); it.hasNext(); ++seen) {
    auto name = it.next().captured(1);
    QVERIFY2(printed.contains(name) || printed.contains(name + QStringLiteral("_ms")), qPrintable(name));
  }
  QVERIFY(seen > 30);
}

void LimitsJsonTest::without_settings_the_values_are_those_of_the_header() {
  auto printed = limits_of({});
  QCOMPARE(printed[QStringLiteral("head_deadline_ms")].toInt(), 10'000);
  QCOMPARE(printed[QStringLiteral("stop_deadline_ms")].toInt(), 4'000);
  QCOMPARE(printed[QStringLiteral("status_characters_max")].toInt(), int{limits::status_characters_max});
  QCOMPARE(printed[QStringLiteral("picture_bytes_max")].toInt(), int{limits::picture_bytes_max});
  QCOMPARE(printed[QStringLiteral("picture_pixels_max")].toInt(), int{limits::picture_pixels_max});
  QCOMPARE(printed[QStringLiteral("candidates_examined_max")].toInt(), limits::candidates_examined_max);
  QCOMPARE(printed[QStringLiteral("rate_limit_enabled")], QJsonValue(true));
}

void LimitsJsonTest::settings_change_what_is_printed() {
  Config config;
  config.statuses.characters_max = 500;
  config.server.head_seconds = 3;
  config.media.picture_mib = 2;
  config.rate_limit.enabled = false;
  auto printed = limits_of(config);
  QCOMPARE(printed[QStringLiteral("status_characters_max")].toInt(), 500);
  QCOMPARE(printed[QStringLiteral("head_deadline_ms")].toInt(), 3'000);
  QCOMPARE(printed[QStringLiteral("picture_bytes_max")].toInt(), 2 << 20);
  QCOMPARE(printed[QStringLiteral("rate_limit_enabled")], QJsonValue(false));
}

QTEST_APPLESS_MAIN(LimitsJsonTest)
#include "limits_json_test.moc"
