// What no client should send, on every route: refused with a status that says so and a message that names the
// field, never a fault of the node, never a change. And text that only looks odd: kept byte for byte.
#include <algorithm>

#include "node/api/routes.h"
#include "node/store/accounts.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

const std::string json_type = "application/json";
const std::string form_type = "application/x-www-form-urlencoded";

bool is_for_programs(const std::string& path) {
  for (const std::string prefix :
       {"/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/media/", "/assets/"}) {
    if (path.starts_with(prefix)) return true;
  }
  return false;
}

/// A node with something in every table that a careless request could change.
struct World {
  TestNode node{{"registration.mode=open", "oauth.password_grant=true"}};
  Person alice = node.person("alice", "read write follow push admin:read admin:write");
  Person bob = node.person("bob");
  HttpClient client = node.client(alice);
  HttpClient as_bob = node.client(bob);
  HttpClient asking = node.client();  // as each route wants it
  std::string post = post_status(client, "a post #tag");
  std::string reply = post_status(as_bob, "@alice hello", {{"in_reply_to_id", post}});
  std::string app_token = dunlin::test::app_token(node, register_app(node));

  World() {
    change_database(node, [&](store::WriteTx& tx) -> Result<void> {
      store::set_user_role(tx, alice.account, store::Role::admin);
      return {};
    });
    as_bob.post("/api/v1/accounts/" + alice.id + "/follow");
    as_bob.post("/api/v1/statuses/" + post + "/favourite");
  }

  /// The route's pattern with `id` for every argument; a fitting one when none is given.
  std::string path_of(const api::Route& route, const std::string& id = {}) const {
    std::string path(route.pattern);
    const bool is_of_account =
        path.find("/accounts/") != std::string::npos || path.find("follow_requests") != std::string::npos;
    for (auto at = path.find(':'); at != std::string::npos; at = path.find(':')) {
      const auto end = std::min(path.find('/', at), path.size());
      const auto name = path.substr(at, end - at);
      const std::string standard = name == ":handle" ? "@alice"
                                   : name == ":name" ? "alice"
                                   : is_of_account   ? alice.id
                                                     : post;
      path.replace(at, end - at, id.empty() ? standard : id);
    }
    if (path.ends_with('*')) path.replace(path.size() - 1, 1, id.empty() ? "avatars/none.png" : id);
    return path;
  }

  Answer ask(const api::Route& route, const std::string& path, const std::string& body,
             const std::string& type) {
    asking.token = route.access.kind() == api::Access::Kind::app    ? app_token
                   : route.access.kind() == api::Access::Kind::page ? std::string()
                                                                    : alice.token;
    return asking.send(std::string(net::to_string(route.method)), path, body, type);
  }

  /// Of a peer nothing is read before its signature.
  static bool is_for_peers(const api::Route& route) { return route.access.kind() == api::Access::Kind::peer; }
};

/// The refusal of `answer`, or what is wrong with it as a refusal.
std::string problem_of(const Answer& answer, const std::string& path, const std::vector<int>& allowed) {
  const auto told = path.substr(0, 100) + ": " + std::to_string(answer.status) + " " + answer.error +
                    answer.body.substr(0, 200);
  if (std::find(allowed.begin(), allowed.end(), answer.status) == allowed.end()) return "status of " + told;
  if (!is_for_programs(path)) return {};
  if (!answer.header("content-type").starts_with("application/json")) return "content type of " + told;
  const auto error = answer.json();
  if (!error.is_object() || !error.contains("error") || !error["error"].is_string() || error["error"] == "")
    return "error of " + told;
  return {};
}

}  // namespace

class BadInputTest : public QObject {
  Q_OBJECT
  World world;  // one for all: nothing here may change it
 private Q_SLOTS:
  void init() { world.asking.headers.clear(); }
  void unreadable_bodies_are_refused_everywhere_data();
  void unreadable_bodies_are_refused_everywhere();
  void unreadable_queries_are_refused_everywhere_data();
  void unreadable_queries_are_refused_everywhere();
  void oversized_bodies_are_refused_everywhere();
  void ids_that_cannot_be_are_not_found_data();
  void ids_that_cannot_be_are_not_found();
  void wrong_types_name_the_field_data();
  void wrong_types_name_the_field();
  void wrong_values_name_the_field_data();
  void wrong_values_name_the_field();
  void page_parameters_are_clamped_or_refused_data();
  void page_parameters_are_clamped_or_refused();
  void unknown_fields_are_ignored();
  void null_is_the_same_as_left_out();
  void text_round_trips_byte_for_byte_data();
  void text_round_trips_byte_for_byte();
  void invisible_text_alone_is_blank_data();
  void invisible_text_alone_is_blank();
  void heavy_text_is_handled_quickly_enough_data();
  void heavy_text_is_handled_quickly_enough();
};

void BadInputTest::unreadable_bodies_are_refused_everywhere_data() {
  QTest::addColumn<QByteArray>("body");
  QTest::addColumn<QString>("type");
  QTest::addColumn<int>("status");
  const auto row = [](const char* name, const std::string& body, const std::string& type, int status) {
    QTest::newRow(name) << QByteArray::fromStdString(body) << QString::fromStdString(type) << status;
  };
  const std::string valid = R"("status":"x","visibility":"public","home":{"last_read_id":"5"})";
  row("broken json", "{" + valid + ",", json_type, 400);
  row("text behind json", "{" + valid + "} x", json_type, 400);
  row("two json values", "{" + valid + "}{" + valid + "}", json_type, 400);
  row("json list", "[{" + valid + "}]", json_type, 400);
  row("json text", "\"status\"", json_type, 400);
  row("json null", "null", json_type, 400);
  row("json comment", "{" + valid + "/* */}", json_type, 400);
  row("trailing comma", "{" + valid + ",}", json_type, 400);
  row("single quotes", "{'status':'x'}", json_type, 400);
  row("nan", R"({"status":NaN})", json_type, 400);
  row("duplicate key", R"({"status":"a","status":"b"})", json_type, 400);
  row("duplicate key, same value", R"({"status":"a","status":"a"})", json_type, 400);
  row("duplicate key below", R"({"home":{"last_read_id":"1","last_read_id":"2"}})", json_type, 400);
  row("brackets in a key", R"({"home[last_read_id]":"1"})", json_type, 400);
  row("100,000 brackets", std::string(100'000, '['), json_type, 400);
  row("65 levels", "{\"a\":" + std::string(65, '[') + std::string(65, ']') + "}", json_type, 400);
  row("nul in json", R"({"status":"a\u0000b"})", json_type, 400);
  row("raw nul in json", std::string("{\"status\":\"a\0b\"}", 16), json_type, 400);
  row("broken utf-8 in json", "{\"status\":\"a\xFF\xFE\"}", json_type, 400);
  row("overlong utf-8 in json", "{\"status\":\"\xC0\xAF\"}", json_type, 400);
  row("lone surrogate", R"({"status":"\ud800"})", json_type, 400);
  row("encoded surrogate", "{\"status\":\"\xED\xA0\x80\"}", json_type, 400);
  row("raw control in json", "{\"status\":\"a\nb\"}", json_type, 400);
  std::string numbers = "1";
  for (int i = 0; i < 1'000; ++i) numbers += ",1";
  row("1,001 json fields", "{\"media_ids\":[" + numbers + "]}", json_type, 400);
  row("empty json", " ", json_type, 400);
  row("broken escape in a form", "status=%zz", form_type, 400);
  row("cut escape in a form", "status=%4", form_type, 400);
  row("nul in a form", "status=a%00b", form_type, 400);
  row("broken utf-8 in a form", "status=%ff%fe", form_type, 400);
  row("broken utf-8 in a form's name", "%ff=a", form_type, 400);
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += "status[]=1&";
  row("1,001 form fields", many, form_type, 400);
  row("no boundary", "--b\r\n", "multipart/form-data", 400);
  row("other boundary", "--c\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nx\r\n--c--",
      "multipart/form-data; boundary=b", 400);
  row("cut multipart", "--b\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nx",
      "multipart/form-data; boundary=b", 400);
  row("part without a name", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
      "multipart/form-data; boundary=b", 400);
  row("broken utf-8 in a part", "--b\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\n\xFF\r\n--b--",
      "multipart/form-data; boundary=b", 400);
  row("xml", "<status>x</status>", "application/xml", 415);
  row("plain text", "status=x", "text/plain", 415);
  row("no type", "status=x", "", 415);
  row("latin-1", "status=%E4", "application/x-www-form-urlencoded; charset=iso-8859-1", 415);
}
void BadInputTest::unreadable_bodies_are_refused_everywhere() {
  QFETCH(QByteArray, body);
  QFETCH(QString, type);
  QFETCH(int, status);
  if (type.isEmpty()) world.asking.headers = {{"Content-Type", ""}};  // or curl names one by itself
  const auto before = database_dump(world.node);
  for (const auto& route : api::all_routes()) {
    if (route.method == net::Method::get) continue;
    const auto path = world.path_of(route);
    const auto answer = world.ask(route, path, body.toStdString(), type.toStdString());
    const auto problem = problem_of(answer, path, {world.is_for_peers(route) ? 401 : status});
    QVERIFY2(problem.empty(), problem.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::unreadable_queries_are_refused_everywhere_data() {
  QTest::addColumn<QString>("query");
  QTest::newRow("broken escape") << "limit=%zz";
  QTest::newRow("cut escape") << "limit=%";
  QTest::newRow("broken utf-8") << "q=%ff";
  QTest::newRow("overlong slash") << "q=%c0%af";
  QTest::newRow("nul") << "q=%00";
  QString many;
  for (int i = 0; i < 1'001; ++i) many += "id[]=1&";
  QTest::newRow("1,001 fields") << many;
}
void BadInputTest::unreadable_queries_are_refused_everywhere() {
  QFETCH(QString, query);
  const auto before = database_dump(world.node);
  for (const auto& route : api::all_routes()) {
    const auto path = world.path_of(route);
    const auto answer = world.ask(route, path + "?" + query.toStdString(), "", "");
    const auto problem = problem_of(answer, path, {world.is_for_peers(route) ? 401 : 400});
    QVERIFY2(problem.empty(), problem.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::oversized_bodies_are_refused_everywhere() {
  const auto before = database_dump(world.node);
  for (const auto& route : api::all_routes()) {
    if (route.method == net::Method::get) continue;
    const auto path = world.path_of(route);
    const auto bound = route.body_bytes_max != 0 ? route.body_bytes_max : limits::request_body_bytes_max;
    const auto answer =
        world.ask(route, path, "status=" + std::string(static_cast<std::size_t>(bound) - 6, 'a'), form_type);
    if (answer.status == 0) continue;  // refused and closed while it was still sending
    const auto problem = problem_of(answer, path, {413});
    QVERIFY2(problem.empty(), problem.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::ids_that_cannot_be_are_not_found_data() {
  QTest::addColumn<QString>("id");
  for (const char* id : {"x",
                         "0",
                         "-1",
                         "+1",
                         "1.5",
                         "1e3",
                         "0x10",
                         "%201",
                         "1%20",
                         "9223372036854775808",
                         "99999999999999999999999999",
                         "-9223372036854775808",
                         "%E2%80%8B1",
                         "%F0%9F%90%A6",
                         "'",
                         "1;--",
                         "null",
                         "undefined",
                         "[]",
                         "*",
                         "%25",
                         "%5C"}) {
    QTest::addRow("%s", id) << id;
  }
  QTest::newRow("long digits") << QString(3'000, '1');
  QTest::newRow("long text") << QString(3'000, 'a');
}
void BadInputTest::ids_that_cannot_be_are_not_found() {
  QFETCH(QString, id);
  const auto before = database_dump(world.node);
  for (const auto& route : api::all_routes()) {
    if (route.pattern.find(":id") == std::string_view::npos) continue;
    // Lists that are not built yet are empty for everyone.
    const bool is_neutral = route.pattern.ends_with("/featured_tags") ||
                            route.pattern.ends_with("/identity_proofs") ||
                            route.pattern.ends_with("/endorsements");
    const bool is_redirect = route.pattern.starts_with("/users/");
    if (is_neutral || is_redirect) continue;
    const auto path = world.path_of(route, id.toStdString());
    const auto answer = world.ask(route, path, route.method == net::Method::get ? "" : "status=x",
                                  route.method == net::Method::get ? "" : form_type);
    const auto problem = problem_of(answer, path, {404});
    QVERIFY2(problem.empty(), problem.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

namespace {

enum class Kind { text, flag, number, list, object_list };

struct Parameter {
  const char* method;
  const char* path;  // :post, :account stand for ids
  const char* name;
  Kind kind;
};

/// The documented parameters of requests with a body.
const std::vector<Parameter> parameters = {
    {"POST", "/api/v1/statuses", "status", Kind::text},
    {"POST", "/api/v1/statuses", "spoiler_text", Kind::text},
    {"POST", "/api/v1/statuses", "visibility", Kind::text},
    {"POST", "/api/v1/statuses", "language", Kind::text},
    {"POST", "/api/v1/statuses", "content_type", Kind::text},
    {"POST", "/api/v1/statuses", "in_reply_to_id", Kind::text},
    {"POST", "/api/v1/statuses", "scheduled_at", Kind::text},
    {"POST", "/api/v1/statuses", "sensitive", Kind::flag},
    {"POST", "/api/v1/statuses", "local_only", Kind::flag},
    {"POST", "/api/v1/statuses", "media_ids", Kind::list},
    {"PUT", "/api/v1/statuses/:post", "status", Kind::text},
    {"PUT", "/api/v1/statuses/:post", "spoiler_text", Kind::text},
    {"PUT", "/api/v1/statuses/:post", "language", Kind::text},
    {"PUT", "/api/v1/statuses/:post", "content_type", Kind::text},
    {"PUT", "/api/v1/statuses/:post", "sensitive", Kind::flag},
    {"PUT", "/api/v1/statuses/:post", "media_ids", Kind::list},
    {"POST", "/api/v1/statuses/:post/reblog", "visibility", Kind::text},
    {"POST", "/api/v1/accounts/:account/follow", "reblogs", Kind::flag},
    {"POST", "/api/v1/accounts/:account/follow", "notify", Kind::flag},
    {"POST", "/api/v1/accounts/:account/follow", "languages", Kind::list},
    {"POST", "/api/v1/accounts/:account/mute", "notifications", Kind::flag},
    {"POST", "/api/v1/accounts/:account/mute", "duration", Kind::number},
    {"POST", "/api/v1/accounts/:account/note", "comment", Kind::text},
    {"PATCH", "/api/v1/accounts/update_credentials", "display_name", Kind::text},
    {"PATCH", "/api/v1/accounts/update_credentials", "note", Kind::text},
    {"PATCH", "/api/v1/accounts/update_credentials", "locked", Kind::flag},
    {"PATCH", "/api/v1/accounts/update_credentials", "bot", Kind::flag},
    {"PATCH", "/api/v1/accounts/update_credentials", "discoverable", Kind::flag},
    {"PATCH", "/api/v1/accounts/update_credentials", "indexable", Kind::flag},
    {"PATCH", "/api/v1/accounts/update_credentials", "hide_collections", Kind::flag},
    {"PATCH", "/api/v1/accounts/update_credentials", "fields_attributes", Kind::object_list},
    {"POST", "/api/v1/apps", "client_name", Kind::text},
    {"POST", "/api/v1/apps", "scopes", Kind::text},
    {"POST", "/api/v1/apps", "website", Kind::text},
    {"POST", "/api/v1/apps", "redirect_uris", Kind::list},
    {"POST", "/api/v1/accounts", "username", Kind::text},
    {"POST", "/api/v1/accounts", "email", Kind::text},
    {"POST", "/api/v1/accounts", "password", Kind::text},
    {"POST", "/api/v1/accounts", "reason", Kind::text},
    {"POST", "/api/v1/accounts", "locale", Kind::text},
    {"POST", "/api/v1/accounts", "agreement", Kind::flag},
    {"POST", "/oauth/token", "grant_type", Kind::text},
    {"POST", "/oauth/token", "client_id", Kind::text},
    {"POST", "/oauth/token", "client_secret", Kind::text},
    {"POST", "/oauth/revoke", "client_id", Kind::text},
};

std::vector<json> wrong_values(Kind kind) {
  const json object = {{"a", 1}};
  const json nested = json::array({json::array({"a"})});
  switch (kind) {
    case Kind::text:
      return {true, json::array(), json::array({"a", "b"}), object, json::object()};
    case Kind::flag:
      return {"maybe", "", 2, -1, 1.5, json::array({true}), object};
    case Kind::number:
      return {"x", "", 1.5, true, -1, json::array({1}), object, 1e30};
    case Kind::list:
      return {true, object, nested, json::array({true}), json::array({object})};
    case Kind::object_list:
      return {"a",
              5,
              true,
              nested,
              json::array({1}),
              json::array({"a"}),
              json::array({{{"name", json::array({"a"})}}})};
  }
  return {};
}

/// A body that would work.
json good_body(const std::string& path) {
  if (path == "/api/v1/apps") return {{"client_name", "a"}, {"redirect_uris", "https://a.test/"}};
  if (path == "/api/v1/accounts")
    return {{"username", "carol"},
            {"email", "carol@example.org"},
            {"password", "long enough"},
            {"agreement", true}};
  if (path.starts_with("/oauth/"))
    return {{"grant_type", "client_credentials"}, {"client_id", "a"}, {"client_secret", "b"}};
  if (path.ends_with("statuses") || path.find("statuses/:post") != std::string::npos)
    return {{"status", "x"}};
  return json::object();
}

}  // namespace

void BadInputTest::wrong_types_name_the_field_data() {
  QTest::addColumn<int>("index");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    QTest::addRow("%s %s %s", parameters[i].method, parameters[i].path, parameters[i].name)
        << static_cast<int>(i);
  }
}
void BadInputTest::wrong_types_name_the_field() {
  QFETCH(int, index);
  const auto& parameter = parameters[static_cast<std::size_t>(index)];
  std::string path = parameter.path;
  if (const auto at = path.find(":post"); at != std::string::npos) path.replace(at, 5, world.post);
  if (const auto at = path.find(":account"); at != std::string::npos) path.replace(at, 8, world.bob.id);
  auto client = world.node.client();
  const bool is_page = path == "/api/v1/apps" || path.starts_with("/oauth/");
  client.token = path == "/api/v1/accounts" ? world.app_token : is_page ? "" : world.alice.token;
  const auto before = database_dump(world.node);
  for (const auto& value : wrong_values(parameter.kind)) {
    auto body = good_body(parameter.path);
    body[parameter.name] = value;
    const auto answer = client.send(parameter.method, path, body.dump(), json_type);
    const auto told = body.dump() + " -> " + std::to_string(answer.status) + " " + answer.body;
    QVERIFY2(answer.status == (path.starts_with("/oauth/") ? 400 : 422), told.c_str());
    const auto error = answer.json();
    const std::string text = error.value("error", "") + error.value("error_description", "");
    QVERIFY2(text.find(parameter.name) != std::string::npos, told.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::wrong_values_name_the_field_data() {
  QTest::addColumn<QString>("field");
  QTest::addColumn<QByteArray>("value");
  const auto row = [](const char* name, const char* field, const std::string& value) {
    QTest::newRow(name) << field << QByteArray::fromStdString(value);
  };
  row("too long", "status", std::string(5'001, 'a'));
  std::string wide;
  for (int i = 0; i < 5'001; ++i) wide += "\xF0\x9F\x90\xA6";
  row("too many emoji", "status", wide);
  row("empty", "status", "");
  row("spaces", "status", " \n\t ");
  std::string mentions;
  std::string tags;
  for (int i = 0; i < 101; ++i) {
    mentions += "@name" + std::to_string(i) + " ";
    tags += "#tag" + std::to_string(i) + "x ";
  }
  row("101 mentions", "status", mentions);
  row("101 hashtags", "status", tags);
  row("long warning", "status", "x");
  row("visibility", "visibility", "everyone");
  row("visibility in capitals", "visibility", "PUBLIC");
  row("language", "language", "klingon");
  row("content type", "content_type", "text/html");
  row("schedule", "scheduled_at", "2030-01-01T00:00:00Z");
  row("media", "media_ids[]", "1");
  row("poll", "poll[options][]", "yes");
}
void BadInputTest::wrong_values_name_the_field() {
  QFETCH(QString, field);
  QFETCH(QByteArray, value);
  Fields form = {{"status", "x"}};
  if (field == "status") form.clear();
  form.emplace_back(field.toStdString(), value.toStdString());
  if (QString(QTest::currentDataTag()) == "long warning")
    form.emplace_back("spoiler_text", std::string(5'000, 'a'));
  const auto before = database_dump(world.node);
  const auto name = field.toStdString().substr(0, field.toStdString().find('['));
  auto answer = world.client.post("/api/v1/statuses", form);
  QCOMPARE(answer.status, 422);
  QVERIFY2(answer.json()["error"].get<std::string>().find(name) != std::string::npos, answer.body.c_str());
  if (name != "visibility") {  // an edit keeps it
    answer = world.client.send("PUT", "/api/v1/statuses/" + world.post, form_encoded(form), form_type);
    QCOMPARE(answer.status, 422);
    QVERIFY2(answer.json()["error"].get<std::string>().find(name) != std::string::npos, answer.body.c_str());
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::page_parameters_are_clamped_or_refused_data() {
  QTest::addColumn<QString>("path");
  for (const char* path :
       {"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/tag",
        "/api/v1/notifications", "/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/blocks", "/api/v1/mutes",
        "/api/v1/follow_requests", "/api/v1/accounts/:account/statuses",
        "/api/v1/accounts/:account/followers", "/api/v1/accounts/:account/following",
        "/api/v1/statuses/:post/favourited_by", "/api/v1/statuses/:post/reblogged_by", "/api/v1/directory",
        "/api/v1/accounts/search?q=a", "/api/v2/search?q=a"}) {
    QTest::addRow("%s", path) << path;
  }
}
void BadInputTest::page_parameters_are_clamped_or_refused() {
  QFETCH(QString, path);
  auto base = path.toStdString();
  if (const auto at = base.find(":post"); at != std::string::npos) base.replace(at, 5, world.post);
  if (const auto at = base.find(":account"); at != std::string::npos) base.replace(at, 8, world.alice.id);
  const auto get = [&](const std::string& query) {
    return world.client.get(base + (base.find('?') == std::string::npos ? "?" : "&") + query);
  };
  const auto before = database_dump(world.node);
  for (const std::string query : {"limit=0", "limit=-1", "limit=1000000000", "limit=9223372036854775807",
                                  "limit=1", "limit=-9223372036854775808"}) {
    const auto answer = get(query);
    QVERIFY2(answer.status == 200, (query + answer.body).c_str());
  }
  for (const std::string query : {"limit=x", "limit=1.5", "limit=", "limit=99999999999999999999", "limit[]=1",
                                  "limit=1&limit=2", "limit=1%20"}) {
    const auto answer = get(query);
    QVERIFY2(answer.status == 422 && answer.body.find("limit") != std::string::npos,
             (query + answer.body).c_str());
  }
  const bool has_offset = base.find("search") != std::string::npos || base.ends_with("directory");
  if (has_offset) {
    for (const std::string query : {"offset=-1", "offset=1000000000000", "offset=0"})
      QVERIFY2(get(query).status == 200, query.c_str());
    const auto answer = get("offset=x");
    QVERIFY2(answer.status == 422 && answer.body.find("offset") != std::string::npos, answer.body.c_str());
  } else {
    for (const std::string name : {"max_id", "since_id", "min_id"}) {
      for (const std::string value :
           {"x", "-1", "1.5", "9223372036854775808", "99999999999999999999999", "1%20", "%F0%9F%90%A6"}) {
        const auto answer = get(name + "=" + value);
        QVERIFY2(answer.status == 422 && answer.body.find(name) != std::string::npos,
                 (name + "=" + value + answer.body).c_str());
      }
      for (const std::string value : {"", "0", "1", "9223372036854775807"})
        QVERIFY2(get(name + "=" + value).status == 200, value.c_str());
    }
  }
  QCOMPARE(database_dump(world.node), before);
}

void BadInputTest::unknown_fields_are_ignored() {
  const auto answer = world.client.send(
      "POST", "/api/v1/statuses",
      R"({"status":"x","quoted_status_id":null,"preview":true,"a":{"b":[1,{"c":null}]},"constructor":1,"__proto__":{}})",
      json_type);
  QCOMPARE(answer.status, 200);
  QCOMPARE(world.client.get("/api/v1/timelines/home?local=true&x[y][z]=1&&=&a").status, 200);
}

void BadInputTest::null_is_the_same_as_left_out() {
  const auto answer = world.client.send(
      "POST", "/api/v1/statuses",
      R"({"status":"x","in_reply_to_id":null,"media_ids":null,"poll":null,"scheduled_at":null,
                                            "spoiler_text":null,"visibility":null,"language":null,"sensitive":null})",
      json_type);
  QVERIFY2(answer.status == 200, answer.body.c_str());
  QCOMPARE(answer.json()["visibility"], "public");
}

// --- text ---

void BadInputTest::text_round_trips_byte_for_byte_data() {
  QTest::addColumn<QString>("text");
  QTest::newRow("chinese") << QString::fromUtf8("你好，世界。繁體字 𠮷野家");
  QTest::newRow("arabic") << QString::fromUtf8("مرحبا بالعالم ١٢٣");
  QTest::newRow("hebrew with points") << QString::fromUtf8("שָׁלוֹם עֲלֵיכֶם");
  QTest::newRow("devanagari") << QString::fromUtf8("क्षत्रिय हिन्दी");
  QTest::newRow("thai") << QString::fromUtf8("สวัสดีชาวโลก");
  QTest::newRow("korean jamo") << QString::fromUtf8("\u1112\u1161\u11ab 한");
  QTest::newRow("combining, not composed") << QString::fromUtf8("e\u0301 and \u00e9 are not the same bytes");
  QTest::newRow("compatibility forms") << QString::fromUtf8("ﬁ ｆｕｌｌ ① ™ K");
  QTest::newRow("family") << QString::fromUtf8(
      "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪 1️⃣");
  QTest::newRow("zero width") << QString::fromUtf8("a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg");
  QTest::newRow("bidi marks") << QString::fromUtf8("a\u202eb\u202cc\u2066d\u2069e\u200ff\u200e");
  QTest::newRow("no-break and odd spaces") << QString::fromUtf8("a\u00a0b\u2003c\u3000d\u180ee");
  QTest::newRow("stacked marks") << QString::fromUtf8(
      "z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319");
  QTest::newRow("private and tag characters") << QString::fromUtf8("\ue000 \U000e0041 \U0010fffd");
  QTest::newRow("line ends") << "a\r\nb\rc\nd";
  QTest::newRow("markup characters") << "<b>&amp;\"'</b> \\ ` $ % {} []";
  QTest::newRow("space around") << "  a  ";
}
void BadInputTest::text_round_trips_byte_for_byte() {
  QFETCH(QString, text);
  const auto bytes = text.toStdString();
  for (const bool is_json : {false, true}) {
    const auto answer =
        is_json ? world.client.send("POST", "/api/v1/statuses",
                                    json{{"status", bytes}, {"spoiler_text", bytes}}.dump(), json_type)
                : world.client.post("/api/v1/statuses", {{"status", bytes}, {"spoiler_text", bytes}});
    QCOMPARE(answer.status, 200);
    const std::string id = answer.json()["id"];
    const auto source = world.client.get("/api/v1/statuses/" + id + "/source").json();
    QCOMPARE(source["text"], bytes);
    QCOMPARE(source["spoiler_text"], bytes);
    QCOMPARE(answer.json()["spoiler_text"], bytes);
    const std::string content = answer.json()["content"];
    const bool is_plain = text.indexOf('<') < 0 && text.indexOf('\n') < 0 && text.indexOf(' ') != 0;
    if (is_plain) QCOMPARE(content, "<p>" + bytes + "</p>");
    QCOMPARE(world.client.send("DELETE", "/api/v1/statuses/" + id).json()["text"], bytes);
  }
  const auto me = world.client.send("PATCH", "/api/v1/accounts/update_credentials",
                                    json{{"display_name", bytes}, {"note", bytes}}.dump(), json_type);
  QCOMPARE(me.json()["display_name"], bytes);
  QCOMPARE(me.json()["source"]["note"], bytes);
}

void BadInputTest::invisible_text_alone_is_blank_data() {
  QTest::addColumn<QString>("text");
  QTest::newRow("zero width space") << QString::fromUtf8("\u200b\u200b");
  QTest::newRow("joiners") << QString::fromUtf8("\u200d\u200c\u2060\ufeff");
  QTest::newRow("bidi controls") << QString::fromUtf8("\u202e\u202c\u200f");
  QTest::newRow("wide spaces") << QString::fromUtf8("\u3000\u2003\u00a0");
  QTest::newRow("soft hyphens") << QString::fromUtf8("\u00ad\u00ad");
}
void BadInputTest::invisible_text_alone_is_blank() {
  QFETCH(QString, text);
  const auto answer = world.client.post("/api/v1/statuses", {{"status", text.toStdString()}});
  QCOMPARE(answer.status, 422);
  QVERIFY(answer.body.find("status") != std::string::npos);
}

/// T-D9: the answer comes, whatever it is; that it comes in linear time is the text library's own test.
void BadInputTest::heavy_text_is_handled_quickly_enough_data() {
  QTest::addColumn<QByteArray>("piece");
  for (const char* piece : {"@a", "#", "http://", "(", "&", "<", "*a_", "[", "]", ">", "`", "!["})
    QTest::addRow("%s", piece) << QByteArray(piece);
}
void BadInputTest::heavy_text_is_handled_quickly_enough() {
  QFETCH(QByteArray, piece);
  std::string text;
  while (text.size() + static_cast<std::size_t>(piece.size()) < 200 * 1024) text += piece.toStdString();
  for (const std::string type : {"text/plain", "text/markdown"}) {
    const auto answer = world.client.send("POST", "/api/v1/statuses",
                                          json{{"status", text}, {"content_type", type}}.dump(), json_type);
    QVERIFY2(answer.status == 422 || answer.status == 413, answer.body.c_str());
    const auto shorter =
        world.client.send("POST", "/api/v1/statuses",
                          json{{"status", text.substr(0, 5'000)}, {"content_type", type}}.dump(), json_type);
    QVERIFY2(shorter.status == 200 || shorter.status == 422, shorter.body.c_str());
  }
}

QTEST_GUILESS_MAIN(BadInputTest)
#include "bad_input_test.moc"
