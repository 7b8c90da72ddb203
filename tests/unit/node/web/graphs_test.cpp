#include "node/web/graphs.h"

#include <QRegularExpression>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::web;

namespace {

constexpr Timestamp new_year{1'767'225'600'000};  // 2026-01-01, 00:00

QString drawn(const GraphView& view, const TimeAxis& axis) {
  Html html;
  graph(html, view, axis);
  return QString::fromStdString(std::string(html.view()));
}

/// What stands between `<tag …>` and `</tag>`, of all of them.
QStringList all(const QString& text, const QString& pattern) {
  QStringList found;
  for (auto it = QRegularExpression(pattern).globalMatch(text); it.hasNext();) found << it.next().captured(1);
  return found;
}

const QString words = QStringLiteral("<text[^>]*>([^<]*)</text>");
const QString titles = QStringLiteral("<title>([^<]*)</title>");

}  // namespace

class GraphsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void values_have_few_digits_data();
  void values_have_few_digits();
  void lines_across_are_round_and_few();
  void each_bar_says_when_and_how_many();
  void bars_stand_on_each_other();
  void a_gap_breaks_the_line();
  void hours_and_days_are_written_below();
  void nothing_at_all_is_an_empty_graph();
};

void GraphsTest::values_have_few_digits_data() {
  QTest::addColumn<double>("value");
  QTest::addColumn<Unit>("unit");
  QTest::addColumn<QString>("text");
  QTest::newRow("none") << 0.0 << Unit::count << "0";
  QTest::newRow("few") << 1'234.0 << Unit::count << "1,234";
  QTest::newRow("many") << 123'456.0 << Unit::count << "123 k";
  QTest::newRow("next letter") << 999'999.0 << Unit::count << "1 M";
  QTest::newRow("bytes") << 512.0 << Unit::bytes << "512 B";
  QTest::newRow("kilobytes") << 1'500.0 << Unit::bytes << "1.5 kB";
  QTest::newRow("gigabytes") << 12.34e9 << Unit::bytes << "12.3 GB";
  QTest::newRow("percent") << 7.25 << Unit::percent << "7.25 %";
}
void GraphsTest::values_have_few_digits() {
  QFETCH(double, value);
  QFETCH(Unit, unit);
  QFETCH(QString, text);
  QCOMPARE(QString::fromStdString(value_text(value, unit)), text);
}

void GraphsTest::lines_across_are_round_and_few() {
  for (const double most : {0.003, 1.0, 7.0, 12.0, 99.0, 100.0, 101.0, 4'321.0, 8e12}) {
    const double step = grid_step(most);
    QVERIFY(most / step <= 4.0000001);
    QVERIFY(most / step > 1);
    const double mantissa = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    QVERIFY2(std::abs(mantissa - 1) < 1e-6 || std::abs(mantissa - 2) < 1e-6 || std::abs(mantissa - 5) < 1e-6,
             QByteArray::number(step).constData());
  }
  QCOMPARE(grid_step(0), 1.0);
}

void GraphsTest::each_bar_says_when_and_how_many() {
  const auto svg = drawn({.title = "Posts",
                          .figure = "3",
                          .is_bars = true,
                          .series = {{"here", {1.0, std::nullopt, 0.0, 2.0}}, {"there", {0.0, 4.0}}}},
                         {new_year, 900, 4, false});
  QCOMPARE(all(svg, titles),
           QStringList({"1 Jan 2026, 00:00 UTC: 1 here, 0 there", "1 Jan 2026, 00:15 UTC: 0 here, 4 there",
                        "1 Jan 2026, 00:45 UTC: 2 here, 0 there"}));
  QCOMPARE(svg.count("<rect"), 3);
  QVERIFY(svg.contains("aria-label=\"Posts: 3\""));
}

void GraphsTest::bars_stand_on_each_other() {
  const auto svg =
      drawn({.is_bars = true, .series = {{"a", {1.0}}, {"b", {3.0}}}}, {new_year, 900, 1, false});
  const auto y = all(svg, "<rect[^>]* y=\"([^\"]*)\"");
  const auto height = all(svg, "<rect[^>]* height=\"([^\"]*)\"");
  QCOMPARE(y.size(), 2);
  QCOMPARE(y[1].toDouble() + height[1].toDouble(), y[0].toDouble());
  QCOMPARE(height[1].toDouble(), 3 * height[0].toDouble());
}

void GraphsTest::a_gap_breaks_the_line() {
  const auto svg = drawn({.unit = Unit::bytes, .series = {{"", {1e6, 2e6, std::nullopt, 1e6, 1e6}}}},
                         {new_year, 300, 5, false});
  const auto lines = all(svg, "class=\"line series-1\" d=\"([^\"]*)\"");
  QCOMPARE(lines.size(), 1);
  QCOMPARE(lines[0].count('M'), 2);
  QCOMPARE(lines[0].count('L'), 2);
}

void GraphsTest::hours_and_days_are_written_below() {
  const auto hours = all(drawn({.is_bars = true, .series = {{"", {}}}}, {new_year, 900, 96, false}), words);
  for (const char* hour : {"04:00", "12:00", "20:00"}) QVERIFY(hours.contains(hour));
  const auto days = all(drawn({.is_bars = true, .series = {{"", {}}}}, {new_year, 86'400, 31, true}), words);
  QVERIFY2(days.filter(" Jan").size() >= 5, qPrintable(days.join(", ")));
}

void GraphsTest::nothing_at_all_is_an_empty_graph() {
  for (const bool is_bars : {true, false}) {
    const auto svg =
        drawn({.title = "Posts", .is_bars = is_bars, .series = {{"", {}}}}, {new_year, 900, 96, false});
    QVERIFY(!svg.contains("<rect") && !svg.contains("class=\"line"));
    QVERIFY(!svg.contains("nan") && !svg.contains("inf"));
    QVERIFY(all(svg, words).contains("1"));  // there is a scale
  }
}

QTEST_GUILESS_MAIN(GraphsTest)
#include "graphs_test.moc"
