// Profiles, one's own and those of others. Source: docs.joinmastodon.org/methods/accounts, /profile,
// /directory
#include <QRegularExpression>
#include <algorithm>

#include "node/cli/account.h"
#include "node/media/files.h"
#include "protocol/base/encoding.h"
#include "protocol/base/random.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"
#include "tests/unit/node/media/picture_samples.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;
namespace samples = dunlin::media::samples;

namespace {

const std::string form_type = "application/x-www-form-urlencoded";

Answer update(HttpClient& client, const Fields& form) {
  return client.send("PATCH", "/api/v1/accounts/update_credentials", form_encoded(form), form_type);
}
Answer update_json(HttpClient& client, const std::string& body) {
  return client.send("PATCH", "/api/v1/accounts/update_credentials", body, "application/json");
}

/// One file in a multipart body, and form fields beside it.
Answer upload(HttpClient& client, const std::string& field, const std::string& bytes,
              const std::string& type = "image/png", const std::string& filename = "picture.png",
              const Fields& more = {}) {
  std::string body = "--bound\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" +
                     filename + "\"\r\nContent-Type: " + type + "\r\n\r\n" + bytes + "\r\n";
  for (const auto& [name, value] : more) {
    body += "--bound\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  return client.send("PATCH", "/api/v1/accounts/update_credentials", body + "--bound--\r\n",
                     "multipart/form-data; boundary=bound");
}

std::vector<std::string> files_of(TestNode& node) {
  return media::Files(node.folder().media_folder(), system_random()).all();
}

std::vector<std::string> column(const json& list, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& entry : list) out.push_back(entry[name]);
  return out;
}
using Words = std::vector<std::string>;

}  // namespace

class AccountsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void entity_has_every_field_that_clients_need();
  void lookup_finds_by_name_in_any_case();
  void credentials_show_what_only_the_owner_sees();
  void profile_is_changed_by_form_and_by_json();
  void profile_text_is_made_safe();
  void fields_come_in_every_form_data();
  void fields_come_in_every_form();
  void wrong_profiles_change_nothing_data();
  void wrong_profiles_change_nothing();

  void uploaded_picture_is_stripped_and_served();
  void new_picture_replaces_the_old_file();
  void pictures_can_be_removed();
  void what_is_no_picture_is_refused_data();
  void what_is_no_picture_is_refused();
  void refused_update_leaves_no_file();
  void addresses_of_other_files_are_not_there_data();
  void addresses_of_other_files_are_not_there();

  void own_posts_are_listed_by_kind();
  void connections_can_be_hidden();
  void search_finds_exact_names_first();
  void search_pages_and_narrows();
  void address_finds_account_and_post();
  void hostile_searches_find_nothing_data();
  void hostile_searches_find_nothing();
  void directory_lists_who_wants_it();
  void suspended_accounts_are_gone();
};

void AccountsTest::entity_has_every_field_that_clients_need() {
  TestNode node;
  const auto alice = node.person("Alice");
  auto client = node.client();
  const auto account = client.get("/api/v1/accounts/" + alice.id).json();
  QCOMPARE(account["id"], alice.id);
  QCOMPARE(account["username"], "Alice");
  QCOMPARE(account["acct"], "Alice");
  QCOMPARE(account["url"], "http://node.test/@Alice");
  QCOMPARE(account["uri"], "http://node.test/users/Alice");
  for (const char* name : {"display_name", "note"}) QCOMPARE(account[name], "");
  for (const char* name :
       {"locked", "bot", "group", "discoverable", "indexable", "hide_collections", "noindex"}) {
    QVERIFY2(account.contains(name) && account[name].is_boolean(), name);
  }
  for (const char* name : {"fields", "emojis", "roles"})
    QVERIFY2(account[name].is_array() && account[name].empty(), name);
  for (const char* name : {"followers_count", "following_count", "statuses_count"})
    QCOMPARE(account[name].get<int>(), 0);
  QVERIFY(account["last_status_at"].is_null());
  QVERIFY(account["created_at"].get<std::string>().ends_with("T00:00:00.000Z"));
  for (const char* name : {"avatar", "avatar_static", "header", "header_static"}) {
    const std::string url = account[name];
    QVERIFY2(url.starts_with("http://node.test/"), url.c_str());
    const auto picture = client.get(path_of(url));
    QCOMPARE(picture.status, 200);
    QVERIFY(picture.header("content-type").starts_with("image/"));
  }
  auto as_alice = node.client(alice);
  post_status(as_alice, "first");
  QVERIFY(
      QRegularExpression("^\\d{4}-\\d\\d-\\d\\d$")
          .match(QString::fromStdString(client.get("/api/v1/accounts/" + alice.id).json()["last_status_at"]))
          .hasMatch());
}

void AccountsTest::lookup_finds_by_name_in_any_case() {
  TestNode node;
  const auto alice = node.person("Alice");
  auto client = node.client();
  for (const std::string acct : {"Alice", "alice", "@aLiCe", "alice@node.test", "@ALICE@NODE.TEST"}) {
    QCOMPARE(client.get("/api/v1/accounts/lookup", {{"acct", acct}}).json()["id"], alice.id);
  }
  for (const std::string acct : {"", "@", "bob", "alice@other.test", "alice@", "alic_", "alice%"}) {
    QCOMPARE(client.get("/api/v1/accounts/lookup", {{"acct", acct}}).status, acct == "alice@" ? 200 : 404);
  }
  QCOMPARE(client.get("/api/v1/accounts/lookup").status, 404);
  const auto many = client.get("/api/v1/accounts", {{"id[]", alice.id}, {"id[]", "1"}, {"id[]", "x"}}).json();
  QCOMPARE(column(many, "id"), Words{alice.id});
}

void AccountsTest::credentials_show_what_only_the_owner_sees() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  update(client, {{"note", "typed #this"},
                  {"fields_attributes[0][name]", "a"},
                  {"fields_attributes[0][value]", "https://example.org"}});
  const auto me = client.get("/api/v1/accounts/verify_credentials").json();
  QCOMPARE(me["id"], alice.id);
  const auto source = me["source"];
  QCOMPARE(source["note"], "typed #this");
  QCOMPARE(source["fields"][0]["value"], "https://example.org");
  QCOMPARE(source["privacy"], "public");
  QCOMPARE(source["sensitive"], false);
  QVERIFY(source["language"].is_null());
  QCOMPARE(source["follow_requests_count"].get<int>(), 0);
  for (const char* name : {"indexable", "discoverable", "hide_collections"})
    QVERIFY2(source.contains(name), name);
  QVERIFY(me["role"].is_object() && me["role"]["name"].is_string() && me["role"]["permissions"].is_string());
  const auto seen = node.client().get("/api/v1/accounts/" + alice.id).json();
  QVERIFY(!seen.contains("source") && !seen.contains("role") && !seen.contains("email"));
  QVERIFY(me.dump().find("alice@example.org") == std::string::npos);
  auto narrow = node.client();
  narrow.token = node.token(alice, "profile");
  QCOMPARE(narrow.get("/api/v1/accounts/verify_credentials").status, 200);
  QCOMPARE(narrow.get("/api/v1/timelines/home").status, 403);
}

void AccountsTest::profile_is_changed_by_form_and_by_json() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  auto answer = update(client, {{"display_name", "Alice \xF0\x9F\x90\xA6"},
                                {"note", "line one\nline two"},
                                {"locked", "1"},
                                {"bot", "on"},
                                {"discoverable", "true"},
                                {"source[privacy]", "private"}});
  QCOMPARE(answer.status, 200);
  auto me = answer.json();
  QCOMPARE(me["display_name"], "Alice \xF0\x9F\x90\xA6");
  QCOMPARE(me["note"], "<p>line one<br>line two</p>");
  QCOMPARE(me["locked"], true);
  QCOMPARE(me["bot"], true);
  QCOMPARE(me["discoverable"], true);
  QCOMPARE(me["source"]["privacy"], "private");
  answer = update_json(
      client,
      R"({"locked":false,"indexable":true,"hide_collections":true,"source":{"sensitive":true,"language":"en"}})");
  me = answer.json();
  QCOMPARE(me["display_name"], "Alice \xF0\x9F\x90\xA6");
  QCOMPARE(me["locked"], false);
  QCOMPARE(me["bot"], true);
  QCOMPARE(me["indexable"], true);
  QCOMPARE(me["source"]["privacy"], "private");
  QCOMPARE(me["source"]["language"], "en");
  me = update_json(client, R"({"display_name":"","note":"","source":{"language":""}})").json();
  QCOMPARE(me["display_name"], "");
  QCOMPARE(me["note"], "");
  QVERIFY(me["source"]["language"].is_null());
  // What stands in lists and posts changes with it.
  const auto id = post_status(client, "text", {{"visibility", "public"}});
  update(client, {{"display_name", "New name"}});
  QCOMPARE(client.get("/api/v1/statuses/" + id).json()["account"]["display_name"], "New name");
}

void AccountsTest::profile_text_is_made_safe() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const std::string evil = "<script>alert(1)</script><img src=x onerror=y> javascript:x";
  const auto me = update(client, {{"display_name", evil},
                                  {"note", evil},
                                  {"fields_attributes[0][name]", evil},
                                  {"fields_attributes[0][value]", evil}})
                      .json();
  QCOMPARE(me["display_name"], evil);  // text: clients encode it
  QCOMPARE(me["source"]["note"], evil);
  for (const std::string& html : {me["note"].get<std::string>(), me["fields"][0]["value"].get<std::string>(),
                                  node.client().get("/@alice").body}) {
    QVERIFY2(html.find("<script") == std::string::npos && html.find("<img src=x") == std::string::npos,
             html.c_str());
  }
}

void AccountsTest::fields_come_in_every_form_data() {
  QTest::addColumn<QString>("type");
  QTest::addColumn<QString>("body");
  const QString form = QString::fromStdString(form_type);
  QTest::newRow("numbered") << form
                            << "fields_attributes[0][name]=a&fields_attributes[0][value]=1&fields_attributes["
                               "1][name]=b&fields_attributes[1][value]=2";
  QTest::newRow("out of order") << form
                                << "fields_attributes[9][value]=2&fields_attributes[9][name]=b&fields_"
                                   "attributes[3][name]=a&fields_attributes[3][value]=1";
  QTest::newRow("unnumbered") << form
                              << "fields_attributes[][name]=a&fields_attributes[][value]=1&fields_attributes["
                                 "][name]=b&fields_attributes[][value]=2";
  QTest::newRow("json list")
      << "application/json"
      << R"({"fields_attributes":[{"name":"a","value":"1"},{"name":"b","value":"2"}]})";
  QTest::newRow("json object")
      << "application/json"
      << R"({"fields_attributes":{"0":{"name":"a","value":"1"},"1":{"name":"b","value":"2"}}})";
}
void AccountsTest::fields_come_in_every_form() {
  QFETCH(QString, type);
  QFETCH(QString, body);
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto answer =
      client.send("PATCH", "/api/v1/accounts/update_credentials", body.toStdString(), type.toStdString());
  QCOMPARE(answer.status, 200);
  QCOMPARE(column(answer.json()["fields"], "name"), (Words{"a", "b"}));
  QCOMPARE(column(answer.json()["fields"], "value"), (Words{"1", "2"}));
  QVERIFY(answer.json()["fields"][0].contains("verified_at"));
  QCOMPARE(update_json(client, R"({"display_name":"x"})").json()["fields"].size(), std::size_t{2});
  QCOMPARE(update_json(client, R"({"fields_attributes":[]})").json()["fields"].size(), std::size_t{0});
}

void AccountsTest::wrong_profiles_change_nothing_data() {
  QTest::addColumn<QString>("body");
  QTest::addColumn<QString>("field");
  QTest::newRow("long name") << R"({"locked":true,"display_name":")" + QString(101, 'a') + "\"}"
                             << "display_name";
  QTest::newRow("long note") << R"({"locked":true,"note":")" + QString(2001, 'a') + "\"}"
                             << "note";
  QTest::newRow("name is a list") << R"({"locked":true,"display_name":["a"]})"
                                  << "display_name";
  QTest::newRow("flag is a word") << R"({"locked":"maybe"})"
                                  << "locked";
  QTest::newRow("flag is a list") << R"({"bot":[true]})"
                                  << "bot";
  QTest::newRow("privacy") << R"({"locked":true,"source":{"privacy":"everyone"}})"
                           << "source[privacy]";
  QTest::newRow("source is a text") << R"({"locked":true,"source":"private"})"
                                    << "source";
  QTest::newRow("language") << R"({"locked":true,"source":{"language":"klingon"}})"
                            << "source[language]";
  QTest::newRow("sensitive") << R"({"locked":true,"source":{"sensitive":"x"}})"
                             << "source[sensitive]";
  QTest::newRow("fields is a text") << R"({"locked":true,"fields_attributes":"a"})"
                                    << "fields_attributes";
  QTest::newRow("fields of numbers") << R"({"locked":true,"fields_attributes":[1,2]})"
                                     << "fields_attributes";
  QTest::newRow("long field name") << R"({"locked":true,"fields_attributes":[{"name":")" + QString(256, 'a') +
                                          R"(","value":"b"}]})"
                                   << "fields_attributes";
  QTest::newRow("long field value") << R"({"locked":true,"fields_attributes":[{"name":"b","value":")" +
                                           QString(256, 'a') + "\"}]}"
                                    << "fields_attributes";
  QStringList nine;
  for (int i = 0; i < 9; ++i) nine << QString(R"({"name":"n%1","value":"v"})").arg(i);
  QTest::newRow("nine fields") << R"({"locked":true,"fields_attributes":[)" + nine.join(",") + "]}"
                               << "fields_attributes";
}
void AccountsTest::wrong_profiles_change_nothing() {
  QFETCH(QString, body);
  QFETCH(QString, field);
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto before = database_dump(node);
  const auto answer = update_json(client, body.toStdString());
  QCOMPARE(answer.status, 422);
  QVERIFY2(answer.json()["error"].get<std::string>().find(field.toStdString()) != std::string::npos,
           answer.body.c_str());
  QCOMPARE(database_dump(node), before);
}

// --- pictures ---

void AccountsTest::uploaded_picture_is_stripped_and_served() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto secret =
      samples::chunk("tEXt", std::string("Comment\0secret place", 20)) + samples::chunk("eXIf", "secretcam");
  const auto answer = upload(client, "avatar", samples::png(secret), "image/png", "../../etc/secret.png",
                             {{"display_name", "Ali"}});
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["display_name"], "Ali");
  const std::string url = answer.json()["avatar"];
  QVERIFY2(url.starts_with("http://node.test/media/avatars/"), url.c_str());
  QVERIFY(url.find("secret") == std::string::npos);
  QCOMPARE(answer.json()["avatar_static"], url);
  const auto picture = node.client().get(path_of(url));
  QCOMPARE(picture.status, 200);
  QCOMPARE(picture.header("content-type"), "image/png");
  QCOMPARE(picture.header("x-content-type-options"), "nosniff");
  QVERIFY(picture.header("content-security-policy").find("sandbox") != std::string::npos);
  QVERIFY(picture.header("cache-control").find("immutable") != std::string::npos);
  QVERIFY(picture.body.find("secret") == std::string::npos);
  QVERIFY(picture.body.starts_with(samples::png_start));
  // Whatever is asked for, it is a picture (T-A8).
  auto asking = node.client();
  asking.headers = {{"Accept", "application/activity+json"}};
  QCOMPARE(asking.get(path_of(url)).header("content-type"), "image/png");
  // The type is the content's, not the claim's.
  const auto claimed = upload(client, "header", samples::gif(), "text/html", "x.html").json();
  QCOMPARE(node.client().get(path_of(claimed["header"])).header("content-type"), "image/gif");
}

void AccountsTest::new_picture_replaces_the_old_file() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const std::string first = upload(client, "avatar", samples::png()).json()["avatar"];
  const auto beside = files_of(node);
  QCOMPARE(beside.size(), std::size_t{1});
  const std::string second = upload(client, "avatar", samples::jpeg(), "image/jpeg").json()["avatar"];
  QVERIFY(first != second);
  QCOMPARE(files_of(node).size(), std::size_t{1});
  QCOMPARE(node.client().get(path_of(first)).status, 404);
  QCOMPARE(node.client().get(path_of(second)).status, 200);
  // Its address as text, or an empty field, leaves it alone.
  QCOMPARE(update(client, {{"avatar", second}}).json()["avatar"], second);
  QCOMPARE(update(client, {{"avatar", ""}}).json()["avatar"], second);
  upload(client, "header", samples::png());
  QCOMPARE(files_of(node).size(), std::size_t{2});
}

void AccountsTest::pictures_can_be_removed() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const std::string standard = client.get("/api/v1/accounts/verify_credentials").json()["avatar"];
  upload(client, "avatar", samples::png());
  upload(client, "header", samples::png());
  QCOMPARE(client.send("DELETE", "/api/v1/profile/avatar").json()["avatar"], standard);
  QCOMPARE(files_of(node).size(), std::size_t{1});
  QCOMPARE(client.send("DELETE", "/api/v1/profile/header").status, 200);
  QCOMPARE(files_of(node).size(), std::size_t{0});
  QCOMPARE(client.send("DELETE", "/api/v1/profile/header").status, 200);
}

void AccountsTest::what_is_no_picture_is_refused_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto row = [](const char* name, const std::string& bytes) {
    QTest::newRow(name) << QByteArray::fromStdString(bytes);
  };
  row("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>");
  row("html", "<html><script>alert(1)</script></html>");
  row("pdf", "%PDF-1.4");
  row("html with a picture's head", samples::png_start + "<script>alert(1)</script>");
  row("truncated", samples::png().substr(0, 30));
  row("huge", samples::png_start + samples::ihdr(60'000, 60'000) + samples::idat + samples::iend);
  row("one byte", "x");
}
void AccountsTest::what_is_no_picture_is_refused() {
  QFETCH(QByteArray, bytes);
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto before = database_dump(node);
  for (const std::string field : {"avatar", "header"}) {
    const auto answer = upload(client, field, bytes.toStdString());
    QCOMPARE(answer.status, 422);
    QVERIFY2(answer.json()["error"].get<std::string>().find(field) != std::string::npos, answer.body.c_str());
  }
  QCOMPARE(files_of(node).size(), std::size_t{0});
  QCOMPARE(database_dump(node), before);
}

void AccountsTest::refused_update_leaves_no_file() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  QCOMPARE(upload(client, "avatar", samples::png(), "image/png", "x.png",
                  {{"display_name", std::string(101, 'a')}})
               .status,
           422);
  QCOMPARE(upload(client, "avatar", samples::png(), "image/png", "x.png", {{"source[privacy]", "x"}}).status,
           422);
  QCOMPARE(files_of(node).size(), std::size_t{0});
  // One good, one bad: neither stays.
  const auto part = [](const std::string& name, const std::string& bytes) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name +
           "\"; filename=\"x\"\r\nContent-Type: image/png\r\n\r\n" + bytes + "\r\n";
  };
  QCOMPARE(client
               .send("PATCH", "/api/v1/accounts/update_credentials",
                     part("avatar", samples::png()) + part("header", "junk") + "--b--\r\n",
                     "multipart/form-data; boundary=b")
               .status,
           422);
  QCOMPARE(files_of(node).size(), std::size_t{0});
}

/// T-H1: no path leads out of the media folder.
void AccountsTest::addresses_of_other_files_are_not_there_data() {
  QTest::addColumn<QString>("path");
  for (const char* path :
       {"/media/../node.toml", "/media/%2e%2e/node.toml", "/media/avatars/../../node.toml",
        "/media/..%5cnode.toml", "/media/avatars/..%5c..%5cnode.toml", "/media/%252e%252e/node.toml",
        "/media//etc/passwd", "/media/", "/media/avatars", "/media/avatars/", "/media/avatars/x.png",
        "/media/avatars/.png", "/media/avatars/x.png/y.png", "/media/avatars/x.svg", "/assets/../node.toml",
        "/assets/none.css", "/assets/"}) {
    QTest::addRow("%s", path) << path;
  }
}
void AccountsTest::addresses_of_other_files_are_not_there() {
  QFETCH(QString, path);
  TestNode node;
  auto client = node.client();
  const auto answer = client.get(path.toStdString());
  QCOMPARE(answer.status, 404);
  QCOMPARE(client.get("/media/avatars%2fx.png").status, 400);
  QCOMPARE(client.get("/media/avatars/x%00.png").status, 400);
}

// --- lists ---

void AccountsTest::own_posts_are_listed_by_kind() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(node.person("bob"));
  const auto theirs = post_status(as_bob, "of bob");
  const auto plain = post_status(as_alice, "plain #tag");
  const auto own_reply = post_status(as_alice, "goes on", {{"in_reply_to_id", plain}});
  const auto reply = post_status(as_alice, "an answer", {{"in_reply_to_id", theirs}});
  const std::string boost = as_alice.post("/api/v1/statuses/" + theirs + "/reblog").json()["id"];
  const auto path = "/api/v1/accounts/" + alice.id + "/statuses";
  const auto ids = [&](const Fields& query) { return column(as_bob.get(path, query).json(), "id"); };
  QCOMPARE(ids({}), (Words{boost, reply, own_reply, plain}));
  QCOMPARE(ids({{"exclude_replies", "true"}}),
           (Words{boost, own_reply, plain}));  // going on with one's own is no reply
  QCOMPARE(ids({{"exclude_reblogs", "1"}}), (Words{reply, own_reply, plain}));
  QCOMPARE(ids({{"tagged", "TAG"}}), Words{plain});
  QCOMPARE(ids({{"only_media", "true"}}), Words{});
  QCOMPARE(ids({{"limit", "1"}, {"max_id", reply}}), Words{own_reply});
  QCOMPARE(ids({{"limit", "1"}, {"min_id", plain}}), Words{own_reply});
}

void AccountsTest::connections_can_be_hidden() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  as_bob.post("/api/v1/accounts/" + alice.id + "/follow");
  const auto path = "/api/v1/accounts/" + alice.id + "/followers";
  QCOMPARE(node.client().get(path).json().size(), std::size_t{1});
  update(as_alice, {{"hide_collections", "true"}});
  QCOMPARE(node.client().get(path).json().size(), std::size_t{0});
  QCOMPARE(as_bob.get(path).json().size(), std::size_t{0});
  QCOMPARE(as_alice.get(path).json().size(), std::size_t{1});
}

void AccountsTest::search_finds_exact_names_first() {
  TestNode node;
  const auto ann = node.person("ann");
  const auto anna = node.person("anna");
  const auto zed = node.person("zed");
  auto as_zed = node.client(zed);
  update(as_zed, {{"display_name", "Joanna of Ann Arbor"}});
  auto client = node.client(ann);
  const auto ids = [&](const std::string& q) {
    return column(client.get("/api/v1/accounts/search", {{"q", q}}).json(), "id");
  };
  QCOMPARE(ids("ann"), (Words{ann.id, anna.id, zed.id}));
  QCOMPARE(ids("@ANN"), (Words{ann.id, anna.id, zed.id}));
  QCOMPARE(ids("anna@node.test"), Words{anna.id});
  QCOMPARE(ids("anna@other.test"), Words{});
  QCOMPARE(ids("Arbor"), Words{zed.id});
  const auto found = client.get("/api/v2/search", {{"q", "ann"}, {"type", "accounts"}}).json();
  QCOMPARE(column(found["accounts"], "id"), (Words{ann.id, anna.id, zed.id}));
  QVERIFY(found["statuses"].empty() && found["hashtags"].empty());
  QCOMPARE(client.get("/api/v1/accounts/search").status, 400);
  QCOMPARE(client.get("/api/v2/search", {{"q", "  "}}).status, 400);
  QCOMPARE(node.client().get("/api/v2/search", {{"q", "ann"}}).status, 401);
}

void AccountsTest::search_pages_and_narrows() {
  TestNode node;
  const auto me = node.person("me");
  Words names;
  for (char c = 'a'; c < 'g'; ++c) names.push_back(node.person(std::string("bird_") + c).id);
  auto client = node.client(me);
  client.post("/api/v1/accounts/" + names[4] + "/follow");
  const auto ids = [&](Fields query) {
    query.emplace_back("q", "bird");
    return column(client.get("/api/v1/accounts/search", query).json(), "id");
  };
  QCOMPARE(ids({{"limit", "2"}}), (Words{names[0], names[1]}));
  QCOMPARE(ids({{"limit", "2"}, {"offset", "4"}}), (Words{names[4], names[5]}));
  QCOMPARE(ids({{"following", "true"}}), Words{names[4]});
  QCOMPARE(ids({{"following", "true"}, {"limit", "1"}}),
           Words{names[4]});  // also when it is not among the first
}

void AccountsTest::address_finds_account_and_post() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto id = post_status(client, "text #found");
  const auto search = [&](const std::string& q) {
    return client.get("/api/v2/search", {{"q", q}, {"resolve", "true"}}).json();
  };
  QCOMPARE(column(search("http://node.test/@alice")["accounts"], "id"), Words{alice.id});
  QCOMPARE(column(search("http://node.test/users/alice")["accounts"], "id"), Words{alice.id});
  QCOMPARE(column(search("http://node.test/@alice/" + id)["statuses"], "id"), Words{id});
  QCOMPARE(column(search("http://node.test/users/alice/statuses/" + id)["statuses"], "id"), Words{id});
  QVERIFY(search("http://other.test/@alice/" + id)["statuses"].empty());
  QVERIFY(search("http://node.test/@bob/" + id)["statuses"].empty());
  QVERIFY(search("http://node.test.evil.test/@alice/" + id)["statuses"].empty());
  QCOMPARE(column(search("#FOU")["hashtags"], "name"), Words{"found"});
}

/// T-F11.
void AccountsTest::hostile_searches_find_nothing_data() {
  QTest::addColumn<QByteArray>("query");
  const std::vector<std::string> queries = {"\"",
                                            "*",
                                            "NEAR(",
                                            "a OR",
                                            "col:x",
                                            "'; --",
                                            "%",
                                            "_",
                                            "\\",
                                            "' OR 1=1 --",
                                            "@",
                                            "@@",
                                            "#",
                                            "##",
                                            "@node.test",
                                            std::string(10'000, 'a'),
                                            "x" + std::string(999, '\xC3'),
                                            "\xF0\x9F\x90\xA6",
                                            "http://node.test/",
                                            "https://",
                                            "http://node.test/@",
                                            "http://node.test/@alice/"};
  for (std::size_t i = 0; i < queries.size(); ++i)
    QTest::addRow("%zu", i) << QByteArray::fromStdString(queries[i]);
}
void AccountsTest::hostile_searches_find_nothing() {
  QFETCH(QByteArray, query);
  TestNode node;
  node.person("alice");
  auto client = node.client(node.person("bob"));
  const bool is_text = is_utf8(query.toStdString());
  for (const std::string path : {"/api/v2/search", "/api/v1/accounts/search"}) {
    const auto answer = client.get(path, {{"q", query.toStdString()}});
    QCOMPARE(answer.status, is_text ? 200 : 400);
    if (!is_text) continue;
    const auto accounts = path == "/api/v2/search" ? answer.json()["accounts"] : answer.json();
    QVERIFY2(accounts.empty() || query == "@" || query == "@@", answer.body.c_str());
  }
}

void AccountsTest::directory_lists_who_wants_it() {
  TestNode node;
  const auto alice = node.person("alice");
  const auto bob = node.person("bob");
  node.person("shy");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(bob);
  update(as_alice, {{"discoverable", "true"}});
  update(as_bob, {{"discoverable", "true"}});
  post_status(as_alice, "active");
  auto client = node.client();
  QCOMPARE(column(client.get("/api/v1/directory").json(), "id"), (Words{alice.id, bob.id}));
  QCOMPARE(column(client.get("/api/v1/directory", {{"order", "new"}}).json(), "id"),
           (Words{bob.id, alice.id}));
  QCOMPARE(column(client.get("/api/v1/directory", {{"order", "new"}, {"offset", "1"}, {"limit", "1"}}).json(),
                  "id"),
           Words{alice.id});
}

void AccountsTest::suspended_accounts_are_gone() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(node.person("bob"));
  as_bob.post("/api/v1/accounts/" + alice.id + "/follow");
  const auto id = post_status(as_alice, "text @bob");
  auto session = cli::Session::open(node.folder());
  QVERIFY(cli::set_suspended(*session, "alice", true));
  QVERIFY(wait_until([&] { return as_bob.get("/api/v1/accounts/" + alice.id).status == 404; }));
  QCOMPARE(as_bob.get("/api/v1/accounts/lookup", {{"acct", "alice"}}).status, 404);
  QCOMPARE(as_bob.get("/api/v1/accounts/" + alice.id + "/statuses").status, 404);
  QCOMPARE(as_bob.get("/api/v1/statuses/" + id).status, 404);
  QCOMPARE(as_bob.get("/api/v1/timelines/home").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/timelines/public").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/notifications").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/accounts/search", {{"q", "alice"}}).json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/@alice").status, 404);
  QCOMPARE(as_bob.get("/@alice/" + id).status, 404);
  QCOMPARE(as_bob.post("/api/v1/statuses/" + id + "/favourite").status, 404);
  QCOMPARE(as_bob.post("/api/v1/statuses", {{"status", "@alice"}, {"in_reply_to_id", id}}).status, 404);
  QVERIFY(cli::set_suspended(*session, "alice", false));
  QVERIFY(wait_until([&] { return as_bob.get("/api/v1/statuses/" + id).status == 200; }));
}

QTEST_GUILESS_MAIN(AccountsTest)
#include "accounts_test.moc"
