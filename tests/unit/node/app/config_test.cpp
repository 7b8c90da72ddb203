#include "node/app/config.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <fstream>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::app;

namespace {

using Overrides = std::vector<std::string>;

Result<Config> parsed(const std::string& text, const Overrides& overrides = {}) {
  return parse_config("domain = \"social.example\"\n" + text, "node.toml", overrides);
}

std::string refusal(const Result<Config>& result) {
  return result ? std::string("accepted") : result.error().safe;
}

/// node.toml with the # of every setting taken away; help lines have a space behind theirs.
std::string uncommented(const std::string& toml) {
  std::string out;
  for (std::size_t begin = 0; begin < toml.size();) {
    auto end = toml.find('\n', begin) + 1;
    auto line = toml.substr(begin, end - begin);
    bool help = line.starts_with("# ") || line == "#\n";
    out += line.starts_with('#') && !help ? line.substr(1) : line;
    begin = end;
  }
  return out;
}

}  // namespace

class ConfigTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void only_the_domain_is_required();
  void what_a_file_says_is_taken();
  void mistakes_name_file_line_and_key_data();
  void mistakes_name_file_line_and_key();
  void bounds_belong_to_the_range();
  void sizes_are_numbers_or_have_units_data();
  void sizes_are_numbers_or_have_units();
  void overrides_win_over_the_file();
  void overrides_follow_the_same_rules_data();
  void overrides_follow_the_same_rules();
  void the_file_of_a_new_node_holds_every_default();
  void the_file_of_a_new_node_has_the_domain();
  void json_shows_every_setting_and_no_secret();
  void a_file_that_is_not_there_is_told();
  void domains_are_host_names_data();
  void domains_are_host_names();
  void serving_needs_exactly_one_way_to_secure_connections_data();
  void serving_needs_exactly_one_way_to_secure_connections();
  void public_addresses_are_https_unless_told();
};

void ConfigTest::only_the_domain_is_required() {
  auto config = parsed("");
  QVERIFY2(config, why(config).c_str());
  QCOMPARE(config->domain, std::string("social.example"));
  QVERIFY(config->registration.mode == RegistrationMode::approval);
  QVERIFY(!config->oauth.password_grant);
  QVERIFY(config->rate_limit.enabled);
  QCOMPARE(config->follows.max, 5'000);
  QCOMPARE(refusal(parse_config("", "node.toml", {})), std::string("node.toml: domain: must be set"));
  QVERIFY(parse_config("", "node.toml", {"domain=social.example"}));
}

void ConfigTest::what_a_file_says_is_taken() {
  auto config = parsed(R"(
[server]
listen = ["127.0.0.1:0", "[::1]:8443"]
idle_seconds = 5
[registration]
mode = "invite"
confirm_email = true
[instance]
title = "Zwölf \"Strandläufer\""
rules = ["Be kind.", "No spam, no ads."]
[database]
synchronous = "normal"
[log]
level = "warning"
[rate_limit]
enabled = false
)");
  QVERIFY2(config, why(config).c_str());
  QCOMPARE(config->server.listen.size(), std::size_t{2});
  QCOMPARE(config->server.listen[1], std::string("[::1]:8443"));
  QCOMPARE(config->server.idle_seconds, 5);
  QVERIFY(config->registration.mode == RegistrationMode::invite);
  QVERIFY(config->registration.confirm_email);
  QCOMPARE(config->instance.title, std::string("Zwölf \"Strandläufer\""));
  QCOMPARE(config->instance.rules[1], std::string("No spam, no ads."));
  QVERIFY(config->database.synchronous == Synchronous::normal);
  QVERIFY(config->log.level == Level::warning);
  QVERIFY(!config->rate_limit.enabled);
  QVERIFY(parsed("registration.mode = \"open\"")->registration.mode == RegistrationMode::open);
}

void ConfigTest::mistakes_name_file_line_and_key_data() {
  QTest::addColumn<std::string>("text");  // begins on line 2
  QTest::addColumn<std::string>("message");
  auto row = [](const char* name, std::string text, std::string message) {
    QTest::newRow(name) << std::move(text) << "node.toml:" + std::move(message);
  };
  row("misspelt key", "[registration]\n\nmod = \"open\"",
      "4: registration.mod: unknown setting, did you mean registration.mode?");
  row("misspelt section", "[registrations]\nmode = \"open\"",
      "2: registrations: unknown setting, did you mean registration?");
  row("key without section", "password_grant = true",
      "2: password_grant: unknown setting, did you mean oauth.password_grant?");
  row("nothing near", "[server]\ncolour = 1", "3: server.colour: unknown setting");
  row("section with a value", "server = 1", "2: server: must be a section, [server]");
  row("word that is not allowed", "[registration]\nmode = \"opn\"",
      "3: registration.mode: must be one of open, approval, invite, closed");
  row("text for a flag", "[registration]\nconfirm_email = \"yes\"",
      "3: registration.confirm_email: must be true or false");
  row("number for a flag", "[rate_limit]\nenabled = 1", "3: rate_limit.enabled: must be true or false");
  row("number for a word", "[log]\nlevel = 3", "3: log.level: must be one of debug, info, warning, error");
  row("text for a number", "[follows]\nmax = \"5000\"",
      "3: follows.max: must be a whole number from 0 to 1000000");
  row("fraction", "[follows]\nmax = 1.5", "3: follows.max: must be a whole number from 0 to 1000000");
  row("below the range", "[follows]\nmax = -1", "3: follows.max: must be a whole number from 0 to 1000000");
  row("above the range", "[server]\nloops = 257", "3: server.loops: must be a whole number from 0 to 256");
  row("list for a text", "[instance]\ntitle = [\"a\"]", "3: instance.title: must be a text");
  row("section for a text", "[instance.title]\na = 1", "2: instance.title: must be a text");
  row("text for a list", "[server]\nlisten = \"127.0.0.1:1\"", "3: server.listen: must be a list of texts");
  row("mixed list", "[instance]\nrules = [\"a\", 1]", "3: instance.rules: must be a list of texts");
  row("address without port", "[server]\nlisten = [\"127.0.0.1\"]",
      "3: server.listen: \"127.0.0.1\" must be an address and a port such as 127.0.0.1:8080 or [::]:443");
  row("bare IPv6", "[server]\nlisten = [\"::1:80\"]",
      "3: server.listen: \"::1:80\" must be an address and a port such as 127.0.0.1:8080 or [::]:443");
  row("port too large", "[server]\nlisten = [\"[::]:65536\"]",
      "3: server.listen: \"[::]:65536\" must be an address and a port such as 127.0.0.1:8080 or [::]:443");
  row("range too long", "[proxy]\ntrusted = [\"10.0.0.0/33\"]",
      "3: proxy.trusted: \"10.0.0.0/33\" must be an address or a range such as 10.0.0.0/8");
  row("name as a range", "[proxy]\ntrusted = [\"localhost\"]",
      "3: proxy.trusted: \"localhost\" must be an address or a range such as 10.0.0.0/8");
  for (const char* range :
       {"10.0.0.0/33", "localhost", "127.0.0.1:0", "127.0.0.1:", "[::1]", "[::1]:65536", "[::1"}) {
    const std::string name = range;
    row(range, ("[outgoing]\nallow = [\"" + name + "\"]").c_str(),
        ("3: outgoing.allow: \"" + name +
         "\" must be a range, maybe with a port, such as 10.0.0.0/8, 127.0.0.1:8443 or [fd00::/8]:443")
            .c_str());
  }
  for (const char* entry :
       {"a.example", "a.example:443", "a.example:443:", "a.example:x:10.0.0.1", ":443:10.0.0.1"}) {
    const std::string name = entry;
    row(entry, ("[outgoing]\nresolve = [\"" + name + "\"]").c_str(),
        ("3: outgoing.resolve: \"" + name +
         "\" must be a host, a port and an address such as peer.example:443:127.0.0.1")
            .c_str());
  }
  row("short secret", "[metrics]\ntoken = \"abc\"",
      "3: metrics.token: must have at least 16 characters, or be empty");
  row("no e-mail", "[instance]\ncontact_email = \"me\"",
      "3: instance.contact_email: must be an e-mail address");
  row("size", "[media]\nremote_budget = \"much\"",
      "3: media.remote_budget: must be a size such as \"512 MiB\", at most 1024 TiB");
}

void ConfigTest::mistakes_name_file_line_and_key() {
  QFETCH(std::string, text);
  QFETCH(std::string, message);
  auto result = parsed(text);
  QCOMPARE(refusal(result), message);
  QCOMPARE(result.error().code, Errc::bad_request);
}

void ConfigTest::bounds_belong_to_the_range() {
  QCOMPARE(parsed("[server]\nloops = 0")->server.loops, 0);
  QCOMPARE(parsed("[server]\nloops = 256")->server.loops, 256);
  QVERIFY(!parsed("[server]\nhead_seconds = 0"));
  QVERIFY(refusal(parsed("[server\nloops = 1")).starts_with("node.toml:2: "));
  QVERIFY(refusal(parsed("[log]\nlevel = \"info\"\nlevel = \"debug\"")).starts_with("node.toml:4: "));
}

void ConfigTest::sizes_are_numbers_or_have_units_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<qint64>("bytes");  // -1: refused
  auto row = [](const char* value, qint64 bytes) { QTest::newRow(value) << std::string(value) << bytes; };
  row("0", 0);
  row("1000", 1'000);
  row("\"1000\"", 1'000);
  row("\"512 MiB\"", 512LL << 20);
  row("\"512mib\"", 512LL << 20);
  row("\"10 GiB\"", 10LL << 30);
  row("\"1024 TiB\"", 1LL << 50);
  row("\"1025 TiB\"", -1);
  row("\"9999999999999999 TiB\"", -1);
  row("\"1.5 GiB\"", -1);
  row("\"-1 GiB\"", -1);
  row("-1", -1);
  row("\"GiB\"", -1);
  row("\"10 parsecs\"", -1);
  row("true", -1);
}

void ConfigTest::sizes_are_numbers_or_have_units() {
  QFETCH(std::string, value);
  QFETCH(qint64, bytes);
  auto config = parsed("[media]\nremote_budget = " + value);
  QCOMPARE(config.has_value(), bytes >= 0);
  if (config) QCOMPARE(config->media.remote_budget, bytes);
}

void ConfigTest::overrides_win_over_the_file() {
  auto config =
      parsed("[registration]\nmode = \"closed\"\n[server]\nlisten = [\"127.0.0.1:1\"]",
             {"registration.mode=open", "rate_limit.enabled=false", "server.listen=127.0.0.1:0, [::1]:0",
              "instance.title=A = B", "instance.rules=[\"No spam, no ads.\", \"Be kind.\"]",
              "media.remote_budget=64 MiB", "follows.max=0", "follows.max=7"});
  QVERIFY2(config, why(config).c_str());
  QVERIFY(config->registration.mode == RegistrationMode::open);
  QVERIFY(!config->rate_limit.enabled);
  QVERIFY((config->server.listen == std::vector<std::string>{"127.0.0.1:0", "[::1]:0"}));
  QCOMPARE(config->instance.title, std::string("A = B"));
  QVERIFY((config->instance.rules == std::vector<std::string>{"No spam, no ads.", "Be kind."}));
  QCOMPARE(config->media.remote_budget, 64 << 20);
  QCOMPARE(config->follows.max, 7);
  QVERIFY(parsed("", {"proxy.trusted="})->proxy.trusted.empty());
  const auto outgoing = parsed("", {"outgoing.allow=10.0.0.0/8, 127.0.0.1:8443, fd00::/8, [::1]:443",
                                    "outgoing.resolve=a.example:443:127.0.0.1, b.example:8443:[::1]",
                                    "outgoing.allow_private=true", "outgoing.ca_file=ca.pem"});
  QVERIFY2(outgoing, why(outgoing).c_str());
  QCOMPARE(outgoing->outgoing.allow.size(), std::size_t{4});
  QCOMPARE(outgoing->outgoing.resolve.size(), std::size_t{2});
  QVERIFY(outgoing->outgoing.allow_private);
}

void ConfigTest::overrides_follow_the_same_rules_data() {
  QTest::addColumn<std::string>("item");
  QTest::addColumn<std::string>("message");
  auto row = [](const char* item, const char* message) {
    QTest::newRow(item) << std::string(item) << std::string(message);
  };
  row("registration.mod=open", "registration.mod: unknown setting, did you mean registration.mode?");
  row("registration.mode=opn", "registration.mode: must be one of open, approval, invite, closed");
  row("registration.mode", "registration.mode: give it a value, registration.mode=...");
  row("rate_limit.enabled=no", "rate_limit.enabled: must be true or false");
  row("follows.max=many", "follows.max: must be a whole number from 0 to 1000000");
  row("follows.max=5 ", "follows.max: must be a whole number from 0 to 1000000");
  row("follows.max=", "follows.max: must be a whole number from 0 to 1000000");
  row("instance.rules=[1]", "instance.rules: must be a list of texts");
  row("instance.rules=[\"a\"", "instance.rules: must be a list of texts");
  row("instance.title=\xff", "instance.title: must be UTF-8 text without control characters");
  row("instance.title=\x1b[2J", "instance.title: must be UTF-8 text without control characters");
  row("=1", ": unknown setting");
}

void ConfigTest::overrides_follow_the_same_rules() {
  QFETCH(std::string, item);
  QFETCH(std::string, message);
  QCOMPARE(refusal(parsed("", {item})), message);
}

void ConfigTest::the_file_of_a_new_node_holds_every_default() {
  auto toml = default_toml("social.example");
  auto as_it_is = parse_config(toml, "node.toml", {});
  QVERIFY2(as_it_is, why(as_it_is).c_str());
  auto all = parse_config(uncommented(toml), "node.toml", {});
  QVERIFY2(all, why(all).c_str());
  Config defaults;
  defaults.domain = "social.example";
  QCOMPARE(config_as_json(*as_it_is), config_as_json(defaults));
  QCOMPARE(config_as_json(*all), config_as_json(defaults));
  // Every setting stands in it: as many lines as JSON has leaves.
  int leaves = 0;
  for (const auto& value :
       QJsonDocument::fromJson(QByteArray::fromStdString(config_as_json(defaults))).object()) {
    leaves += value.isObject() ? static_cast<int>(value.toObject().size()) : 1;
  }
  auto text = QString::fromStdString(uncommented(toml));
  QCOMPARE(text.count(QRegularExpression(QStringLiteral("^[a-z_]+ = "), QRegularExpression::MultilineOption)),
           leaves);
  QVERIFY(leaves > 40);
}

void ConfigTest::the_file_of_a_new_node_has_the_domain() {
  auto config = parse_config(default_toml("localhost:8443"), "node.toml", {});
  QVERIFY2(config, why(config).c_str());
  QCOMPARE(config->domain, std::string("localhost:8443"));
}

void ConfigTest::json_shows_every_setting_and_no_secret() {
  auto config = parsed("[metrics]\ntoken = \"0123456789abcdef\"\n[registration]\nmode = \"closed\"").value();
  auto text = config_as_json(config);
  QVERIFY(text.find("0123456789abcdef") == std::string::npos);
  auto json = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
  QCOMPARE(json[QStringLiteral("domain")].toString(), QStringLiteral("social.example"));
  QCOMPARE(json[QStringLiteral("metrics")][QStringLiteral("token")].toString(), QStringLiteral("(set)"));
  QCOMPARE(json[QStringLiteral("registration")][QStringLiteral("mode")].toString(), QStringLiteral("closed"));
  QCOMPARE(json[QStringLiteral("follows")][QStringLiteral("max")].toInt(), 5'000);
  QCOMPARE(json[QStringLiteral("server")][QStringLiteral("listen")][0].toString(),
           QStringLiteral("127.0.0.1:8080"));
  QCOMPARE(json[QStringLiteral("proxy")][QStringLiteral("behind")], QJsonValue(false));
}

void ConfigTest::a_file_that_is_not_there_is_told() {
  QTemporaryDir folder;
  auto path = folder.filePath(QStringLiteral("node.toml")).toStdString();
  auto missing = load_config(path, {});
  QVERIFY(!missing);
  QCOMPARE(missing.error().code, Errc::not_found);
  QVERIFY(missing.error().safe.starts_with(path));
  std::ofstream(path) << default_toml("social.example");
  auto found = load_config(path, {"follows.max=3"});
  QVERIFY2(found, why(found).c_str());
  QCOMPARE(found->follows.max, 3);
  std::ofstream(path) << "domain = 3";
  QCOMPARE(refusal(load_config(path, {})), path + ":1: domain: must be a text");
}

void ConfigTest::domains_are_host_names_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("domain");  // empty: refused
  auto row = [](const char* text, const char* domain) {
    QTest::newRow(text) << std::string(text) << std::string(domain);
  };
  row("social.example", "social.example");
  row("Social.Example", "social.example");
  row("localhost:8443", "localhost:8443");
  row("127.0.0.1:1", "127.0.0.1:1");
  row("xn--bcher-kva.example", "xn--bcher-kva.example");
  row("", "");
  row("bücher.example", "");
  row("https://social.example", "");
  row("social.example/", "");
  row("social.example.", "");
  row(".example", "");
  row("a..b", "");
  row("-a.example", "");
  row("a-.example", "");
  row("a b", "");
  row("a.example:", "");
  row("a.example:0", "");
  row("a.example:65536", "");
  row("a.example:1x", "");
  row("a.example:+1", "");
  row("user@a.example", "");
}

void ConfigTest::domains_are_host_names() {
  QFETCH(std::string, text);
  QFETCH(std::string, domain);
  auto result = checked_domain(text);
  QCOMPARE(result.has_value(), !domain.empty());
  if (result) QCOMPARE(*result, domain);
  auto config = parse_config("domain = \"" + text + "\"", "node.toml", {});
  QCOMPARE(config.has_value(), !domain.empty());
  if (config) QCOMPARE(config->domain, domain);
}

void ConfigTest::serving_needs_exactly_one_way_to_secure_connections_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<bool>("good");
  QTest::newRow("none") << std::string() << false;
  QTest::newRow("TLS") << std::string("tls.cert = \"c.pem\"\ntls.key = \"k.pem\"") << true;
  QTest::newRow("certificate alone") << std::string("tls.cert = \"c.pem\"") << false;
  QTest::newRow("key alone, behind a proxy")
      << std::string("tls.key = \"c.pem\"\nproxy.behind = true") << false;
  QTest::newRow("proxy") << std::string("proxy.behind = true") << true;
  QTest::newRow("plain") << std::string("server.insecure_http = true") << true;
  QTest::newRow("TLS and plain")
      << std::string("tls.cert = \"c.pem\"\ntls.key = \"k.pem\"\nserver.insecure_http = true") << false;
}

void ConfigTest::serving_needs_exactly_one_way_to_secure_connections() {
  QFETCH(std::string, text);
  QFETCH(bool, good);
  QCOMPARE(check_serving(parsed(text).value()).has_value(), good);
}

void ConfigTest::public_addresses_are_https_unless_told() {
  QCOMPARE(public_url(parsed("").value()), std::string("https://social.example"));
  QCOMPARE(public_url(parsed("proxy.behind = true").value()), std::string("https://social.example"));
  QCOMPARE(public_url(parsed("server.insecure_http = true").value()), std::string("http://social.example"));
}

QTEST_APPLESS_MAIN(ConfigTest)
#include "config_test.moc"
