// Rules about other servers: which one holds, and lists of them.
#include "node/domain/federation/domains.h"

#include <QTemporaryDir>
#include <optional>

#include "node/domain/federation/domain_lists.h"
#include "node/store/database.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::domain;
using store::Severity;

namespace {

/// A new database and its one writing transaction.
class World {
 public:
  World() : connection_(std::move(*store::open_for_writing(path(), true, {}))) {
    connection_->execute("BEGIN IMMEDIATE");
    tx_.emplace(*connection_, ids_, Timestamp{1'767'225'600'000}, changes_);
  }
  ~World() {
    tx_.reset();
    connection_->execute("ROLLBACK");
  }
  store::WriteTx& tx() { return *tx_; }
  void rule(const std::string& domain, Severity severity) {
    store::DomainRule rule;
    rule.domain = domain;
    rule.severity = severity;
    store::put_domain_rule(*tx_, rule);
  }
  DomainRules rules(bool only_allowed = false) { return {*tx_, "here.example", only_allowed}; }

 private:
  std::string path() const { return folder_.filePath(QStringLiteral("new.db")).toStdString(); }
  QTemporaryDir folder_;
  std::unique_ptr<store::Connection> connection_;
  IdGenerator ids_{0};
  store::Changes changes_;
  std::optional<store::WriteTx> tx_;
};

}  // namespace

class DomainsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_nearest_rule_holds_data();
  void the_nearest_rule_holds();
  void only_who_is_allowed_is_dealt_with_data();
  void only_who_is_allowed_is_dealt_with();
  void names_are_brought_into_one_form_data();
  void names_are_brought_into_one_form();
  void addresses_are_judged_by_their_host_data();
  void addresses_are_judged_by_their_host();
  void rules_change_with_a_reload();
  void a_list_of_blocks_is_read_with_its_faults();
  void a_list_without_names_of_columns_suspends();
  void an_import_keeps_the_rules_that_are_there_unless_told();
  void what_was_exported_can_be_imported();
  void a_name_is_starred_out_in_its_middle();
};

void DomainsTest::the_nearest_rule_holds_data() {
  QTest::addColumn<QByteArray>("host");
  QTest::addColumn<bool>("is_blocked");
  QTest::addColumn<bool>("is_silenced");
  QTest::newRow("the name") << QByteArray("bad.example") << true << false;
  QTest::newRow("in any case") << QByteArray("BAD.Example") << true << false;
  QTest::newRow("with a dot at its end") << QByteArray("bad.example.") << true << false;
  QTest::newRow("with any port") << QByteArray("bad.example:8443") << true << false;
  QTest::newRow("below it") << QByteArray("a.b.bad.example") << true << false;
  QTest::newRow("an exception below it") << QByteArray("good.bad.example") << false << false;
  QTest::newRow("below the exception") << QByteArray("x.good.bad.example") << false << false;
  QTest::newRow("above it") << QByteArray("example") << false << false;
  QTest::newRow("another that ends so") << QByteArray("notbad.example") << false << false;
  QTest::newRow("silenced") << QByteArray("x.loud.example") << false << true;
  QTest::newRow("a rule with a port") << QByteArray("ports.example:99") << true << false;
  QTest::newRow("another port") << QByteArray("ports.example:98") << false << false;
  QTest::newRow("the same without a port") << QByteArray("ports.example") << false << false;
  QTest::newRow("this node") << QByteArray("here.example") << false << false;
  QTest::newRow("this node's accounts") << QByteArray("") << false << false;
}

void DomainsTest::the_nearest_rule_holds() {
  QFETCH(QByteArray, host);
  World world;
  world.rule("bad.example", Severity::suspend);
  world.rule("good.bad.example", Severity::none);
  world.rule("loud.example", Severity::silence);
  world.rule("ports.example:99", Severity::suspend);
  world.rule("here.example", Severity::suspend);
  const auto policy = world.rules().policy(host.toStdString());
  QTEST(policy.is_blocked, "is_blocked");
  QTEST(policy.is_silenced, "is_silenced");
}

void DomainsTest::only_who_is_allowed_is_dealt_with_data() {
  QTest::addColumn<QByteArray>("host");
  QTest::addColumn<bool>("is_blocked");
  QTest::newRow("allowed") << QByteArray("friend.example") << false;
  QTest::newRow("below it") << QByteArray("a.friend.example") << false;
  QTest::newRow("with a port") << QByteArray("friend.example:8443") << false;
  QTest::newRow("allowed and blocked") << QByteArray("former.example") << true;
  QTest::newRow("unknown") << QByteArray("else.example") << true;
  QTest::newRow("this node") << QByteArray("here.example") << false;
}

void DomainsTest::only_who_is_allowed_is_dealt_with() {
  QFETCH(QByteArray, host);
  World world;
  store::put_domain_allow(world.tx(), "friend.example");
  store::put_domain_allow(world.tx(), "former.example");
  world.rule("former.example", Severity::suspend);
  QTEST(world.rules(true).policy(host.toStdString()).is_blocked, "is_blocked");
}

void DomainsTest::names_are_brought_into_one_form_data() {
  QTest::addColumn<QByteArray>("typed");
  QTest::addColumn<QByteArray>("name");  // empty: refused
  QTest::newRow("plain") << QByteArray("bad.example") << QByteArray("bad.example");
  QTest::newRow("case, space, dot") << QByteArray(" Bad.Example. ") << QByteArray("bad.example");
  QTest::newRow("wildcard") << QByteArray("*.bad.example") << QByteArray("bad.example");
  QTest::newRow("port") << QByteArray("localhost:8443") << QByteArray("localhost:8443");
  QTest::newRow("other script") << QByteArray("bücher.example") << QByteArray("xn--bcher-kva.example");
  QTest::newRow("starred out") << QByteArray("b**.example") << QByteArray("");
  QTest::newRow("address") << QByteArray("https://bad.example/") << QByteArray("");
  QTest::newRow("someone there") << QByteArray("ann@bad.example") << QByteArray("");
  QTest::newRow("two words") << QByteArray("bad example") << QByteArray("");
  QTest::newRow("nothing") << QByteArray("") << QByteArray("");
}

void DomainsTest::names_are_brought_into_one_form() {
  QFETCH(QByteArray, typed);
  QFETCH(QByteArray, name);
  const auto checked = checked_rule_domain(typed.toStdString());
  QCOMPARE(checked ? *checked : std::string(), name.toStdString());
}

void DomainsTest::addresses_are_judged_by_their_host_data() {
  QTest::addColumn<QByteArray>("address");
  QTest::addColumn<bool>("is_blocked");
  QTest::newRow("key") << QByteArray("https://bad.example/users/eve#main-key") << true;
  QTest::newRow("case and port") << QByteArray("https://BAD.example:443/inbox") << true;
  QTest::newRow("user name in front") << QByteArray("https://good.example@bad.example/inbox") << false;
  QTest::newRow("other") << QByteArray("https://good.example/bad.example") << false;
  QTest::newRow("no address") << QByteArray("bad.example") << false;
}

void DomainsTest::addresses_are_judged_by_their_host() {
  QFETCH(QByteArray, address);
  World world;
  world.rule("bad.example", Severity::suspend);
  Domains domains("here.example", false);
  domains.reload(world.tx());
  QTEST(domains.is_blocked_address(address.toStdString()), "is_blocked");
}

void DomainsTest::rules_change_with_a_reload() {
  World world;
  Domains domains("here.example", false);
  QVERIFY(!domains.is_blocked("bad.example"));
  world.rule("bad.example", Severity::suspend);
  QVERIFY(!domains.is_blocked("bad.example"));
  domains.reload(world.tx());
  QVERIFY(domains.is_blocked("bad.example"));
  QVERIFY(store::delete_domain_rule(world.tx(), "bad.example"));
  domains.reload(world.tx());
  QVERIFY(!domains.is_blocked("bad.example"));
}

void DomainsTest::a_list_of_blocks_is_read_with_its_faults() {
  const auto list = read_domain_blocks(
      "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
      "bad.example,suspend,false,true,\"spam, spam\",false\n"
      "Loud.Example,silence,True,False,,True\n"
      "odd.example,noop,true,false,,false\n"
      "b*d.example,suspend,false,false,,false\n"
      "worse.example,destroy,false,false,,false\n"
      "here.example,suspend,false,false,,false\n",
      "here.example");
  QVERIFY2(list, why(list).c_str());
  QCOMPARE(list->rules.size(), std::size_t{3});
  QCOMPARE(list->rules[0].domain, "bad.example");
  QVERIFY(list->rules[0].severity == Severity::suspend && list->rules[0].reject_reports);
  QCOMPARE(list->rules[0].public_comment, "spam, spam");
  QCOMPARE(list->rules[1].domain, "loud.example");
  QVERIFY(list->rules[1].severity == Severity::silence && list->rules[1].reject_media &&
          list->rules[1].obfuscate);
  QVERIFY(list->rules[2].severity == Severity::none && list->rules[2].reject_media);
  QCOMPARE(list->refused.size(), std::size_t{3});
  QCOMPARE(list->refused[0].line, std::size_t{5});
  QCOMPARE(list->refused[1].line, std::size_t{6});
  QVERIFY(list->refused[1].why.find("destroy") != std::string::npos);
  QCOMPARE(list->refused[2].text, "here.example");
}

void DomainsTest::a_list_without_names_of_columns_suspends() {
  const auto list = read_domain_blocks("bad.example\nworse.example\n", "here.example");
  QVERIFY2(list, why(list).c_str());
  QCOMPARE(list->rules.size(), std::size_t{2});
  QVERIFY(list->rules[0].severity == Severity::suspend);
}

void DomainsTest::an_import_keeps_the_rules_that_are_there_unless_told() {
  World world;
  world.rule("bad.example", Severity::suspend);
  const auto list =
      read_domain_blocks("#domain,#severity\nbad.example,silence\nnew.example,silence\n", "here.example");
  QVERIFY2(list, why(list).c_str());
  const auto careful = import_domain_blocks(world.tx(), list->rules, false);
  QCOMPARE(careful.added, 1);
  QCOMPARE(careful.kept, 1);
  QVERIFY(world.rules().policy("bad.example").is_blocked);
  const auto bold = import_domain_blocks(world.tx(), list->rules, true);
  QCOMPARE(bold.changed, 2);
  QVERIFY(!world.rules().policy("bad.example").is_blocked);
  QVERIFY(world.rules().policy("bad.example").is_silenced);
}

void DomainsTest::what_was_exported_can_be_imported() {
  World world;
  store::DomainRule rule;
  rule.domain = "bad.example";
  rule.severity = Severity::none;
  rule.reject_media = true;
  rule.obfuscate = true;
  rule.public_comment = "a \"b\", c";
  rule.private_comment = "told nobody";
  store::put_domain_rule(world.tx(), rule);
  const auto text = write_domain_blocks(world.tx());
  QVERIFY(text.find("told nobody") == std::string::npos);
  QVERIFY(text.starts_with("#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"));
  const auto list = read_domain_blocks(text, "here.example");
  QVERIFY2(list, why(list).c_str());
  QCOMPARE(list->rules.size(), std::size_t{1});
  const auto& read = list->rules[0];
  QCOMPARE(read.domain, rule.domain);
  QCOMPARE(read.public_comment, rule.public_comment);
  QVERIFY(read.severity == rule.severity && read.reject_media && !read.reject_reports && read.obfuscate);
}

void DomainsTest::a_name_is_starred_out_in_its_middle() {
  QCOMPARE(obfuscated("social.example"), "soc***.****ple");
}

QTEST_GUILESS_MAIN(DomainsTest)
#include "domains_test.moc"
