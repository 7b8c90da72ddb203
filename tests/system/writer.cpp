#include "tests/system/writer.h"

#include <algorithm>

namespace dunlin::test {

namespace {

constexpr std::size_t messages_max = 10;
constexpr std::size_t changed_window = 40;  // edits and deletions take one of the newest posts

void report(Findings& findings, std::uint64_t& count, std::string message) {
  ++count;
  if (findings.messages.size() < messages_max) findings.messages.push_back(std::move(message));
}

/// `<p>text</p>`; texts of writers hold nothing that HTML would change.
std::string text_of(const nlohmann::json& status) {
  const auto content = status.at("content").get<std::string>();
  return content.size() < 7 ? content : content.substr(3, content.size() - 7);
}

}  // namespace

void Findings::add(const Findings& other) {
  acknowledged += other.acknowledged;
  lost += other.lost;
  duplicates += other.duplicates;
  refused += other.refused;
  for (const auto& message : other.messages) {
    if (messages.size() < messages_max) messages.push_back(message);
  }
}

Writer::Writer(std::string account_id, int number, std::vector<std::string> targets,
               std::vector<std::string> pool, std::uint64_t seed)
    : account_(std::move(account_id)),
      number_(number),
      targets_(std::move(targets)),
      pool_(std::move(pool)),
      random_(seed) {}

std::string Writer::what(const std::string& text) const {
  return "writer " + std::to_string(number_) + ": " + text;
}

std::size_t Writer::any(std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

std::map<std::string, bool>& Writer::marks(Kind kind) {
  return kind == Kind::follow ? follows_ : kind == Kind::favourite ? favourites_ : reblogs_;
}

void Writer::run(HttpClient client, const std::function<void()>& acknowledged) {
  first_now_ = posts_.size();
  oldest_changed_ = first_now_;
  while (step(client)) acknowledged();
}

bool Writer::step(HttpClient& client) {
  switch (any(8)) {
    case 0:
      return step_mark(client, Kind::follow);
    case 1:
      return step_mark(client, Kind::favourite);
    case 2:
      return step_mark(client, Kind::reblog);
    case 3:
      return step_change(client, false);
    case 4:
      return step_change(client, true);
    default:
      return step_post(client);
  }
}

bool Writer::step_post(HttpClient& client) {
  const auto name = "w" + std::to_string(number_) + " n" + std::to_string(posts_.size());
  posts_.push_back({"key of " + name, "text of " + name, "", false});
  pending_ = Pending{Kind::post, posts_.size() - 1, "", true, ""};
  client.headers = {{"Idempotency-Key", posts_.back().key}};
  const auto answer = client.post("/api/v1/statuses", {{"status", posts_.back().text}});
  client.headers.clear();
  return settle(answer);
}

bool Writer::step_change(HttpClient& client, bool remove) {
  const auto window = std::min(changed_window, posts_.size());
  const auto at = window == 0 ? 0 : posts_.size() - 1 - any(window);
  if (window == 0 || posts_[at].is_deleted) return step_post(client);
  const auto& post = posts_[at];
  oldest_changed_ = std::min(oldest_changed_, at);
  if (remove) {
    pending_ = Pending{Kind::remove, at, "", true, ""};
    return settle(client.send("DELETE", "/api/v1/statuses/" + post.id));
  }
  pending_ = Pending{Kind::edit, at, "", true, post.text + " edited"};
  return settle(client.send("PUT", "/api/v1/statuses/" + post.id, form_encoded({{"status", pending_->text}}),
                            "application/x-www-form-urlencoded"));
}

bool Writer::step_mark(HttpClient& client, Kind kind) {
  const auto& from = kind == Kind::follow ? targets_ : pool_;
  const auto target = from[any(from.size())];
  const bool wanted = !marks(kind)[target];
  pending_ = Pending{kind, 0, target, wanted, ""};
  const std::string action = kind == Kind::follow      ? "follow"
                             : kind == Kind::favourite ? "favourite"
                                                       : "reblog";
  const std::string path = kind == Kind::follow ? "/api/v1/accounts/" : "/api/v1/statuses/";
  return settle(client.post(path + target + "/" + (wanted ? "" : "un") + action));
}

/// True when the node answered that it is done. No answer, and 503, leave open whether it is.
bool Writer::settle(const Answer& answer) {
  if (answer.status == 0 || answer.status == 503) return false;
  if (answer.status != 200) {
    report(refused_now_, refused_now_.refused,
           what("answer " + std::to_string(answer.status) + " " + answer.body));
    return false;
  }
  remember(answer);
  ++acknowledged_now_;
  pending_.reset();
  return true;
}

void Writer::remember(const Answer& answer) {
  auto& p = *pending_;
  switch (p.kind) {
    case Kind::post:
      posts_[p.post].id = answer.json().at("id");
      break;
    case Kind::edit:
      posts_[p.post].text = p.text;
      break;
    case Kind::remove:
      posts_[p.post].is_deleted = true;
      deleted_now_.insert(p.post);
      break;
    default:
      marks(p.kind)[p.target] = p.wanted;
  }
}

Findings Writer::check(HttpClient client) {
  Findings findings = std::exchange(refused_now_, {});
  findings.acknowledged = std::exchange(acknowledged_now_, 0);
  send_again(client, findings);
  check_posts(client, findings, oldest_changed_);
  check_deleted(client, findings);
  check_marks(client, findings);
  pending_.reset();
  return findings;
}

Findings Writer::check_all(HttpClient client) {
  Findings findings;
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    if (posts_[i].is_deleted) deleted_now_.insert(i);
  }
  check_posts(client, findings, 0);
  check_deleted(client, findings);
  check_marks(client, findings);
  return findings;
}

void Writer::send_again(HttpClient& client, Findings& findings) {
  for (std::size_t i = first_now_; i < posts_.size(); ++i) {
    auto& post = posts_[i];
    const bool may_be_deleted = pending_ && pending_->kind == Kind::remove && pending_->post == i;
    if (post.is_deleted || may_be_deleted) continue;  // the key of a post that was deleted makes a new one
    client.headers = {{"Idempotency-Key", post.key}};
    const auto answer = client.post("/api/v1/statuses", {{"status", post.text}});
    client.headers.clear();
    const auto id = answer.status == 200 ? answer.json().at("id").get<std::string>() : std::string();
    if (post.id.empty()) post.id = id;
    if (id != post.id || id.empty()) {
      report(findings, findings.duplicates,
             what("\"" + post.text + "\" was " + post.id + ", sent again it is " +
                  std::to_string(answer.status) + " " + id));
    }
  }
}

/// The account's statuses, from the newest down to post number `from`, against the model.
void Writer::check_posts(HttpClient& client, Findings& findings, std::size_t from) {
  std::map<std::string, Post*> expected;
  for (std::size_t i = from; i < posts_.size(); ++i) {
    if (!posts_[i].is_deleted) expected.emplace(posts_[i].id, &posts_[i]);
  }
  // Ids grow with time and have one length, so they compare as text.
  const std::string below = from > 0 ? posts_[from - 1].id : std::string();
  std::set<std::string> texts;
  Fields query = {{"limit", "40"}, {"exclude_reblogs", "true"}};
  const auto path = "/api/v1/accounts/" + account_ + "/statuses";
  for (bool is_over = false; !is_over;) {
    const auto answer = client.get(path, query);
    if (answer.status != 200)
      return report(findings, findings.refused, what("own statuses: " + std::to_string(answer.status)));
    const auto page = answer.json();
    is_over = page.empty();
    for (const auto& status : page) {
      const std::string id = status.at("id");
      if (id <= below) is_over = true;
      if (is_over) break;
      const auto text = text_of(status);
      const auto found = expected.find(id);
      const bool is_expected = found != expected.end();
      if (!texts.insert(text).second || !is_expected) {
        report(findings, findings.duplicates, what("\"" + text + "\" (" + id + ") is there once too often"));
      } else if (auto& post = *found->second; text != post.text) {
        const bool was_under_way = pending_ && pending_->kind == Kind::edit &&
                                   &posts_[pending_->post] == &post && pending_->text == text;
        if (!was_under_way)
          report(findings, findings.lost, what("edit to \"" + post.text + "\", it is \"" + text + "\""));
        post.text = text;
      }
      if (is_expected) expected.erase(found);
      query = {{"limit", "40"}, {"exclude_reblogs", "true"}, {"max_id", id}};
    }
  }
  for (auto& [id, post] : expected) {
    const bool was_under_way = pending_ && pending_->kind == Kind::remove && &posts_[pending_->post] == post;
    if (!was_under_way) report(findings, findings.lost, what("post \"" + post->text + "\" (" + id + ")"));
    post->is_deleted = true;
  }
}

void Writer::check_deleted(HttpClient& client, Findings& findings) {
  for (std::size_t i : std::exchange(deleted_now_, {})) {
    const auto answer = client.get("/api/v1/statuses/" + posts_[i].id);
    if (answer.status != 404)
      report(findings, findings.lost,
             what("deletion of \"" + posts_[i].text + "\": " + std::to_string(answer.status)));
  }
}

void Writer::expect(Findings& findings, std::map<std::string, bool>& acknowledged, Kind kind,
                    const std::string& target, bool is) {
  auto& was = acknowledged[target];
  const bool was_under_way = pending_ && pending_->kind == kind && pending_->target == target;
  if (is != was && !was_under_way) {
    const std::string name = kind == Kind::follow      ? "follow"
                             : kind == Kind::favourite ? "favourite"
                                                       : "boost";
    report(findings, findings.lost, what((was ? "" : "end of ") + name + " of " + target));
  }
  was = is;
}

void Writer::check_marks(HttpClient& client, Findings& findings) {
  const auto ask = [&](const std::string& path, const std::vector<std::string>& about) {
    Fields ids;
    for (const auto& id : about) ids.emplace_back("id[]", id);
    const auto answer = client.get(path, ids);
    auto rows = answer.status == 200 ? answer.json() : nlohmann::json::array();
    if (rows.size() != about.size())
      report(findings, findings.refused, what(path + ": " + std::to_string(answer.status)));
    return rows;
  };
  for (const auto& relationship : ask("/api/v1/accounts/relationships", targets_)) {
    expect(findings, follows_, Kind::follow, relationship.at("id"), relationship.at("following"));
  }
  for (const auto& status : ask("/api/v1/statuses", pool_)) {
    expect(findings, favourites_, Kind::favourite, status.at("id"), status.at("favourited"));
    expect(findings, reblogs_, Kind::reblog, status.at("id"), status.at("reblogged"));
  }
}

}  // namespace dunlin::test
