// Who finds a post, and where. Alice, whose account is locked, writes one of each kind; everybody looks in
// every place.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "node/api/route.h"
#include "tests/api/helpers.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

using Names = std::set<std::string>;

/// Each post is one text that holds its name twice: as a word and as a hashtag.
struct Post {
  std::string name;
  std::string visibility;
  Names seen_by;  // besides Alice, who sees all of hers
  std::string mention = {};
  bool is_local_only = false;
};

const Names everyone_signed_in = {"bob", "fay", "yan", "pat", "meg"};
const Names everyone = {"", "bob", "fay", "yan", "pat", "meg"};

/// Zoe is blocked by Alice and sees nothing, also not what names her. Yan blocks Alice, which is his own
/// affair.
const std::vector<Post> posts = {
    {"aardvark", "public", everyone},
    {"badger", "unlisted", everyone},
    {"capybara", "public", everyone_signed_in, {}, true},
    {"dormouse", "private", {"fay"}},
    {"echidna", "private", {"fay", "meg"}, "meg"},
    {"flamingo", "direct", {"meg"}, "meg"},
    {"gazelle", "direct", {}},
    {"hedgehog", "direct", {}, "zoe"},
};
/// "" is the anonymous visitor. Bob is nobody in particular; Fay follows; Pat asked to; Meg is mentioned.
const std::vector<std::string> readers = {"", "bob", "fay", "yan", "pat", "meg", "zoe", "alice"};

bool sees(const std::string& reader, const Post& post) {
  return reader == "alice" || post.seen_by.contains(reader);
}

Answer patch(HttpClient& client, const Fields& fields) {
  return client.send("PATCH", "/api/v1/accounts/update_credentials", form_encoded(fields),
                     "application/x-www-form-urlencoded");
}

Names ids_in(const nlohmann::json& list) {
  Names ids;
  for (const auto& each : list) {
    ids.insert(each.at("id"));
    if (each.contains("reblog") && each.at("reblog").is_object()) ids.insert(each.at("reblog").at("id"));
  }
  return ids;
}

std::string essence(const Answer& answer) {
  std::string out = std::to_string(answer.status) + "\n" + answer.body + "\n";
  for (const auto& [name, value] : answer.headers) {
    if (name != "date" && name != "x-request-id") out += name + ": " + value + "\n";
  }
  return out;
}

std::string with_ids(std::string_view pattern, const std::vector<std::string>& ids) {
  std::string path;
  std::size_t next = 0;
  while (pattern.size() > 1) {
    pattern.remove_prefix(1);
    const auto segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    const bool is_argument = segment.starts_with(':') || segment == "*";
    path += "/" + (is_argument ? ids[std::min(next++, ids.size() - 1)] : std::string(segment));
  }
  return path.empty() ? "/" : path;
}

/// The world of these tests, as it stands when all have written and nobody has looked.
class World {
 public:
  World() {
    for (const auto& name : readers) {
      if (name.empty()) continue;
      people[name] = node.person(name);
      clients.emplace(name, node.client(people[name]));
    }
    clients.emplace("", node.client());
    act("fay", "follow", {{"notify", "true"}});
    act("zoe", "follow", {});
    patch(as("alice"), {{"locked", "true"}});
    act("pat", "follow", {});
    root = post_status(as("alice"), "the thread");
    for (const auto& post : posts) write(post);
    act("yan", "block", {});
    as("alice").post("/api/v1/accounts/" + people["zoe"].id + "/block");
  }

  HttpClient& as(const std::string& name) { return clients.at(name); }
  std::string alice() { return "/api/v1/accounts/" + people["alice"].id; }
  std::string path(const std::string& name) { return "/api/v1/statuses/" + ids.at(name); }
  void act(const std::string& who, const std::string& action, const Fields& fields) {
    const auto answer = as(who).post("/api/v1/accounts/" + people["alice"].id + "/" + action, fields);
    if (answer.status != 200) throw std::runtime_error(who + " " + action + ": " + answer.body);
  }

  TestNode node;
  std::map<std::string, Person> people;
  std::map<std::string, HttpClient> clients;
  std::map<std::string, std::string> ids;      // of the posts, by name
  std::map<std::string, std::string> answers;  // public answers to the posts by Alice, by name
  std::string root;                            // all posts answer it

 private:
  void write(const Post& post) {
    Fields fields = {{"visibility", post.visibility}, {"in_reply_to_id", root}};
    if (post.is_local_only) fields.emplace_back("local_only", "true");
    const auto mention = post.mention.empty() ? "" : " @" + post.mention;
    ids[post.name] = post_status(as("alice"), post.name + " #" + post.name + mention, fields);
    answers[post.name] = post_status(as("alice"), "an answer", {{"in_reply_to_id", ids[post.name]}});
    as("alice").post(path(post.name) + "/pin");  // refused for direct ones
    as("alice").post(path(post.name) + "/favourite");
  }
};

/// A place where posts are found.
struct Place {
  std::string name;
  /// Is the post there, for this reader?
  std::function<bool(World&, HttpClient&, const Post&)> finds;
  /// Should it be? All that is not visible must not, whatever this says.
  std::function<bool(const std::string& reader, const Post&)> shows;
};

bool in_list(World& world, HttpClient& client, const Post& post, const std::string& path) {
  const auto answer = client.get(path);
  return answer.status == 200 && ids_in(answer.json()).contains(world.ids[post.name]);
}
bool answers_200(HttpClient& client, const std::string& path) { return client.get(path).status == 200; }

bool always(const std::string&, const Post&) { return true; }
bool is_signed_in(const std::string& reader, const Post&) { return !reader.empty(); }
/// Feeds spare Yan whom he blocks.
bool in_feeds(const std::string& reader, const Post& post) {
  return reader != "yan" && post.visibility == "public";
}
bool on_profile(const std::string& reader, const Post& post) {
  return reader != "yan" && (reader == "alice" || post.visibility != "direct");
}
bool for_all(const std::string&, const Post& post) { return post.seen_by.contains(""); }

std::vector<Place> all_places() {
  const auto status = [](std::string action) {
    return
        [action](World& w, HttpClient& c, const Post& p) { return answers_200(c, w.path(p.name) + action); };
  };
  const auto list = [](std::function<std::string(World&, const Post&)> path) {
    return [path](World& w, HttpClient& c, const Post& p) { return in_list(w, c, p, path(w, p)); };
  };
  const auto page = [](std::function<std::string(World&, const Post&)> path) {
    return [path](World& w, HttpClient& c, const Post& p) {
      const auto answer = c.get(path(w, p));
      return answer.status == 200 && answer.body.find(w.ids[p.name]) != std::string::npos &&
             answer.body.find(p.name + " ") != std::string::npos;
    };
  };
  return {
      {"status", status(""), always},
      {"history", status("/history"), always},
      {"favourited_by", status("/favourited_by"), always},
      {"reblogged_by", status("/reblogged_by"), always},
      {"its context", status("/context"), always},
      {"source", status("/source"), [](const std::string& reader, const Post&) { return reader == "alice"; }},
      {"several statuses",
       list([](World& w, const Post& p) { return "/api/v1/statuses?id[]=" + w.ids[p.name]; }), always},
      {"context as ancestor",
       [](World& w, HttpClient& c, const Post& p) {
         const auto answer = c.get("/api/v1/statuses/" + w.answers[p.name] + "/context");
         return answer.status == 200 && ids_in(answer.json().at("ancestors")).contains(w.ids[p.name]);
       },
       [](const std::string& reader, const Post&) { return reader != "yan"; }},
      {"context as descendant",
       [](World& w, HttpClient& c, const Post& p) {
         const auto answer = c.get("/api/v1/statuses/" + w.root + "/context");
         return answer.status == 200 && ids_in(answer.json().at("descendants")).contains(w.ids[p.name]);
       },
       [](const std::string& reader, const Post&) { return reader != "yan"; }},
      {"account", list([](World& w, const Post&) { return w.alice() + "/statuses?limit=40"; }), on_profile},
      {"account by tag",
       list([](World& w, const Post& p) { return w.alice() + "/statuses?tagged=" + p.name; }), on_profile},
      {"pinned", list([](World& w, const Post&) { return w.alice() + "/statuses?pinned=true"; }),
       [](const std::string&, const Post& post) { return post.visibility != "direct"; }},
      {"home", list([](World&, const Post&) { return std::string("/api/v1/timelines/home?limit=40"); }),
       [](const std::string& reader, const Post&) { return reader == "alice" || reader == "fay"; }},
      {"public", list([](World&, const Post&) { return std::string("/api/v1/timelines/public?limit=40"); }),
       in_feeds},
      {"tag", list([](World&, const Post& p) { return "/api/v1/timelines/tag/" + p.name; }), in_feeds},
      {"search by address",
       [](World& w, HttpClient& c, const Post& p) {
         const auto answer =
             c.get("/api/v2/search",
                   {{"q", TestNode::public_url + "/@alice/" + w.ids[p.name]}, {"resolve", "true"}});
         return answer.status == 200 && ids_in(answer.json().at("statuses")).contains(w.ids[p.name]);
       },
       is_signed_in},
      {"notifications",
       [](World& w, HttpClient& c, const Post& p) {
         const auto answer = c.get("/api/v1/notifications");
         return answer.status == 200 && answer.body.find("\"" + w.ids[p.name] + "\"") != std::string::npos;
       },
       [](const std::string& reader, const Post& post) { return !reader.empty() && reader == post.mention; }},
      {"profile page", page([](World&, const Post&) { return std::string("/@alice"); }), for_all},
      {"post page", page([](World& w, const Post& p) { return "/@alice/" + w.ids[p.name]; }), for_all},
      {"hashtag page", page([](World&, const Post& p) { return "/tags/" + p.name; }),
       [](const std::string&, const Post& post) {
         return post.visibility == "public" && !post.is_local_only;
       }},
  };
}

}  // namespace

class VisibilityTest : public QObject {
  Q_OBJECT
  std::unique_ptr<World> world_;

 private Q_SLOTS:
  void initTestCase() { world_ = std::make_unique<World>(); }
  void cleanupTestCase() { world_.reset(); }

  void post_is_found_by_whom_it_is_for_and_nobody_else_data() {
    QTest::addColumn<std::size_t>("place");
    const auto places = all_places();
    for (std::size_t i = 0; i < places.size(); ++i) QTest::newRow(places[i].name.c_str()) << i;
  }
  void post_is_found_by_whom_it_is_for_and_nobody_else() {
    QFETCH(std::size_t, place);
    const auto where = all_places().at(place);
    const bool is_page = where.name.ends_with("page");
    std::string wrong;
    for (const auto& reader : readers) {
      for (const auto& post : posts) {
        // Pages look at nobody's token.
        const bool is_visible = is_page ? sees("", post) : sees(reader, post);
        const bool expected = is_visible && where.shows(is_page ? "" : reader, post);
        const bool found = where.finds(*world_, world_->as(reader), post);
        if (found != expected)
          wrong += (found ? "\n found by " : "\n not found by ") + (reader.empty() ? "the visitor" : reader) +
                   ": " + post.name;
      }
    }
    QVERIFY2(wrong.empty(), wrong.c_str());
  }

  /// The net below the table: no answer to any GET of the whole program holds a hidden post's word.
  void no_answer_holds_a_word_of_a_hidden_post() {
    auto& world = *world_;
    for (const auto& reader : readers) {
      std::vector<std::vector<std::string>> arguments = {
          {world.people["alice"].id}, {world.root}, {"@alice", world.root}};
      std::string query = "?limit=40&q=alice&acct=alice&id[]=" + world.people["alice"].id;
      Names hidden;
      for (const auto& post : posts) {
        if (sees(reader, post)) continue;
        hidden.insert(post.name);
        query += "&id[]=" + world.ids[post.name];
        arguments.insert(
            arguments.end(),
            {{world.ids[post.name]}, {world.answers[post.name]}, {"@alice", world.ids[post.name]}});
      }
      std::set<std::string> paths;
      for (const auto& route : api::all_routes()) {
        if (route.method != net::Method::get) continue;
        // Pages look at nobody's token: what they show is the visitor's.
        if (route.access.kind() == api::Access::Kind::page && !reader.empty()) continue;
        for (const auto& each : arguments) paths.insert(with_ids(route.pattern, each));
      }
      for (const auto& path : paths) {
        const auto answer = world.as(reader).get(path + query);
        QVERIFY2(answer.status != 0 && answer.status < 500, path.c_str());
        for (const auto& word : hidden)
          QVERIFY2(answer.body.find(word) == std::string::npos, (reader + " " + path + ": " + word).c_str());
      }
    }
  }

  /// A hashtag is found when something public has it.
  void hashtag_of_hidden_posts_is_not_found() {
    for (const auto& reader : readers) {
      if (reader.empty()) continue;
      for (const auto& post : posts) {
        const auto answer = world_->as(reader).get("/api/v2/search", {{"q", "#" + post.name.substr(0, 5)}});
        QCOMPARE(answer.status, 200);
        QVERIFY2(answer.json().at("hashtags").empty() == (post.visibility != "public"),
                 (reader + ": " + post.name).c_str());
      }
    }
  }

  /// threats.md T-G2.
  void hidden_post_answers_like_one_that_never_was_data() {
    QTest::addColumn<QString>("accept");
    for (const char* accept :
         {"*/*", "application/json", "text/html", "application/activity+json", "image/png"}) {
      QTest::newRow(accept) << accept;
    }
  }
  void hidden_post_answers_like_one_that_never_was() {
    QFETCH(QString, accept);
    auto& world = *world_;
    const auto before = database_dump(world.node);
    for (const auto& reader : readers) {
      auto client = reader.empty() ? world.node.client() : world.node.client(world.people[reader]);
      client.headers = {{"Accept", accept.toStdString()}, {"Accept-Language", "de"}};
      for (const auto& route : api::all_routes()) {
        const bool is_status = route.pattern.starts_with("/api/v1/statuses/:id");
        const bool is_page = route.pattern == "/:handle/:id";
        if (!is_status && !is_page) continue;
        for (const auto& post : posts) {
          if (sees(is_page ? "" : reader, post)) continue;
          const auto ask = [&](const std::string& id) {
            const auto path =
                with_ids(route.pattern, is_page ? std::vector<std::string>{"@alice", id} : std::vector{id});
            const bool has_body = route.method != net::Method::get;
            return client.send(std::string(net::to_string(route.method)), path,
                               has_body ? "status=changed" : "",
                               has_body ? "application/x-www-form-urlencoded" : "");
          };
          const auto& id = world.ids[post.name];
          const std::string never(id.size(), '8');
          const auto hidden = ask(id);
          // Without a token an action is refused before anyone looks for the post.
          QVERIFY(hidden.status == 404 || (reader.empty() && hidden.status == 401));
          auto expected = essence(ask(never));
          for (auto at = expected.find(never); at != std::string::npos; at = expected.find(never))
            expected.replace(at, id.size(), id);
          QCOMPARE(essence(hidden), expected);
        }
      }
      if (reader.empty()) continue;
      const auto answer_to = [&](const std::string& id) {
        return client.post("/api/v1/statuses", {{"status", "an answer"}, {"in_reply_to_id", id}});
      };
      for (const auto& post : posts) {
        if (sees(reader, post)) continue;
        const auto hidden = answer_to(world.ids[post.name]);
        QCOMPARE(hidden.status, 404);
        QCOMPARE(essence(hidden), essence(answer_to("1")));
      }
    }
    QVERIFY(database_dump(world.node) == before);
  }

  /// As in Mastodon: direct posts count nowhere, and who may answer in public is counted as an answer.
  void counts_tell_nothing_of_hidden_posts() {
    const auto before = world_->as("bob").get(world_->alice()).json();
    const auto root = [&] {
      return world_->as("bob").get("/api/v1/statuses/" + world_->root).json().at("replies_count").get<int>();
    };
    int shown = 0;
    for (const auto& post : posts) shown += post.visibility == "public" || post.visibility == "unlisted";
    QCOMPARE(root(), shown);
    world_->node.clock.advance(std::chrono::hours(48));
    post_status(world_->as("alice"), "ibex", {{"visibility", "direct"}});
    const auto answer = post_status(world_->as("alice"), "ibex",
                                    {{"visibility", "direct"}, {"in_reply_to_id", world_->root}});
    post_status(world_->as("fay"), "ibex", {{"visibility", "private"}, {"in_reply_to_id", world_->root}});
    const auto after = world_->as("bob").get(world_->alice()).json();
    QVERIFY2(after == before, (before.dump() + "\n" + after.dump()).c_str());
    QCOMPARE(root(), shown);
    QCOMPARE(world_->as("alice").send("DELETE", "/api/v1/statuses/" + answer).status, 200);
    QVERIFY(world_->as("bob").get(world_->alice()).json() == before);
    QCOMPARE(root(), shown);
  }

  /// One address asked by several people in every order: each gets the own answer (threats.md T-G7).
  void one_address_answers_each_reader_for_themselves() {
    const auto& world = *world_;
    const auto path = "/api/v1/statuses/" + world.ids.at("dormouse");
    for (int round = 0; round < 3; ++round) {
      for (const auto& reader : readers) {
        const auto answer = world_->as(reader).get(path);
        QCOMPARE(answer.status, reader == "alice" || reader == "fay" ? 200 : 404);
        QCOMPARE(answer.header("cache-control"), std::string("private, no-store"));
      }
    }
  }
};

QTEST_GUILESS_MAIN(VisibilityTest)
#include "visibility_test.moc"
