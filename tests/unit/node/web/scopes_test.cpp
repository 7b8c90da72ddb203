#include "node/web/scopes.h"

#include "tests/support/qt.h"

namespace dunlin::web {
namespace {
using Words = std::vector<std::string_view>;
using Names = std::vector<std::string>;
}  // namespace

class ScopesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void scopes_are_grouped_by_what_they_touch();
  void a_wide_scope_speaks_for_its_narrow_ones();
  void the_order_asked_does_not_matter_and_repeats_are_said_once();
  void unknown_scopes_are_shown_by_name_once();
};

void ScopesTest::scopes_are_grouped_by_what_they_touch() {
  const Names scopes = {"read:lists", "push", "write:media", "follow", "admin:write"};
  const auto words = scope_words(scopes);
  QVERIFY((words.read == Words{"See your lists", "Receive your notifications as they happen"}));
  QVERIFY((words.write ==
           Words{"Upload pictures and other media", "See and change whom you follow, block and mute"}));
  QCOMPARE(words.administer.size(), 1U);
  QVERIFY(words.unknown.empty());
}

void ScopesTest::a_wide_scope_speaks_for_its_narrow_ones() {
  const Names scopes = {"read", "read:lists", "profile", "write:statuses"};
  const auto words = scope_words(scopes);
  QCOMPARE(words.read.size(), 1U);
  QVERIFY(words.read[0].starts_with("Read everything"));
  QVERIFY((words.write == Words{"Publish, edit and delete posts"}));
}

void ScopesTest::the_order_asked_does_not_matter_and_repeats_are_said_once() {
  const Names one = {"read:lists", "read:mutes"};
  const Names other = {"read:mutes", "read:lists", "read:mutes"};
  QVERIFY(scope_words(one).read == scope_words(other).read);
}

void ScopesTest::unknown_scopes_are_shown_by_name_once() {
  const Names scopes = {"admin:read:reports", "odd", "odd", ""};
  const auto words = scope_words(scopes);
  QVERIFY((words.unknown == Names{"admin:read:reports", "odd"}));
  QVERIFY(words.read.empty() && words.write.empty() && words.administer.empty());
}

}  // namespace dunlin::web

QTEST_GUILESS_MAIN(dunlin::web::ScopesTest)
#include "scopes_test.moc"
