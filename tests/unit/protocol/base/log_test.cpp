#include "protocol/base/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <vector>

#include "protocol/base/encoding.h"
#include "tests/support/manual_clock.h"
#include "tests/support/qt.h"

namespace dunlin {
using namespace std::string_literals;
namespace {

/// The value of `v` in a line that holds nothing else.
std::string value_in(const std::string& line) {
  const auto start = line.find(" v=") + 3;
  return line.substr(start, line.size() - start - 1);
}

/// Standard error stands for `fd` while this lives.
class StandardErrorTo {
 public:
  explicit StandardErrorTo(int fd) : kept_(::dup(STDERR_FILENO)) { ::dup2(fd, STDERR_FILENO); }
  ~StandardErrorTo() { ::dup2(kept_, STDERR_FILENO), ::close(kept_); }
  StandardErrorTo(const StandardErrorTo&) = delete;
  StandardErrorTo& operator=(const StandardErrorTo&) = delete;

 private:
  int kept_;
};

/// What can be read from `fd` at once.
std::string read_some(int fd) {
  std::string out(1 << 20, '\0');
  const ssize_t got = ::read(fd, out.data(), out.size());
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return out;
}

}  // namespace

class LogTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void cleanup();
  void an_event_is_one_line_of_logfmt();
  void every_type_has_its_form();
  void events_below_the_level_are_left_out();
  void levels_are_read_by_name();
  void values_are_quoted_and_escaped_when_needed_data();
  void values_are_quoted_and_escaped_when_needed();
  void no_value_makes_a_second_line_or_reaches_the_terminal();
  void long_values_are_cut_at_a_character_data();
  void long_values_are_cut_at_a_character();
  void odd_characters_in_keys_become_underlines();
  void each_line_is_one_write();
  void threads_do_not_mix_their_lines();
  void a_line_that_cannot_be_written_is_counted();
  void a_torn_line_is_ended_before_the_next();

 private:
  ManualClock clock_{{1'795'244'380'123}};
  std::vector<std::string> lines_;
};

void LogTest::init() {
  lines_.clear();
  set_log_level(Level::info);
  set_log_sink([this](std::string_view line) { lines_.emplace_back(line); }, clock_);
}

void LogTest::cleanup() { set_log_sink({}); }

void LogTest::an_event_is_one_line_of_logfmt() {
  log(Level::info, "request", {{"id", "3f"}, {"status", 200}, {"path", "/a b"}});
  log(Level::error, "stopped");
  log(Level::warning, "slow", {{"query", "home_page"}});
  QCOMPARE(lines_.size(), std::size_t{3});
  QCOMPARE(lines_[0],
           "ts=2026-11-21T06:59:40.123Z level=info event=request id=3f status=200 path=\"/a b\"\n");
  QCOMPARE(lines_[1], "ts=2026-11-21T06:59:40.123Z level=error event=stopped\n");
  QCOMPARE(lines_[2], "ts=2026-11-21T06:59:40.123Z level=warning event=slow query=home_page\n");
}

void LogTest::every_type_has_its_form() {
  const std::string text = "text";
  const char* pointer = "pointer";
  log(Level::info, "e",
      {{"a", true},
       {"b", false},
       {"c", -1},
       {"d", std::numeric_limits<std::uint64_t>::max()},
       {"e", 0.25},
       {"f", text},
       {"g", std::string_view(text)},
       {"h", pointer},
       {"i", StatusId{12}},
       {"j", std::uint8_t{200}},
       {"k", std::numeric_limits<std::int64_t>::min()},
       {"l", 1.5F},
       {"m", text + "!"}});
  QCOMPARE(lines_.at(0),
           "ts=2026-11-21T06:59:40.123Z level=info event=e a=true b=false c=-1 d=18446744073709551615 e=0.25 "
           "f=text "
           "g=text h=pointer i=12 j=200 k=-9223372036854775808 l=1.5 m=text!\n");
}

void LogTest::events_below_the_level_are_left_out() {
  log(Level::debug, "a");
  QVERIFY(lines_.empty());
  set_log_level(Level::warning);
  log(Level::info, "b");
  log(Level::warning, "c");
  QCOMPARE(lines_.size(), std::size_t{1});
  QVERIFY(!is_logged(Level::info));
  set_log_level(Level::debug);
  log(Level::debug, "d");
  QCOMPARE(lines_.size(), std::size_t{2});
}

void LogTest::levels_are_read_by_name() {
  for (Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
    QVERIFY(parse_level(to_string(level)) == level);
  }
  for (const char* text : {"", "Info", "warn", "info ", "4"}) QVERIFY(!parse_level(text));
}

void LogTest::values_are_quoted_and_escaped_when_needed_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("plain") << "/api/v1/x?y%20-_.~:;,@'"s
                         << "/api/v1/x?y%20-_.~:;,@'"s;
  QTest::newRow("empty") << ""s
                         << R"("")"s;
  QTest::newRow("space") << "a b"s
                         << R"("a b")"s;
  QTest::newRow("equals sign") << "a=b"s
                               << R"("a=b")"s;
  QTest::newRow("quote") << "a\"b"s
                         << R"("a\"b")"s;
  QTest::newRow("backslash") << "a\\n"s
                             << R"("a\\n")"s;
  QTest::newRow("forged record") << "x\nts=2026 level=error event=fake"s
                                 << R"("x\nts=2026 level=error event=fake")"s;
  QTest::newRow("return, tab, zero byte") << "\r\t\0"s
                                          << R"("\u000d\u0009\u0000")"s;
  QTest::newRow("terminal colour") << "\x1B[31m"s
                                   << R"("\u001b[31m")"s;
  QTest::newRow("DEL") << "\x7F"s
                       << R"("\u007f")"s;
  QTest::newRow("C1 as characters") << "\u0080\u009B\u009F"s
                                    << R"("\u0080\u009b\u009f")"s;
  QTest::newRow("first after C1") << "\u00A0"s
                                  << "\"\u00A0\""s;
  QTest::newRow("C1 as bytes") << "\x80\x9B"s
                               << R"("\x80\x9b")"s;
  QTest::newRow("malformed") << "a\xFFz\xE2\x82"s
                             << R"("a\xffz\xe2\x82")"s;
  QTest::newRow("line and paragraph separator") << "\u2028\u2029"s
                                                << R"("\u2028\u2029")"s;
  QTest::newRow("direction") << "\u202Egpj\u2066\u2069\u200F\u061C"s
                             << R"("\u202egpj\u2066\u2069\u200f\u061c")"s;
  QTest::newRow("scripts stay") << "日本é👩‍👧"s
                                << "\"日本é👩‍👧\""s;
}

void LogTest::values_are_quoted_and_escaped_when_needed() {
  QFETCH(std::string, text);
  QFETCH(std::string, expected);
  log(Level::info, "e", {{"v", text}});
  QCOMPARE(value_in(lines_.at(0)), expected);
}

void LogTest::no_value_makes_a_second_line_or_reaches_the_terminal() {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      lines_.clear();
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      log(Level::info, "e", {{"v", text}, {"last", 1}});
      const std::string& line = lines_.at(0);
      QVERIFY(is_utf8(line));
      QVERIFY(line.ends_with(" last=1\n"));
      for (char32_t c : QString::fromStdString(line).chopped(1).toUcs4()) {
        QVERIFY(c >= 0x20 && (c < 0x7F || c > 0x9F));
      }
    }
  }
}

void LogTest::long_values_are_cut_at_a_character_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("at the bound") << std::string(1'024, 'a') << std::string(1'024, 'a');
  QTest::newRow("one over") << std::string(1'025, 'a') << "\"" + std::string(1'024, 'a') + "...+1\"";
  QTest::newRow("1 MiB") << std::string(1 << 20, 'a') << "\"" + std::string(1'024, 'a') + "...+1047552\"";
  QTest::newRow("inside a character") << std::string(1'022, 'a') + "€€"
                                      << "\"" + std::string(1'022, 'a') + "...+6\"";
  QTest::newRow("between characters") << std::string(1'021, 'a') + "€€"
                                      << "\"" + std::string(1'021, 'a') + "€...+3\"";
  std::string broken;
  for (int i = 0; i < 1'021; ++i) broken += "\\x80";
  QTest::newRow("continuations only") << std::string(2'000, '\x80') << "\"" + broken + "...+979\"";
}

void LogTest::long_values_are_cut_at_a_character() {
  QFETCH(std::string, text);
  QFETCH(std::string, expected);
  log(Level::info, "e", {{"v", text}});
  QCOMPARE(value_in(lines_.at(0)), expected);
}

void LogTest::odd_characters_in_keys_become_underlines() {
  log(Level::info, "a b\n", {{"k=\"\n", 1}});
  QCOMPARE(lines_.at(0), "ts=2026-11-21T06:59:40.123Z level=info event=a_b_ k___=1\n");
}

void LogTest::each_line_is_one_write() {
  int ends[2];
  // A packet socket keeps the bounds of each write.
  QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  set_log_sink({}, clock_);
  {
    const StandardErrorTo redirect(ends[0]);
    log(Level::info, "first", {{"v", std::string(1'024, '\n')}});
    log(Level::info, "second");
  }
  const std::string first = read_some(ends[1]);
  QVERIFY(first.starts_with("ts=2026-11-21T06:59:40.123Z level=info event=first v=") &&
          first.ends_with("\\n\"\n"));
  QCOMPARE(read_some(ends[1]), "ts=2026-11-21T06:59:40.123Z level=info event=second\n");
  ::close(ends[0]), ::close(ends[1]);
}

void LogTest::threads_do_not_mix_their_lines() {
  int ends[2];
  QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
  set_log_sink({}, clock_);
  constexpr int threads = 4;
  constexpr int lines_each = 200;
  std::string all;
  std::thread reader([&] {
    for (std::string some = read_some(ends[0]); !some.empty(); some = read_some(ends[0])) all += some;
  });
  {
    const StandardErrorTo redirect(ends[1]);
    ::close(ends[1]);
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([t] {
        // Longer than a pipe takes at once without mixing (4,096 bytes).
        const std::string text(1'000, static_cast<char>('a' + t));
        for (int i = 0; i < lines_each; ++i) {
          log(Level::info, "e",
              {{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}, {"f", text}});
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  reader.join();
  ::close(ends[0]);

  std::vector<int> seen(threads);
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find('\n', at), all.size());
    const char letter = all.at(all.find(" a=", at) + 3);
    const std::string text(1'000, letter);
    const std::string expected = "ts=2026-11-21T06:59:40.123Z level=info event=e a=" + text + " b=" + text +
                                 " c=" + text + " d=" + text + " e=" + text + " f=" + text;
    QCOMPARE(all.substr(at, end - at), expected);
    ++seen.at(static_cast<std::size_t>(letter - 'a'));
    at = end + 1;
  }
  QCOMPARE(seen, std::vector<int>(threads, lines_each));
}

void LogTest::a_line_that_cannot_be_written_is_counted() {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  QVERIFY(full >= 0);
  set_log_sink({}, clock_);
  const auto lost = log_lines_lost();
  {
    const StandardErrorTo redirect(full);
    log(Level::info, "e");
    log(Level::info, "e");
  }
  ::close(full);
  QCOMPARE(log_lines_lost(), lost + 2);
}

void LogTest::a_torn_line_is_ended_before_the_next() {
  int ends[2];
  QCOMPARE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  set_log_sink({}, clock_);
  const auto lost = log_lines_lost();
  std::string all;
  {
    const StandardErrorTo redirect(ends[1]);
    // A line of about 6,000 bytes is taken in part by a pipe that has one page left.
    const std::string text(1'000, 'a');
    while (log_lines_lost() == lost) {
      log(Level::info, "long",
          {{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}, {"f", text}});
    }
    all = read_some(ends[0]);
    log(Level::info, "next");
  }
  QVERIFY(!all.ends_with('\n'));
  QCOMPARE(read_some(ends[0]), "\nts=2026-11-21T06:59:40.123Z level=info event=next\n");
  ::close(ends[0]), ::close(ends[1]);
}

}  // namespace dunlin

QTEST_GUILESS_MAIN(dunlin::LogTest)
#include "log_test.moc"
