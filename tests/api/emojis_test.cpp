// Custom emoji: of this node as clients and other nodes see them, of others as far as no network is needed.
// Source: docs.joinmastodon.org/methods/custom_emojis, /entities/CustomEmoji
#include "node/cli/emojis.h"

#include <fstream>

#include "node/media/files.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/domains.h"
#include "node/store/emojis.h"
#include "node/store/statuses.h"
#include "protocol/base/limits.h"
#include "protocol/base/random.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"
#include "tests/unit/node/media/picture_samples.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;
namespace samples = dunlin::media::samples;

namespace {

const std::string all_emojis = "/api/v1/custom_emojis";
const std::string activity_json = "application/activity+json";

/// By the administrator's command, from a file with these bytes.
Result<void> add(TestNode& node, cli::EmojiOptions options, const std::string& bytes = samples::png()) {
  options.file = node.folder().path + "/picture";
  std::ofstream(options.file, std::ios::binary) << bytes;
  auto session = cli::Session::open(node.folder());
  return cli::add_emoji(*session, node.folder(), options);
}

Result<void> remove(TestNode& node, const std::string& name) {
  auto session = cli::Session::open(node.folder());
  return cli::remove_emoji(*session, node.folder(), name);
}

std::vector<std::string> files_of(TestNode& node) {
  return media::Files(node.folder().media_folder(), system_random()).all();
}

std::vector<std::string> shortcodes(const json& entity) {
  std::vector<std::string> out;
  for (const auto& emoji : entity["emojis"]) out.push_back(emoji["shortcode"]);
  return out;
}
using Words = std::vector<std::string>;

json status(HttpClient& client, const std::string& id) { return client.get("/api/v1/statuses/" + id).json(); }

json document(HttpClient& client, const std::string& url) {
  client.headers = {{"Accept", activity_json}};
  auto answer = client.get(path_of(url));
  client.headers = {};
  return answer.json();
}

std::vector<json> emoji_tags(const json& document) {
  std::vector<json> out;
  for (const auto& tag : document["tag"]) {
    if (tag["type"] == "Emoji") out.push_back(tag);
  }
  return out;
}

/// Someone elsewhere with a post, and the emoji that the host tells of.
struct Stranger {
  AccountId account;
  std::string id;
  std::string status;
};
Stranger stranger(TestNode& node, const std::string& host, const std::vector<std::string>& emojis,
                  const std::string& text) {
  Stranger out;
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    const auto uri = "https://" + host + "/users/ann";
    out.account = store::insert_account(tx, "ann", "Ann " + text, host, uri);
    out.id = to_string(store::find_account(tx, out.account)->public_id);
    for (const auto& name : emojis) {
      store::Emoji emoji;
      emoji.host = host;
      emoji.shortcode = name;
      emoji.url = "https://" + host + "/" + name + ".png";
      store::put_remote_emoji(tx, emoji, 100);
    }
    store::Status status;
    status.id = StatusId{tx.next_id()};
    status.account = out.account;
    status.conversation = status.id;
    status.uri = uri + "/1";
    status.content = "<p>" + text + "</p>";
    store::insert_status(tx, status);
    out.status = to_string(status.id);
    return {};
  });
  return out;
}

store::Emoji row(TestNode& node, const std::string& host, const std::string& name) {
  store::Emoji found;
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    found = *store::emoji_by_name(tx, host, name);
    return {};
  });
  return found;
}

/// As if the picture had been fetched.
void keep(TestNode& node, const std::string& host, const std::string& name, const std::string& bytes) {
  media::Files files(node.folder().media_folder(), system_random());
  const auto file = files.put("remote", bytes, "image/png");
  const auto emoji = row(node, host, name);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::put_emoji_file(tx, emoji, file, static_cast<std::int64_t>(bytes.size()));
    return {};
  });
}

}  // namespace

class EmojisTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void there_are_none_at_first();
  void one_is_added_listed_and_served();
  void what_is_no_emoji_is_refused_data();
  void what_is_no_emoji_is_refused();
  void a_new_picture_takes_the_place_of_the_old();
  void hidden_ones_work_but_are_not_listed();
  void removed_ones_are_words_again();
  void posts_tell_which_they_use();
  void names_in_tags_links_and_code_stay_words();
  void profiles_tell_which_they_use();
  void polls_tell_which_their_options_use();
  void former_versions_tell_theirs();
  void other_nodes_are_told_of_them();
  void those_of_others_have_an_address_of_this_node();
  void each_host_has_its_own();
  void a_kept_picture_is_served_from_here();
  void the_picture_before_serves_until_the_new_one_is_here();
  void what_cannot_be_fetched_is_not_there_and_left_alone();
  void a_server_whose_media_are_rejected_has_none();
  void addresses_of_other_emoji_are_not_there_data();
  void addresses_of_other_emoji_are_not_there();
};

void EmojisTest::there_are_none_at_first() {
  TestNode node;
  const auto answer = node.client().get(all_emojis);
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.body, "[]");
}

void EmojisTest::one_is_added_listed_and_served() {
  TestNode node;
  QVERIFY(add(node, {.name = ":blob_cat:", .category = "Animals"}));
  QVERIFY(add(node, {.name = "wave"}));
  auto client = node.client();
  const auto listed = client.get(all_emojis).json();
  QCOMPARE(listed.size(), std::size_t{2});
  QCOMPARE(listed[0]["shortcode"], "wave");
  QVERIFY(!listed[0].contains("category"));
  const auto& emoji = listed[1];
  QCOMPARE(emoji["shortcode"], "blob_cat");
  QCOMPARE(emoji["category"], "Animals");
  QCOMPARE(emoji["visible_in_picker"], true);
  QCOMPARE(emoji["static_url"], emoji["url"]);
  const std::string url = emoji["url"];
  QVERIFY2(url.starts_with("http://node.test/media/"), url.c_str());
  const auto picture = client.get(path_of(url));
  QCOMPARE(picture.status, 200);
  QCOMPARE(picture.body, samples::png());
  QCOMPARE(picture.header("content-type"), "image/png");
  QVERIFY(picture.header("cache-control").find("immutable") != std::string::npos);
  QCOMPARE(picture.header("x-content-type-options"), "nosniff");
}

void EmojisTest::what_is_no_emoji_is_refused_data() {
  QTest::addColumn<std::string>("name");
  QTest::addColumn<std::string>("bytes");
  QTest::newRow("too short") << std::string("a") << samples::png();
  QTest::newRow("other characters") << std::string("blob-cat") << samples::png();
  QTest::newRow("a path") << std::string("../blob") << samples::png();
  QTest::newRow("too long") << std::string(limits::shortcode_characters_max + 1, 'x') << samples::png();
  QTest::newRow("no picture") << std::string("blob")
                              << std::string("<svg xmlns='http://www.w3.org/2000/svg'/>");
  QTest::newRow("empty") << std::string("blob") << std::string();
  QTest::newRow("too large") << std::string("blob")
                             << samples::png() + std::string(limits::emoji_bytes_max, 'x');
}

void EmojisTest::what_is_no_emoji_is_refused() {
  QFETCH(std::string, name);
  QFETCH(std::string, bytes);
  TestNode node;
  const auto refused = add(node, {.name = name}, bytes);
  QVERIFY(!refused);
  QCOMPARE(static_cast<int>(refused.error().code), static_cast<int>(Errc::unprocessable));
  QCOMPARE(node.client().get(all_emojis).body, "[]");
  QVERIFY(files_of(node).empty());
}

void EmojisTest::a_new_picture_takes_the_place_of_the_old() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  auto client = node.client();
  const std::string old_url = client.get(all_emojis).json()[0]["url"];
  const auto other = samples::png_start + samples::ihdr(9, 9) + samples::idat + samples::iend;
  QVERIFY(add(node, {.name = "blob"}, other));
  const auto listed = client.get(all_emojis).json();
  QCOMPARE(listed.size(), std::size_t{1});
  QCOMPARE(client.get(path_of(listed[0]["url"])).body, other);
  QCOMPARE(client.get(path_of(old_url)).status, 404);
  QCOMPARE(files_of(node).size(), std::size_t{1});
}

void EmojisTest::hidden_ones_work_but_are_not_listed() {
  TestNode node;
  QVERIFY(add(node, {.name = "secret", .is_hidden = true}));
  auto client = node.client(node.person("alice"));
  QCOMPARE(client.get(all_emojis).body, "[]");
  const auto posted = status(client, post_status(client, "a :secret: b"));
  QCOMPARE(shortcodes(posted), Words{"secret"});
  QCOMPARE(posted["emojis"][0]["visible_in_picker"], false);
}

void EmojisTest::removed_ones_are_words_again() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  auto client = node.client(node.person("alice"));
  const auto id = post_status(client, "a :blob:");
  const std::string url = status(client, id)["emojis"][0]["url"];
  QVERIFY(remove(node, "blob"));
  QVERIFY(wait_until([&] { return status(client, id)["emojis"].empty(); }));
  QCOMPARE(status(client, id)["content"], "<p>a :blob:</p>");
  QCOMPARE(client.get(path_of(url)).status, 404);
  QCOMPARE(client.get("/emojis/blob").status, 404);
  QVERIFY(files_of(node).empty());
  QVERIFY(!remove(node, "blob"));
}

void EmojisTest::posts_tell_which_they_use() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto before = post_status(client, "early :wave:");
  QVERIFY(status(client, before)["emojis"].empty());
  QVERIFY(add(node, {.name = "blob"}));
  QVERIFY(add(node, {.name = "wave"}));
  // Also in what was written, and rendered, before the emoji came.
  QVERIFY(wait_until([&] { return shortcodes(status(client, before)) == Words{"wave"}; }));
  const auto id = post_status(client, "hi :blob: and :none: and:wave:", {{"spoiler_text", "careful :wave:"}});
  const auto posted = status(client, id);
  QCOMPARE(shortcodes(posted), (Words{"wave", "blob"}));
  // The words stay as they are: clients put the pictures in.
  QCOMPARE(posted["content"], "<p>hi :blob: and :none: and:wave:</p>");
  QCOMPARE(posted["spoiler_text"], "careful :wave:");
  QCOMPARE(posted["emojis"][1]["url"], client.get(all_emojis).json()[0]["url"]);
  QCOMPARE(shortcodes(client.get("/api/v1/timelines/home").json()[0]), (Words{"wave", "blob"}));
}

void EmojisTest::names_in_tags_links_and_code_stay_words() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  auto client = node.client(node.person("alice"));
  for (const std::string text : {"https://example.com/:blob:/x", "[a link](https://example.com/ \":blob:\")",
                                 "`code :blob: code`", "```\n:blob:\n```", "1:blob:2"}) {
    const auto posted = status(client, post_status(client, text, {{"content_type", "text/markdown"}}));
    QVERIFY2(posted["emojis"].empty(), posted.dump().c_str());
  }
}

void EmojisTest::profiles_tell_which_they_use() {
  TestNode node;
  for (const auto* name : {"blob", "wave", "star", "moon", "other"}) QVERIFY(add(node, {.name = name}));
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto changed = client.send("PATCH", "/api/v1/accounts/update_credentials",
                                   form_encoded({{"display_name", "Alice :blob:"},
                                                 {"note", "I :wave:"},
                                                 {"fields_attributes[0][name]", "my :star:"},
                                                 {"fields_attributes[0][value]", "the :moon:"}}),
                                   "application/x-www-form-urlencoded");
  QCOMPARE(changed.status, 200);
  const Words all = {"blob", "wave", "star", "moon"};
  QCOMPARE(shortcodes(changed.json()), all);
  QCOMPARE(shortcodes(client.get("/api/v1/accounts/verify_credentials").json()), all);
  QCOMPARE(shortcodes(client.get("/api/v1/accounts/" + alice.id).json()), all);
  QCOMPARE(shortcodes(status(client, post_status(client, "x"))["account"]), all);
  const auto tags = emoji_tags(document(client, "http://node.test/users/alice"));
  QCOMPARE(tags.size(), all.size());
  QCOMPARE(tags[0]["name"], ":blob:");
}

void EmojisTest::polls_tell_which_their_options_use() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  QVERIFY(add(node, {.name = "wave"}));
  auto client = node.client(node.person("alice"));
  const auto posted = status(client, post_status(client, "Which? :blob:",
                                                 {{"poll[options][]", "this :wave:"},
                                                  {"poll[options][]", "that :none:"},
                                                  {"poll[expires_in]", "3600"}}));
  QCOMPARE(shortcodes(posted), (Words{"blob", "wave"}));
  QCOMPARE(shortcodes(posted["poll"]), Words{"wave"});
  QCOMPARE(posted["poll"]["options"][0]["title"], "this :wave:");
  QCOMPARE(emoji_tags(document(client, posted["uri"])).size(), std::size_t{2});
}

void EmojisTest::former_versions_tell_theirs() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  QVERIFY(add(node, {.name = "wave"}));
  auto client = node.client(node.person("alice"));
  const auto id = post_status(client, "one :blob:");
  client.send("PUT", "/api/v1/statuses/" + id, form_encoded({{"status", "two :wave:"}}),
              "application/x-www-form-urlencoded");
  const auto history = client.get("/api/v1/statuses/" + id + "/history").json();
  QCOMPARE(history.size(), std::size_t{2});
  QCOMPARE(shortcodes(history[0]), Words{"blob"});
  QCOMPARE(shortcodes(history[1]), Words{"wave"});
}

void EmojisTest::other_nodes_are_told_of_them() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  auto client = node.client(node.person("alice"));
  const auto posted = status(client, post_status(client, "hi :blob:"));
  const auto tags = emoji_tags(document(client, posted["uri"]));
  QCOMPARE(tags.size(), std::size_t{1});
  QCOMPARE(tags[0]["id"], "http://node.test/emojis/blob");
  QCOMPARE(tags[0]["name"], ":blob:");
  QCOMPARE(tags[0]["icon"]["type"], "Image");
  QCOMPARE(tags[0]["icon"]["mediaType"], "image/png");
  QCOMPARE(tags[0]["icon"]["url"], posted["emojis"][0]["url"]);
  QVERIFY(tags[0]["updated"].is_string());
  auto own = document(client, tags[0]["id"]);
  QVERIFY(own.contains("@context"));
  own.erase("@context");
  QCOMPARE(own, tags[0]);
  QCOMPARE(client.get("/emojis/other").status, 404);
}

void EmojisTest::those_of_others_have_an_address_of_this_node() {
  TestNode node;
  const auto ann = stranger(node, "else.example", {"blob"}, "hi :blob: :none:");
  const auto emoji = row(node, "else.example", "blob");
  auto client = node.client();
  const auto seen = status(client, ann.status);
  QCOMPARE(shortcodes(seen), Words{"blob"});
  const auto expected = "http://node.test/media/emoji/" + to_string(emoji.id) + "/1";
  QCOMPARE(seen["emojis"][0]["url"], expected);
  QCOMPARE(seen["emojis"][0]["static_url"], expected);
  QCOMPARE(seen["emojis"][0]["visible_in_picker"], false);
  QCOMPARE(seen["account"]["emojis"][0]["url"], expected);
  QVERIFY(seen.dump().find("else.example/blob.png") == std::string::npos);
  QCOMPARE(client.get(all_emojis).body, "[]");
}

void EmojisTest::each_host_has_its_own() {
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));
  auto alice = node.client(node.person("alice"));
  const auto own = post_status(alice, "mine :blob: :only_there:");
  const auto ann = stranger(node, "else.example", {"blob", "only_there"}, "hers :blob: :only_there:");
  const auto eve = stranger(node, "evil.example", {"blob"}, "other :blob: :only_there:");
  auto client = node.client();
  const auto url = [&](const std::string& id) {
    const auto entity = status(client, id);
    return entity["emojis"].empty() ? std::string() : entity["emojis"][0]["url"].get<std::string>();
  };
  QCOMPARE(shortcodes(status(client, own)), Words{"blob"});
  QCOMPARE(shortcodes(status(client, ann.status)), (Words{"blob", "only_there"}));
  QCOMPARE(shortcodes(status(client, eve.status)), Words{"blob"});
  QVERIFY(url(own).starts_with("http://node.test/media/emojis/"));
  QVERIFY(url(ann.status) != url(eve.status));
  QVERIFY(url(ann.status) != url(own) && url(eve.status) != url(own));
}

void EmojisTest::a_kept_picture_is_served_from_here() {
  TestNode node;
  const auto ann = stranger(node, "else.example", {"blob"}, ":blob:");
  keep(node, "else.example", "blob", samples::png());
  auto client = node.client();
  const auto picture = client.get(path_of(status(client, ann.status)["emojis"][0]["url"]));
  QCOMPARE(picture.status, 200);
  QCOMPARE(picture.body, samples::png());
  QCOMPARE(picture.header("content-type"), "image/png");
  QCOMPARE(picture.header("cache-control"), "public, max-age=31536000, immutable");
  QCOMPARE(picture.header("x-content-type-options"), "nosniff");
  QVERIFY(picture.header("content-security-policy").find("sandbox") != std::string::npos);
}

void EmojisTest::the_picture_before_serves_until_the_new_one_is_here() {
  TestNode node;
  const auto ann = stranger(node, "else.example", {"blob"}, ":blob:");
  keep(node, "else.example", "blob", samples::png());
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::Emoji emoji;
    emoji.host = "else.example";
    emoji.shortcode = "blob";
    emoji.url = "https://else.example/new.png";
    store::put_remote_emoji(tx, emoji, 100);
    return {};
  });
  auto client = node.client();
  const std::string url = status(client, ann.status)["emojis"][0]["url"];
  QVERIFY2(url.ends_with("/2"), url.c_str());
  const auto picture = client.get(path_of(url));
  QCOMPARE(picture.status, 200);
  QCOMPARE(picture.body, samples::png());
  QCOMPARE(picture.header("cache-control"), "public, max-age=300");
}

void EmojisTest::what_cannot_be_fetched_is_not_there_and_left_alone() {
  TestNode node;
  // The name has no address, so nothing leaves this machine.
  const auto ann = stranger(node, "else.invalid", {"blob"}, ":blob:");
  auto client = node.client();
  const auto path = path_of(status(client, ann.status)["emojis"][0]["url"]);
  QCOMPARE(client.get(path).status, 404);
  QCOMPARE(row(node, "else.invalid", "blob").attempts, std::int64_t{1});
  const auto next = row(node, "else.invalid", "blob").next_at;
  QVERIFY(next && *next == node.clock.now() + limits::emoji_first_pause);
  QCOMPARE(client.get(path).status, 404);
  QCOMPARE(row(node, "else.invalid", "blob").attempts, std::int64_t{1});
  node.clock.advance(limits::emoji_first_pause + std::chrono::seconds(1));
  QCOMPARE(client.get(path).status, 404);
  QCOMPARE(row(node, "else.invalid", "blob").attempts, std::int64_t{2});
  QVERIFY(files_of(node).empty());
}

void EmojisTest::a_server_whose_media_are_rejected_has_none() {
  TestNode node;
  const auto ann = stranger(node, "else.example", {"blob"}, ":blob:");
  keep(node, "else.example", "blob", samples::png());
  auto client = node.client();
  const auto path = path_of(status(client, ann.status)["emojis"][0]["url"]);
  QCOMPARE(client.get(path).status, 200);
  change_database(node, [&](store::WriteTx& tx) -> Result<void> {
    store::DomainRule rule;
    rule.domain = "else.example";
    rule.severity = store::Severity::none;
    rule.reject_media = true;
    store::put_domain_rule(tx, rule);
    return {};
  });
  QVERIFY(wait_until([&] { return status(client, ann.status)["emojis"].empty(); }));
  QVERIFY(status(client, ann.status)["account"]["emojis"].empty());
  QCOMPARE(client.get(path).status, 404);
}

void EmojisTest::addresses_of_other_emoji_are_not_there_data() {
  QTest::addColumn<std::string>("path");
  for (const char* path :
       {"/media/emoji", "/media/emoji/", "/media/emoji/1", "/media/emoji/1/1/1", "/media/emoji/99/1",
        "/media/emoji/1/x", "/media/emoji/x/1", "/media/emoji/-1/1", "/media/emoji/2/0", "/media/emoji/1/1"})
    QTest::newRow(path) << std::string(path);
}

void EmojisTest::addresses_of_other_emoji_are_not_there() {
  QFETCH(std::string, path);
  TestNode node;
  QVERIFY(add(node, {.name = "blob"}));  // the first row: of this node, and served by its file's name alone
  stranger(node, "else.invalid", {"blob"}, ":blob:");
  QCOMPARE(node.client().get(path).status, 404);
}

QTEST_GUILESS_MAIN(EmojisTest)
#include "emojis_test.moc"
