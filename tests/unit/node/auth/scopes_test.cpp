#include "node/auth/scopes.h"

#include <set>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::auth;

namespace {
Scopes scopes(std::string_view text) { return Scopes::parse(text).value(); }
}  // namespace

class ScopesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_name_is_read_back();
  void text_is_brought_into_one_form_data();
  void text_is_brought_into_one_form();
  void unknown_names_are_refused_and_named_data();
  void unknown_names_are_refused_and_named();
  void a_scope_opens_itself_and_what_it_contains_data();
  void a_scope_opens_itself_and_what_it_contains();
  void a_token_may_ask_what_its_application_has_data();
  void a_token_may_ask_what_its_application_has();
};

void ScopesTest::every_name_is_read_back() {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < scope_names().size(); ++i) {
    auto name = scope_names()[i];
    QVERIFY(seen.insert(name).second);
    QCOMPARE(to_string(static_cast<Scope>(i)), name);
    QCOMPARE(scopes(name).to_string(), std::string(name));
    QVERIFY(scopes(name).allows(static_cast<Scope>(i)));
  }
  QCOMPARE(seen.size(), std::size_t{45});
  QCOMPARE(to_string(Scope::write_statuses), std::string_view("write:statuses"));
  QCOMPARE(to_string(Scope::admin_read_ip_blocks), std::string_view("admin:read:ip_blocks"));
}

void ScopesTest::text_is_brought_into_one_form_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("form");
  QTest::newRow("empty") << std::string() << std::string();
  QTest::newRow("white space only") << std::string(" \n ") << std::string();
  QTest::newRow("what clients ask") << std::string("read write follow push")
                                    << std::string("read write follow push");
  QTest::newRow("other order") << std::string("push read:lists write")
                               << std::string("write push read:lists");
  QTest::newRow("repeats and spaces") << std::string("  read  read\twrite ") << std::string("read write");
  QTest::newRow("wide beside narrow")
      << std::string("read:accounts read") << std::string("read read:accounts");
}

void ScopesTest::text_is_brought_into_one_form() {
  QFETCH(std::string, text);
  QFETCH(std::string, form);
  QCOMPARE(scopes(text).to_string(), form);
  QVERIFY(scopes(form) == scopes(text));
  QCOMPARE(scopes(text).empty(), form.empty());
}

void ScopesTest::unknown_names_are_refused_and_named_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("named");
  QTest::newRow("word") << std::string("read everything") << std::string("\"everything\"");
  QTest::newRow("admin alone") << std::string("admin") << std::string("\"admin\"");
  QTest::newRow("case") << std::string("Read") << std::string("\"Read\"");
  QTest::newRow("comma") << std::string("read,write") << std::string("\"read,write\"");
  QTest::newRow("unknown granular") << std::string("read:everything") << std::string("\"read:everything\"");
  QTest::newRow("prefix") << std::string("read:") << std::string("\"read:\"");
  QTest::newRow("control characters") << std::string("a\x1b[2J\"b") << std::string("\"a?[2J?b\"");
  QTest::newRow("long") << std::string(500, 'x') << '"' + std::string(40, 'x') + "...\"";
}

void ScopesTest::unknown_names_are_refused_and_named() {
  QFETCH(std::string, text);
  QFETCH(std::string, named);
  auto result = Scopes::parse(text);
  QVERIFY(!result);
  QCOMPARE(result.error().code, Errc::bad_request);
  QCOMPARE(result.error().safe, "scope: " + named + " is not known");
}

void ScopesTest::a_scope_opens_itself_and_what_it_contains_data() {
  QTest::addColumn<std::string>("granted");
  QTest::addColumn<std::string>("opens");  // exactly these
  auto all = [](std::string_view prefix) {
    std::string out;
    for (auto name : scope_names()) {
      if (name.starts_with(prefix)) out += ' ' + std::string(name);
    }
    return out;
  };
  const std::string follow =
      " follow read:follows write:follows read:blocks write:blocks read:mutes write:mutes";
  QTest::newRow("nothing") << std::string() << std::string();
  QTest::newRow("read") << std::string("read") << "read profile" + all("read:");
  QTest::newRow("write") << std::string("write") << "write" + all("write:");
  QTest::newRow("follow") << std::string("follow") << follow;
  QTest::newRow("read and write") << std::string("read write")
                                  << "read write profile follow" + all("read:") + all("write:");
  QTest::newRow("the six of follow")
      << std::string("read:follows write:follows read:blocks write:blocks read:mutes write:mutes") << follow;
  QTest::newRow("push") << std::string("push") << std::string("push");
  QTest::newRow("profile") << std::string("profile") << std::string("profile");
  QTest::newRow("read:accounts") << std::string("read:accounts") << std::string("read:accounts profile");
  QTest::newRow("read:statuses") << std::string("read:statuses") << std::string("read:statuses");
  QTest::newRow("all narrow ones of read") << all("read:") << "profile" + all("read:");
  QTest::newRow("admin:read") << std::string("admin:read") << all("admin:read");
  QTest::newRow("admin:write") << std::string("admin:write") << all("admin:write");
  QTest::newRow("admin:read:accounts")
      << std::string("admin:read:accounts") << std::string("admin:read:accounts");
}

void ScopesTest::a_scope_opens_itself_and_what_it_contains() {
  QFETCH(std::string, granted);
  QFETCH(std::string, opens);
  std::string opened;
  auto set = scopes(granted);
  for (std::size_t i = 0; i < scope_names().size(); ++i) {
    if (set.allows(static_cast<Scope>(i))) opened += std::string(scope_names()[i]) + ' ';
  }
  QCOMPARE(scopes(opened).to_string(), scopes(opens).to_string());
}

void ScopesTest::a_token_may_ask_what_its_application_has_data() {
  QTest::addColumn<std::string>("application");
  QTest::addColumn<std::string>("token");
  QTest::addColumn<bool>("allowed");
  auto row = [](const char* name, std::string application, std::string token, bool allowed) {
    QTest::newRow(name) << std::move(application) << std::move(token) << allowed;
  };
  row("same", "read write", "read write", true);
  row("fewer", "read write", "read", true);
  row("more", "read", "read write", false);
  row("narrower", "read", "read:accounts", true);
  row("wider", "read:accounts", "read", false);
  row("follow out of read and write", "read write", "follow", true);
  row("follow out of write", "write", "follow", false);
  row("nothing", "read", "", true);
  row("something out of nothing", "", "read", false);
  row("admin out of read", "read write follow push", "admin:read", false);
  row("profile out of read", "read", "profile", true);
}

void ScopesTest::a_token_may_ask_what_its_application_has() {
  QFETCH(std::string, application);
  QFETCH(std::string, token);
  QFETCH(bool, allowed);
  QCOMPARE(scopes(application).includes(scopes(token)), allowed);
}

QTEST_APPLESS_MAIN(ScopesTest)
#include "scopes_test.moc"
