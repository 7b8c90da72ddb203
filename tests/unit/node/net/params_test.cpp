#include "node/net/params.h"

#include <array>

#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::net;

namespace {

/// A request whose body lives as long as its parameters.
struct Parsed {
  Request request;
  Result<Params> params;
};

std::unique_ptr<Parsed> parse(std::string query, std::string content_type, std::string body) {
  auto parsed = std::make_unique<Parsed>();
  parsed->request.query = std::move(query);
  parsed->request.body = std::move(body);
  parsed->request.head = std::move(content_type);
  if (!parsed->request.head.empty()) parsed->request.fields.push_back({"content-type", parsed->request.head});
  parsed->params = Params::parse(parsed->request);
  return parsed;
}

std::unique_ptr<Parsed> json(std::string body) { return parse("", "application/json", std::move(body)); }
std::unique_ptr<Parsed> form(std::string body) {
  return parse("", "application/x-www-form-urlencoded", std::move(body));
}
std::unique_ptr<Parsed> query(std::string text) { return parse(std::move(text), "", ""); }
std::unique_ptr<Parsed> multipart(std::string body) {
  return parse("", "multipart/form-data; boundary=XX", std::move(body));
}

std::string part(std::string_view fields, std::string_view data) {
  return std::string("--XX\r\n").append(fields).append("\r\n\r\n").append(data).append("\r\n");
}
std::string named(std::string_view name, std::string_view data) {
  return part(std::string("Content-Disposition: form-data; name=\"").append(name).append("\""), data);
}
const std::string end = "--XX--\r\n";

using Pairs = std::vector<std::pair<std::string, std::string>>;
Pairs pairs(const Params& params) {
  Pairs result;
  for (const auto& field : params.fields()) result.emplace_back(field.key, field.value.text);
  return result;
}

/// The status class of an error, and that it names the field.
bool refuses(const Error& error, Errc code, std::string_view name) {
  return error.code == code && error.safe.find(name) != std::string::npos;
}

}  // namespace

class ParamsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_form_gives_the_same_keys_data();
  void every_form_gives_the_same_keys();
  void query_and_body_are_joined();
  void unreadable_input_is_refused_data();
  void unreadable_input_is_refused();
  void bounds_hold();
  void texts_data();
  void texts();
  void integers_data();
  void integers();
  void booleans_data();
  void booleans();
  void lists_data();
  void lists();
  void a_value_given_twice_is_refused_unless_equal();
  void null_is_absent_but_given();
  void empty_lists_and_objects_are_given();
  void a_scalar_where_an_object_belongs_is_refused();
  void groups_are_indexed_data();
  void groups_are_indexed();
  void words_come_from_a_table();
  void files_are_views_of_the_body();
  void no_file_chosen_is_no_file();
  void file_names_are_read_in_every_form_data();
  void file_names_are_read_in_every_form();
  void multipart_data_is_kept_byte_for_byte();
};

void ParamsTest::every_form_gives_the_same_keys_data() {
  QTest::addColumn<std::string>("content_type");
  QTest::addColumn<std::string>("body");
  const std::string urlencoded = "application/x-www-form-urlencoded";
  QTest::newRow("JSON")
      << std::string("application/json")
      << std::string(
             R"( {"status":"a b","source":{"privacy":"direct"},"media_ids":["1",2],"poll":{"options":["x"]}} )");
  QTest::newRow("JSON with charset")
      << std::string("Application/JSON; charset=UTF-8")
      << std::string(
             R"({"status":"a b","source":{"privacy":"direct"},"media_ids":["1",2],"poll":{"options":["x"]}})");
  QTest::newRow("form")
      << urlencoded
      << std::string("status=a+b&source%5Bprivacy%5D=direct&media_ids[]=1&media_ids[]=2&poll[options][]=x");
  QTest::newRow("form with empty pairs")
      << urlencoded
      << std::string("&&status=a%20b&source[privacy]=direct&&media_ids[]=1&media_ids[]=2&poll[options][]=x&");
  QTest::newRow("multipart") << std::string("multipart/form-data; boundary=\"XX\"")
                             << named("status", "a b") + named("source[privacy]", "direct") +
                                    named("media_ids[]", "1") + named("media_ids[]", "2") +
                                    named("poll[options][]", "x") + end;
}

void ParamsTest::every_form_gives_the_same_keys() {
  QFETCH(std::string, content_type);
  QFETCH(std::string, body);
  auto parsed = parse("", content_type, body);
  QVERIFY2(parsed->params, why(parsed->params).c_str());
  Pairs expected{{"status", "a b"},
                 {"source[privacy]", "direct"},
                 {"media_ids[]", "1"},
                 {"media_ids[]", "2"},
                 {"poll[options][]", "x"}};
  QVERIFY(pairs(*parsed->params) == expected);
  QCOMPARE(parsed->params->text("source[privacy]").value(), std::optional<std::string>("direct"));
  QVERIFY(parsed->params->list("media_ids").value() == (std::vector<std::string>{"1", "2"}));
  QVERIFY(parsed->params->list("poll[options]").value() == std::vector<std::string>{"x"});
}

void ParamsTest::query_and_body_are_joined() {
  auto parsed = parse("limit=5", "application/json", R"({"status":"x"})");
  QVERIFY(pairs(*parsed->params) == (Pairs{{"limit", "5"}, {"status", "x"}}));
  QVERIFY(parse("", "text/plain", "")->params);
  QVERIFY(parse("", "", "")->params->fields().empty());
}

void ParamsTest::unreadable_input_is_refused_data() {
  QTest::addColumn<std::string>("content_type");
  QTest::addColumn<std::string>("body");
  QTest::addColumn<int>("code");
  QTest::addColumn<std::string>("named");
  auto row = [](const char* name, const char* type, std::string body, Errc code = Errc::bad_request,
                const char* names = "") {
    QTest::newRow(name) << std::string(type) << std::move(body) << static_cast<int>(code)
                        << std::string(names);
  };
  const char* js = "application/json";
  const char* urlencoded = "application/x-www-form-urlencoded";
  const char* mp = "multipart/form-data; boundary=XX";
  row("no type", "", "a", Errc::unsupported);
  row("text", "text/plain", "a", Errc::unsupported);
  row("XML", "application/xml", "<a/>", Errc::unsupported);
  row("JSON in latin-1", "application/json; charset=iso-8859-1", "{}", Errc::unsupported);
  row("JSON cut off", js, R"({"a":1)", Errc::bad_request, "byte");
  row("two JSON values", js, "{}{}");
  row("JSON array", js, "[1]", Errc::bad_request, "object");
  row("JSON text", js, "\"a\"", Errc::bad_request, "object");
  row("JSON null", js, "null", Errc::bad_request, "object");
  row("JSON key twice", js, R"({"a":1,"a":2})", Errc::bad_request, "a: is given twice");
  row("inner JSON key twice", js, R"({"b":{"a":1,"\u0061":2}})", Errc::bad_request, "b[a]");
  row("JSON key with brackets", js, R"({"a[b]":1})", Errc::bad_request, "a[b]");
  row("JSON comment", js, "{/* */}");
  row("JSON NaN", js, R"({"a":NaN})");
  row("JSON single quotes", js, "{'a':1}");
  row("JSON malformed UTF-8", js, "{\"a\":\"\xff\"}");
  row("JSON lone surrogate", js, R"({"a":"\ud800"})");
  row("JSON NUL", js, R"({"a":"\u0000"})", Errc::bad_request, "a");
  row("JSON NUL in a key", js, R"({"\u0000":1})");
  row("JSON number past range", js, R"({"a":1e999})");
  row("JSON control byte", js, "{\"a\":\"\n\"}");
  row("form escape", urlencoded, "a=%4", Errc::bad_request, "a");
  row("form escape in the key", urlencoded, "%zz=1");
  row("form malformed UTF-8", urlencoded, "a=%ff", Errc::bad_request, "a");
  row("form malformed UTF-8 in the key", urlencoded, "%ff=a");
  row("form NUL", urlencoded, "a=%00", Errc::bad_request, "a");
  row("multipart without boundary", "multipart/form-data", "x");
  row("multipart with two boundaries", "multipart/form-data; boundary=XX; boundary=YY",
      named("a", "b") + end);
  row("multipart boundary too long", ("multipart/form-data; boundary=" + std::string(71, 'x')).c_str(), "x");
  row("multipart with a preamble", mp, "hello\r\n" + named("a", "b") + end);
  row("multipart cut off", mp, named("a", "b"));
  row("multipart cut in a part", mp, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb");
  row("multipart cut in a head", mp, "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n");
  row("multipart with an epilogue", mp, named("a", "b") + end + "more");
  row("multipart text behind a boundary", mp, "--XXY\r\n\r\n");
  row("multipart bare LF", mp, "--XX\nContent-Disposition: form-data; name=\"a\"\n\nb\n--XX--\n");
  row("multipart part without disposition", mp, part("Content-Type: text/plain", "b") + end);
  row("multipart part without a head", mp, "--XX\r\n\r\n\r\nb\r\n" + end);
  row("multipart part without a name", mp, part("Content-Disposition: form-data", "b") + end);
  row("multipart attachment", mp, part("Content-Disposition: attachment; name=\"a\"", "b") + end);
  row("multipart open quote", mp, part("Content-Disposition: form-data; name=\"a", "b") + end);
  row("multipart name twice", mp, part("Content-Disposition: form-data; name=\"a\"; name=\"b\"", "b") + end);
  row("multipart two dispositions", mp,
      part("Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"", "b") +
          end);
  row("multipart base64", mp,
      part("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64", "YQ==") + end);
  row("multipart malformed UTF-8", mp, named("a", "\xff") + end, Errc::bad_request, "a");
  row("multipart long head", mp,
      part("Content-Disposition: form-data; name=\"a\"\r\nX: " + std::string(9000, 'x'), "b") + end);
  row("multipart control byte in a head", mp,
      part("Content-Disposition: form-data; name=\"a\x01\"", "b") + end);
}

void ParamsTest::unreadable_input_is_refused() {
  QFETCH(std::string, content_type);
  QFETCH(std::string, body);
  QFETCH(int, code);
  QFETCH(std::string, named);
  auto parsed = parse("", content_type, body);
  QVERIFY(!parsed->params);
  QCOMPARE(static_cast<int>(parsed->params.error().code), code);
  QVERIFY2(parsed->params.error().safe.find(named) != std::string::npos, parsed->params.error().safe.c_str());
}

void ParamsTest::bounds_hold() {
  std::string pairs;
  for (int i = 0; i < 1000; ++i) pairs += "ids[]=1&";
  QVERIFY(form(pairs)->params);
  QVERIFY(!form(pairs + "ids[]=1")->params);
  QVERIFY(!parse("a=b", "application/x-www-form-urlencoded", pairs)->params);
  auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  QVERIFY(json(nested(64))->params);
  QVERIFY(!json(nested(65))->params);
  QVERIFY(!json(std::string(100'000, '['))->params);
  QVERIFY(!json("{\"a\":" + std::string(100'000, '['))->params);
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = "{\"" + std::string(100, 'k') + "\":" + deep + "}";
  QVERIFY(!json(deep)->params);
}

void ParamsTest::texts_data() {
  QTest::addColumn<std::string>("body");
  QTest::addColumn<std::optional<std::string>>("text");
  QTest::addColumn<bool>("good");
  auto row = [](const char* body, std::optional<std::string> text, bool good) {
    QTest::newRow(body) << std::string(body) << std::move(text) << good;
  };
  row(R"({"a":"x"})", "x", true);
  row(R"({"a":""})", "", true);
  row(R"({"a":109348684342100001})", "109348684342100001", true);
  row(R"({"a":-5})", "-5", true);
  row(R"({"a":1.50})", "1.50", true);
  row(R"({"a":"\u00e9\ud83d\ude00"})", "\xc3\xa9\xf0\x9f\x98\x80", true);
  row(R"({"b":"x"})", std::nullopt, true);
  row(R"({"a":null})", std::nullopt, true);
  row(R"({"a":true})", std::nullopt, false);
  row(R"({"a":["x"]})", std::nullopt, false);
  row(R"({"a":[]})", std::nullopt, false);
  row(R"({"a":{}})", std::nullopt, false);
  row(R"({"a":{"b":"x"}})", std::nullopt, false);
}

void ParamsTest::texts() {
  QFETCH(std::string, body);
  QFETCH(std::optional<std::string>, text);
  QFETCH(bool, good);
  auto parsed = json(body);
  auto result = parsed->params->text("a");
  QCOMPARE(result.has_value(), good);
  if (good) QCOMPARE(*result, text);
  if (!good) QVERIFY(refuses(result.error(), Errc::unprocessable, "a:"));
}

void ParamsTest::integers_data() {
  QTest::addColumn<std::string>("body");
  QTest::addColumn<std::optional<std::int64_t>>("number");
  QTest::addColumn<bool>("good");
  auto row = [](const char* body, std::optional<std::int64_t> number, bool good) {
    QTest::newRow(body) << std::string(body) << number << good;
  };
  row(R"({"n":5})", 5, true);
  row(R"({"n":"5"})", 5, true);
  row(R"({"n":1})", 1, true);
  row(R"({"n":80})", 80, true);
  row(R"({"n":null})", std::nullopt, true);
  row(R"({})", std::nullopt, true);
  row(R"({"n":0})", std::nullopt, false);
  row(R"({"n":81})", std::nullopt, false);
  row(R"({"n":-1})", std::nullopt, false);
  row(R"({"n":1.0})", std::nullopt, false);
  row(R"({"n":1e1})", std::nullopt, false);
  row(R"({"n":true})", std::nullopt, false);
  row(R"({"n":""})", std::nullopt, false);
  row(R"({"n":" 5"})", std::nullopt, false);
  row(R"({"n":"+5"})", std::nullopt, false);
  row(R"({"n":"0x5"})", std::nullopt, false);
  row(R"({"n":"5 "})", std::nullopt, false);
  row(R"({"n":"99999999999999999999"})", std::nullopt, false);
  row(R"({"n":99999999999999999999})", std::nullopt, false);
  row(R"({"n":[5]})", std::nullopt, false);
}

void ParamsTest::integers() {
  QFETCH(std::string, body);
  QFETCH(std::optional<std::int64_t>, number);
  QFETCH(bool, good);
  auto parsed = json(body);
  QVERIFY2(parsed->params, why(parsed->params).c_str());
  auto result = parsed->params->integer("n", 1, 80);
  QCOMPARE(result.has_value(), good);
  if (good) QVERIFY(*result == number);
  if (!good) QVERIFY(refuses(result.error(), Errc::unprocessable, "n:"));
}

void ParamsTest::booleans_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::optional<bool>>("flag");
  auto row = [](const char* value, std::optional<bool> flag) {
    QTest::newRow(value) << std::string(value) << flag;
  };
  for (const char* yes : {"true", "1", "\"true\"", "\"1\"", "\"on\"", "\"True\""}) row(yes, true);
  for (const char* no : {"false", "0", "\"false\"", "\"0\"", "\"off\"", "\"False\""}) row(no, false);
  for (const char* bad : {"2", "\"yes\"", "\"TRUE\"", "\"\"", "1.0", "[true]", "{}", "\"t\"", "\"true \""})
    row(bad, std::nullopt);
}

void ParamsTest::booleans() {
  QFETCH(std::string, value);
  QFETCH(std::optional<bool>, flag);
  auto parsed = json("{\"b\":" + value + "}");
  auto result = parsed->params->boolean("b");
  QCOMPARE(result.has_value(), flag.has_value());
  if (flag) QVERIFY(*result == flag);
  if (!flag) QVERIFY(refuses(result.error(), Errc::unprocessable, "b:"));
}

void ParamsTest::lists_data() {
  QTest::addColumn<std::string>("body");
  QTest::addColumn<bool>("is_json");
  QTest::addColumn<std::vector<std::string>>("values");
  QTest::addColumn<bool>("good");
  using List = std::vector<std::string>;
  auto row = [](const char* body, bool is_json, List values, bool good = true) {
    QTest::newRow(body) << std::string(body) << is_json << std::move(values) << good;
  };
  row("id[]=1&id[]=2", false, {"1", "2"});
  row("id=1&id=2", false, {"1", "2"});
  row("id=1", false, {"1"});
  row("id[0]=1&id[1]=2", false, {"1", "2"});
  row("other=1&idx[]=3", false, {});
  row("id[]=", false, {""});
  row(R"({"id":["1",2]})", true, {"1", "2"});
  row(R"({"id":"1"})", true, {"1"});
  row(R"({"id":[]})", true, {});
  row(R"({"id":null})", true, {});
  row(R"({"id":[null]})", true, {}, false);
  row(R"({"id":[true]})", true, {}, false);
  row(R"({"id":true})", true, {}, false);
  row(R"({"id":[["1"]]})", true, {}, false);
  row(R"({"id":[{"a":"1"}]})", true, {}, false);
  row(R"({"id":{"a":"1"}})", true, {}, false);
  row(R"({"id":{}})", true, {}, false);
  row("id[a]=1", false, {}, false);
  row("id[][a]=1", false, {}, false);
}

void ParamsTest::lists() {
  QFETCH(std::string, body);
  QFETCH(bool, is_json);
  QFETCH(std::vector<std::string>, values);
  QFETCH(bool, good);
  auto parsed = is_json ? json(body) : form(body);
  auto result = parsed->params->list("id");
  QCOMPARE(result.has_value(), good);
  if (good) QVERIFY(*result == values);
  if (!good) QVERIFY(refuses(result.error(), Errc::unprocessable, "id:"));
}

void ParamsTest::a_value_given_twice_is_refused_unless_equal() {
  QCOMPARE(query("a=1&a=1")->params->text("a").value(), std::optional<std::string>("1"));
  auto twice = query("a=1&a=2");
  QVERIFY(refuses(twice->params->text("a").error(), Errc::unprocessable, "a:"));
  QVERIFY(!twice->params->integer("a", 0, 9));
  QVERIFY(!query("a=true&a=false")->params->boolean("a"));
  QVERIFY(!parse("a=1", "application/json", R"({"a":"2"})")->params->text("a"));
}

void ParamsTest::null_is_absent_but_given() {
  auto parsed = json(R"({"a":null})");
  QVERIFY(parsed->params->has("a"));
  QVERIFY(!parsed->params->has("b"));
  QVERIFY(!parsed->params->boolean("a").value());
  QVERIFY(!parsed->params->file("a").value());
}

void ParamsTest::empty_lists_and_objects_are_given() {
  auto parsed = json(R"({"ids":[],"source":{}})");
  QVERIFY(parsed->params->has("ids") && parsed->params->has("source"));
  QVERIFY(parsed->params->list("ids").value().empty());
  QVERIFY(!parsed->params->text("source[privacy]").value());
  QVERIFY(query("source[privacy]=x")->params->has("source"));
  QVERIFY(!query("sourcecode=x")->params->has("source"));
}

void ParamsTest::a_scalar_where_an_object_belongs_is_refused() {
  auto parsed = json(R"({"source":"direct"})");
  QVERIFY(refuses(parsed->params->text("source[privacy]").error(), Errc::unprocessable, "source:"));
  QVERIFY(json(R"({"source":null})")->params->text("source[privacy]"));
}

void ParamsTest::groups_are_indexed_data() {
  QTest::addColumn<std::string>("body");
  QTest::addColumn<bool>("is_json");
  auto row = [](const char* name, const char* body, bool is_json) {
    QTest::newRow(name) << std::string(body) << is_json;
  };
  row("numbered form", "f[0][name]=a&f[0][value]=1&f[1][name]=b&f[1][value]=2", false);
  row("numbers with gaps, out of order", "f[10][name]=b&f[2][name]=a&f[2][value]=1&f[10][value]=2", false);
  row("without numbers", "f[][name]=a&f[][value]=1&f[][name]=b&f[][value]=2", false);
  row("JSON array", R"({"f":[{"name":"a","value":"1"},{"name":"b","value":"2"}]})", true);
  row("JSON object with numbers", R"({"f":{"0":{"name":"a","value":"1"},"1":{"name":"b","value":"2"}}})",
      true);
}

void ParamsTest::groups_are_indexed() {
  QFETCH(std::string, body);
  QFETCH(bool, is_json);
  auto parsed = is_json ? json(body) : form(body);
  auto groups = parsed->params->indexed("f");
  QVERIFY2(groups, why(groups).c_str());
  QCOMPARE(groups->size(), std::size_t{2});
  QCOMPARE((*groups)[0].text("name").value(), std::optional<std::string>("a"));
  QCOMPARE((*groups)[1].text("name").value(), std::optional<std::string>("b"));
  QCOMPARE((*groups)[1].text("value").value(), std::optional<std::string>("2"));
  QVERIFY(parsed->params->indexed("none").value().empty());
  for (const char* bad : {"f=x", "f[0]=x", "f[]=x", "f[x][name]=a", "f[0]name=a", "f[0][=a", "f[0][]=a",
                          "f[0][a]=1&f[][a]=2", "f[99999999999999999999][a]=1"}) {
    QVERIFY2(!form(bad)->params->indexed("f"), bad);
  }
  QCOMPARE(
      form("f[0][words][]=a&f[0][words][]=b")->params->indexed("f").value()[0].list("words").value().size(),
      std::size_t{2});
}

void ParamsTest::words_come_from_a_table() {
  constexpr std::array<std::pair<std::string_view, int>, 2> table{{{"public", 1}, {"direct", 2}}};
  auto read = [&](const char* text) { return query(text)->params->one_of<int>("v", table); };
  QVERIFY(read("v=direct").value() == 2);
  QVERIFY(!read("w=direct").value());
  QVERIFY(refuses(read("v=Direct").error(), Errc::unprocessable, "v: must be one of public, direct"));
}

void ParamsTest::files_are_views_of_the_body() {
  const std::string data("\x89PNG\r\n\x1a\n\0--XX\r\n--X", 19);
  auto parsed = multipart(part("content-disposition: form-data; name=avatar; filename=\"me "
                               "\\\"1\\\".png\"\r\nContent-Type: image/png",
                               data) +
                          named("display_name", "x") + end);
  QVERIFY2(parsed->params, why(parsed->params).c_str());
  auto file = parsed->params->file("avatar");
  QVERIFY2(file, why(file).c_str());
  QCOMPARE((*file)->filename, std::string("me \"1\".png"));
  QCOMPARE((*file)->content_type, std::string("image/png"));
  QCOMPARE((*file)->bytes, std::string_view(data));
  QVERIFY((*file)->bytes.data() >= parsed->request.body.data());
  QVERIFY(refuses(parsed->params->text("avatar").error(), Errc::unprocessable, "avatar:"));
  QVERIFY(refuses(parsed->params->file("display_name").error(), Errc::unprocessable, "display_name:"));
  QVERIFY(!json(R"({"avatar":"data:image/png;base64,AAAA"})")->params->file("avatar"));
}

void ParamsTest::no_file_chosen_is_no_file() {
  auto parsed = multipart(part("Content-Disposition: form-data; name=\"avatar\"; "
                               "filename=\"\"\r\nContent-Type: application/octet-stream",
                               "") +
                          end);
  QVERIFY(!parsed->params->file("avatar").value());
  QVERIFY(!multipart(named("avatar", "") + end)->params->file("avatar").value());
}

void ParamsTest::file_names_are_read_in_every_form_data() {
  QTest::addColumn<std::string>("parameters");
  QTest::addColumn<std::string>("filename");
  auto row = [](const char* parameters, const char* filename) {
    QTest::newRow(parameters) << std::string(parameters) << std::string(filename);
  };
  row("filename=a.png", "a.png");
  row("filename=\"a;b.png\"", "a;b.png");
  row("filename=\"C:\\pics\\a.png\"", "C:\\pics\\a.png");
  row("filename=\"\xe2\x82\xac.png\"", "\xe2\x82\xac.png");
  row("filename*=utf-8''%e2%82%ac.png", "\xe2\x82\xac.png");
  row("filename=x; filename*=UTF-8'en'%41.png", "A.png");
}

void ParamsTest::file_names_are_read_in_every_form() {
  QFETCH(std::string, parameters);
  QFETCH(std::string, filename);
  auto parsed = multipart(part("Content-Disposition: form-data; name=\"f\"; " + parameters, "x") + end);
  QVERIFY2(parsed->params, why(parsed->params).c_str());
  QCOMPARE(parsed->params->file("f").value()->filename, filename);
}

void ParamsTest::multipart_data_is_kept_byte_for_byte() {
  for (std::string data : {"", "\r\n", "a--XX", "\r\n--X", "\n--XX", " a ", "a\r\n\r\nb"}) {
    auto parsed = multipart(named("a", data) + named("b", data) + "--XX--");
    QVERIFY2(parsed->params, why(parsed->params).c_str());
    QCOMPARE(parsed->params->text("a").value(), std::optional<std::string>(data));
    QCOMPARE(parsed->params->text("b").value(), std::optional<std::string>(data));
  }
}

QTEST_APPLESS_MAIN(ParamsTest)
#include "params_test.moc"
