// Paging as clients do it, by the Link header, over HTTP and while other people write: every entry that was
// there is met once, in order, down to the first; polling upwards meets every new one once.
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "node/cli/session.h"
#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "tests/support/qt.h"
#include "tests/support/test_node.h"

using namespace dunlin;
using namespace dunlin::test;
using Ids = std::vector<std::string>;

namespace {

/// Many rows at once past the API, in few transactions, and noticed by the node.
void write_many(TestNode& node, HttpClient& client, int count,
                const std::function<void(store::WriteTx&, int)>& each) {
  auto session = cli::Session::open(node.folder());
  for (int done = 0; done < count;) {
    const auto written = session->write([&](store::WriteTx& tx) -> Result<void> {
      for (int i = 0; i < 500 && done < count; ++i) each(tx, done++);
      return {};
    });
    if (!written) throw std::runtime_error(why(written));
  }
  // The writer looks for what others wrote before it writes itself.
  if (client.post("/api/v1/markers", {{"home[last_read_id]", "1"}}).status != 200)
    throw std::runtime_error("markers");
}

domain::StatusDraft draft(const std::string& text, std::vector<AccountId> mentions = {}) {
  domain::StatusDraft d;
  d.text = {text, "<p>" + text + "</p>", "", "plain", std::move(mentions), {"rain"}};
  return d;
}

std::string path_of(const std::string& link) {
  return link.starts_with(TestNode::public_url) ? link.substr(TestNode::public_url.size()) : link;
}

Ids ids_of(const nlohmann::json& page) {
  Ids ids;
  for (const auto& entry : page) ids.push_back(entry.at("id"));
  return ids;
}

bool is_descending(const Ids& ids) {
  return std::adjacent_find(ids.begin(), ids.end(), [](const auto& a, const auto& b) {
           return std::stoll(a) <= std::stoll(b);
         }) == ids.end();
}

struct Walk {
  Ids ids;
  int pages = 0;
  std::string wrong;
};

/// Along rel=next to the end.
Walk walk_down(HttpClient& client, std::string path, bool in_order = true) {
  Walk walk;
  while (!path.empty()) {
    const auto answer = client.get(path);
    if (answer.status != 200 || ++walk.pages > 10'000) {
      walk.wrong = path + ": " + std::to_string(answer.status) + " " + answer.body + answer.error;
      return walk;
    }
    for (auto& id : ids_of(answer.json())) walk.ids.push_back(std::move(id));
    path = path_of(answer.link("next"));
  }
  if (in_order && !is_descending(walk.ids)) walk.wrong = "out of order";
  return walk;
}

/// What a walk did wrong: `expected` must be in it once each, and nothing else twice.
std::string compare(const Walk& walk, const Ids& expected) {
  if (!walk.wrong.empty()) return walk.wrong;
  std::map<std::string, int> seen;
  for (const auto& id : walk.ids) ++seen[id];
  for (const auto& [id, times] : seen) {
    if (times != 1) return id + " came " + std::to_string(times) + " times";
  }
  for (const auto& id : expected) {
    if (!seen.contains(id)) return id + " was left out; " + std::to_string(walk.ids.size()) + " came";
  }
  return {};
}

struct List {
  std::string name;
  std::string path;
  bool in_order = true;  // by the entries' own ids; others are ordered by when they were made
  Ids at_start = {};
};

/// Threads that go on until they are told to stop; what went wrong in them.
class Threads {
 public:
  ~Threads() { finish(); }
  void go(std::function<std::string()> work) {
    threads_.emplace_back([this, work = std::move(work)] {
      const auto wrong = work();
      std::lock_guard lock(mutex_);
      if (!wrong.empty()) wrong_ += wrong + "\n";
    });
  }
  std::string finish() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    return wrong_;
  }

 private:
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::string wrong_;
};

}  // namespace

class PagingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_walk_meets_each_entry_once_while_others_write() {
    constexpr int entries = 300;
    constexpr int writes_min = 60;  // while the walks go on
    TestNode node;
    const auto reader = node.person("reader");
    const auto author = node.person("author");
    const auto restless = node.person("restless");
    auto as_reader = node.client(reader);
    as_reader.post("/api/v1/accounts/" + author.id + "/follow");
    auto as_author = node.client(author);
    const auto watched = post_status(as_author, "look at this");
    std::vector<std::string> crowd(entries);
    write_many(node, as_reader, entries, [&](store::WriteTx& tx, int i) {
      domain::NewAccount account;
      account.username = "crowd" + std::to_string(i);
      account.email = account.username + "@example.org";
      const auto member = *domain::create_account(tx, account);
      crowd[static_cast<std::size_t>(i)] = to_string(store::find_account(tx, member)->public_id);
      (void)domain::follow(tx, member, author.account, {}, 0);
      (void)domain::follow(tx, reader.account, member, {}, 0);
      (void)domain::favourite(tx, member, *parse_id<StatusId>(watched));
      (void)domain::reblog(tx, member, *parse_id<StatusId>(watched), store::Visibility::public_);
      const auto id =
          *domain::publish(tx, author.account, draft("before " + std::to_string(i), {reader.account}));
      (void)domain::favourite(tx, reader.account, id);
      (void)domain::bookmark(tx, reader.account, id);
    });
    std::vector<List> lists = {{"home", "/api/v1/timelines/home"},
                               {"public", "/api/v1/timelines/public"},
                               {"tag", "/api/v1/timelines/tag/rain"},
                               {"account", "/api/v1/accounts/" + author.id + "/statuses"},
                               {"notifications", "/api/v1/notifications"},
                               {"favourites", "/api/v1/favourites", false},
                               {"bookmarks", "/api/v1/bookmarks", false},
                               {"followers", "/api/v1/accounts/" + author.id + "/followers", false},
                               {"following", "/api/v1/accounts/" + reader.id + "/following", false},
                               {"favourited_by", "/api/v1/statuses/" + watched + "/favourited_by", false},
                               {"reblogged_by", "/api/v1/statuses/" + watched + "/reblogged_by", false}};
    for (auto& list : lists) {
      const auto walk = walk_down(as_reader, list.path + "?limit=40", list.in_order);
      list.at_start = walk.ids;
      QVERIFY2(compare(walk, {}).empty(),
               qPrintable(QString::fromStdString(list.name + ": " + compare(walk, {}))));
      QVERIFY2(walk.ids.size() >= static_cast<std::size_t>(entries), list.name.c_str());
    }

    std::atomic<bool> is_over = false;
    std::atomic<int> writes = 0;
    Threads writers;
    writers.go([&]() -> std::string {
      auto client = node.client(author);
      for (std::string last; !is_over; ++writes) {
        const auto id = post_status(client, "during #rain @reader");
        if (writes % 3 == 0 && !last.empty()) client.send("DELETE", "/api/v1/statuses/" + last);
        last = id;
      }
      return {};
    });
    writers.go([&]() -> std::string {
      auto client = node.client(restless);
      for (int i = 0; !is_over; ++i, ++writes) {
        client.post("/api/v1/accounts/" + author.id + (i % 2 == 0 ? "/follow" : "/unfollow"));
        client.post("/api/v1/statuses/" + watched + (i % 2 == 0 ? "/favourite" : "/unfavourite"));
        client.post("/api/v1/statuses/" + watched + (i % 2 == 0 ? "/reblog" : "/unreblog"));
      }
      return {};
    });
    writers.go([&]() -> std::string {
      auto client = node.client(reader);
      for (int i = 0; !is_over; ++i, ++writes) {
        client.post("/api/v1/accounts/" + restless.id + (i % 2 == 0 ? "/follow" : "/unfollow"));
        const auto newest = ids_of(client.get("/api/v1/timelines/tag/rain?limit=1").json());
        for (const auto& id : newest) {
          client.post("/api/v1/statuses/" + id + "/favourite");
          client.post("/api/v1/statuses/" + id + "/bookmark");
        }
      }
      return {};
    });
    Threads readers;
    for (const int limit : {7, 20, 40}) {
      readers.go([&, limit]() -> std::string {
        auto client = node.client(reader);
        do {
          for (const auto& list : lists) {
            const auto walk = walk_down(client, list.path + "?limit=" + std::to_string(limit), list.in_order);
            const auto wrong = compare(walk, list.at_start);
            if (!wrong.empty()) return list.name + " by " + std::to_string(limit) + ": " + wrong;
          }
        } while (writes < writes_min);
        return {};
      });
    }
    const auto wrong = readers.finish();
    is_over = true;
    const auto wrong_writing = writers.finish();
    QVERIFY2(wrong.empty(), wrong.c_str());
    QVERIFY2(wrong_writing.empty(), wrong_writing.c_str());
    QVERIFY(writes >= writes_min);
  }

  void polling_upwards_meets_each_new_post_once_data() {
    QTest::addColumn<bool>("by_since_id");
    QTest::newRow("along rel=prev") << false;
    QTest::newRow("by since_id and then down") << true;
  }

  void polling_upwards_meets_each_new_post_once() {
    QFETCH(bool, by_since_id);
    constexpr int authors = 3;
    constexpr int posts = 120;
    TestNode node;
    const auto reader = node.person("reader");
    auto as_reader = node.client(reader);
    std::vector<Person> people;
    for (int i = 0; i < authors; ++i) {
      people.push_back(node.person("author" + std::to_string(i)));
      as_reader.post("/api/v1/accounts/" + people.back().id + "/follow");
      auto client = node.client(people.back());
      post_status(client, "first #rain @reader");
    }
    const std::vector<List> lists = {{"home", "/api/v1/timelines/home"},
                                     {"public", "/api/v1/timelines/public"},
                                     {"tag", "/api/v1/timelines/tag/rain"},
                                     {"notifications", "/api/v1/notifications"}};
    std::map<std::string, Answer> tops;  // before the first new post
    for (const auto& list : lists) tops[list.name] = as_reader.get(list.path + "?limit=1");
    std::map<std::string, Ids> met;
    std::atomic<int> writing = authors;
    std::mutex mutex;
    std::set<std::string> published, public_ones;
    Threads threads;
    for (const auto& person : people) {
      threads.go([&]() -> std::string {
        auto client = node.client(person);
        for (int i = 0; i < posts; ++i) {
          // Direct ones reach the home feed by another way than public ones.
          const bool is_direct = i % 4 == 0;
          const auto id =
              post_status(client, "new #rain @reader", {{"visibility", is_direct ? "direct" : "public"}});
          std::lock_guard lock(mutex);
          published.insert(id);
          if (!is_direct) public_ones.insert(id);
        }
        --writing;
        return {};
      });
    }
    for (const auto& list : lists) {
      auto& seen = met[list.name];
      threads.go([&, name = list.name, path = list.path]() -> std::string {
        auto client = node.client(reader);
        const auto& top = tops.at(name);
        auto up = path_of(top.link("prev"));
        auto newest = ids_of(top.json()).at(0);
        while (true) {
          const bool is_last = writing == 0;
          const auto answer = client.get(by_since_id ? path + "?limit=5&since_id=" + newest : up);
          if (answer.status != 200) return name + ": " + answer.body + answer.error;
          auto page = ids_of(answer.json());
          if (page.empty() && is_last) return {};
          // A gap between this page and what is known is closed downwards.
          auto down = path_of(answer.link("next"));
          while (by_since_id && !down.empty() && std::stoll(page.back()) > std::stoll(newest)) {
            const auto below = client.get(down);
            for (auto& id : ids_of(below.json())) page.push_back(std::move(id));
            down = path_of(below.link("next"));
          }
          if (by_since_id)
            std::erase_if(page, [&](const auto& id) { return std::stoll(id) <= std::stoll(newest); });
          if (!is_descending(page)) return name + ": out of order";
          seen.insert(seen.end(), page.rbegin(), page.rend());
          if (!page.empty()) newest = page.front();
          if (!answer.link("prev").empty()) up = path_of(answer.link("prev"));
        }
      });
    }
    const auto wrong = threads.finish();
    QVERIFY2(wrong.empty(), wrong.c_str());
    const Ids all(published.begin(), published.end());  // in order: all ids have one length
    const Ids those_for_all(public_ones.begin(), public_ones.end());
    QCOMPARE(met["home"], all);
    QCOMPARE(met["public"], those_for_all);
    QCOMPARE(met["tag"], those_for_all);
    const auto& told = met["notifications"];  // each names the reader
    QCOMPARE(told.size(), all.size());
    QVERIFY(std::adjacent_find(told.begin(), told.end(), std::greater_equal<>()) == told.end());
  }

  void hidden_posts_in_a_row_never_end_a_feed() {
    constexpr int hidden = 500;
    TestNode node;
    const auto reader = node.person("reader");
    const auto author = node.person("author");
    const auto muted = node.person("muted");
    const auto blocked = node.person("blocked");
    const auto booster = node.person("booster");
    auto as_reader = node.client(reader);
    auto as_author = node.client(author);
    for (const auto* followed : {&author, &muted, &booster})
      as_reader.post("/api/v1/accounts/" + followed->id + "/follow");
    Ids expected;
    for (int i = 0; i < 12; ++i) expected.push_back(post_status(as_author, "old #rain"));
    write_many(node, as_reader, hidden, [&](store::WriteTx& tx, int i) {
      const auto text = std::to_string(i);
      (void)domain::publish(tx, muted.account, draft("muted " + text));
      const auto id = *domain::publish(tx, blocked.account, draft("blocked " + text));
      (void)domain::reblog(tx, booster.account, id, store::Visibility::public_);
      (void)domain::publish(tx, author.account, draft("to the muted " + text, {muted.account}));
    });
    for (int i = 0; i < 12; ++i) expected.push_back(post_status(as_author, "new #rain"));
    std::reverse(expected.begin(), expected.end());
    QCOMPARE(as_reader.post("/api/v1/accounts/" + muted.id + "/mute").status, 200);
    QCOMPARE(as_reader.post("/api/v1/accounts/" + blocked.id + "/block").status, 200);
    const List lists[] = {{"home", "/api/v1/timelines/home"},
                          {"public", "/api/v1/timelines/public"},
                          {"tag", "/api/v1/timelines/tag/rain"}};
    for (const auto& list : lists) {
      for (const int limit : {1, 5, 20, 40}) {
        const auto walk = walk_down(as_reader, list.path + "?limit=" + std::to_string(limit));
        QCOMPARE(walk.wrong, std::string());
        QCOMPARE(walk.ids, expected);
        QVERIFY(walk.pages <= 24 / limit + 2);
      }
    }
  }

  /// Favourites of posts that were removed or hidden since, notifications about them: whole pages of nothing.
  void entries_that_vanished_never_end_a_list() {
    constexpr int vanished = 105;
    TestNode node;
    const auto reader = node.person("reader");
    const auto author = node.person("author");
    const auto gone = node.person("gone");
    auto as_reader = node.client(reader);
    auto as_author = node.client(author);
    std::map<std::string, Ids> expected;  // oldest first
    const auto some_that_stay = [&] {
      for (int i = 0; i < 12; ++i) {
        const auto id = post_status(as_author, "@reader hello");
        expected["/api/v1/favourites"].push_back(id);
        expected["/api/v1/bookmarks"].push_back(id);
        as_reader.post("/api/v1/statuses/" + id + "/favourite");
        as_reader.post("/api/v1/statuses/" + id + "/bookmark");
      }
    };
    some_that_stay();
    write_many(node, as_reader, vanished, [&](store::WriteTx& tx, int i) {
      const auto id = *domain::publish(tx, gone.account, draft(std::to_string(i), {reader.account}));
      (void)domain::favourite(tx, reader.account, id);
      (void)domain::bookmark(tx, reader.account, id);
    });
    some_that_stay();
    for (const auto& notification :
         as_reader.get("/api/v1/notifications?limit=80&account_id=" + author.id).json()) {
      expected["/api/v1/notifications"].insert(expected["/api/v1/notifications"].begin(),
                                               notification.at("id"));
    }
    QCOMPARE(expected["/api/v1/notifications"].size(), std::size_t{24});
    QCOMPARE(as_reader.post("/api/v1/statuses/" + expected["/api/v1/favourites"].front() + "/mute").status,
             200);
    auto as_gone = node.client(gone);
    QCOMPARE(as_gone.post("/api/v1/accounts/" + reader.id + "/block").status, 200);
    for (auto& [path, ids] : expected) {
      std::reverse(ids.begin(), ids.end());
      for (const int limit : {1, 5, 10, 20, 40}) {
        const auto walk = walk_down(as_reader, path + "?limit=" + std::to_string(limit));
        QVERIFY2(
            walk.ids == ids,
            qPrintable(QString("%1 by %2: %3 of 24 came").arg(path.c_str()).arg(limit).arg(walk.ids.size())));
      }
    }
  }

  void several_readers_walk_three_thousand_posts_to_the_first() {
    constexpr int posts = 3'000;
    TestNode node;
    const auto author = node.person("author");
    auto as_author = node.client(author);
    const auto first = post_status(as_author, "the first post ever");
    Ids expected = {first};
    write_many(node, as_author, posts - 1, [&](store::WriteTx& tx, int i) {
      expected.push_back(to_string(*domain::publish(tx, author.account, draft(std::to_string(i)))));
    });
    std::reverse(expected.begin(), expected.end());
    Threads readers;
    const std::vector<std::string> paths = {"/api/v1/timelines/home", "/api/v1/timelines/public",
                                            "/api/v1/accounts/" + author.id + "/statuses"};
    for (const auto& path : paths) {
      readers.go([&, path]() -> std::string {
        auto client = node.client(author);
        for (const int limit : {40, 33}) {
          const auto walk = walk_down(client, path + "?limit=" + std::to_string(limit));
          if (!walk.wrong.empty() || walk.ids != expected) {
            return path + ": " + std::to_string(walk.ids.size()) + " came " + walk.wrong;
          }
        }
        return {};
      });
    }
    const auto wrong = readers.finish();
    QVERIFY2(wrong.empty(), wrong.c_str());
  }
};

QTEST_GUILESS_MAIN(PagingTest)
#include "paging_test.moc"
