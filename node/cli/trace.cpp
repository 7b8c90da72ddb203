#include "node/cli/trace.h"

#include <algorithm>
#include <cstdio>

#include "node/domain/site.h"
#include "protocol/base/encoding.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/json_writer.h"

namespace dunlin::cli {

namespace {

using trace::Micros;

// --- finding ---

/// The id in the path of an address of this node: the last number.
std::optional<StatusId> id_in_path(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (url.ends_with("/activity")) url.remove_suffix(std::string_view("/activity").size());
  while (url.ends_with('/')) url.remove_suffix(1);
  return parse_id<StatusId>(url.substr(url.rfind('/') + 1));
}

/// The authority of "https://example.org/…", whatever the scheme: a node that is tried out has another one
/// than its settings say.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::optional<StatusId> find_status(const store::ReadTx& tx, const app::Config& config,
                                    std::string_view wanted) {
  if (const auto id = parse_id<StatusId>(wanted)) return id;
  if (equal_ignoring_case(authority_of(wanted), config.domain)) return id_in_path(wanted);
  if (const auto id = store::status_by_uri(tx, wanted)) return id;
  return store::status_by_page(tx, wanted);
}

// --- showing ---

std::string time_text(Micros at) {
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, "%03d", static_cast<int>(at % 1'000));
  auto text = to_iso({at / 1'000});  // 2026-11-21T06:59:40.123Z
  text.insert(text.size() - 1, fraction);
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string span_text(Micros from, Micros to) {
  const double us = static_cast<double>(to - from);
  const bool is_short = us < 1e6;
  char text[40];
  std::snprintf(text, sizeof text, is_short ? "%+.3f ms" : "%+.3f s", us / (is_short ? 1e3 : 1e6));
  return text;
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

struct Stage {
  std::string_view name;  // in JSON
  Micros at;
  std::string what;
};

bool is_remote(const Trace& t) { return !t.status.uri.empty() && !t.author.is_local(); }

std::string of_fan_out(const trace::PostTimes& post) {
  if (post.followers == 0 && post.rings == 0)
    return "fanned out: no feed in memory to push it into; readers pull it";
  return "fanned out: " + count_text(post.followers, "follower", "followers") + " walked, " +
         count_text(post.rings, "ring", "rings") + " pushed, in " +
         span_text(post.fan_out_began, post.fan_out_ended).substr(1);
}

/// What happened, in the order of time.
std::vector<Stage> stages_of(const Trace& t) {
  const auto& post = t.noted.post;
  std::vector<Stage> stages = {
      {"received", post.received, is_remote(t) ? "activity received" : "request received"},
      {"queued", post.queued,
       is_remote(t) ? "signature and content checked, handed to the writer"
                    : "text prepared, handed to the writer"},
      {"committed", post.committed, "committed: on disk, and in every feed from here on"},
      {"rendered", post.rendered, "rendered, for the first page that shows it"},
      {"fan_out_began", post.fan_out_began, "fan-out began"},
      {"fan_out_ended", post.fan_out_ended, of_fan_out(post)},
      {"removed", post.removed, "deleted"},
  };
  std::erase_if(stages, [](const Stage& stage) { return stage.at == 0; });
  std::stable_sort(stages.begin(), stages.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return stages;
}

std::string kind_of(const store::Status& status) {
  if (status.reblog_of) return "boost of " + to_string(status.reblog_of);
  if (status.in_reply_to) return "answer to " + to_string(status.in_reply_to);
  return "post";
}

/// Words in place of what an empty journal leaves open.
std::vector<std::string> unknown_of(const Trace& t) {
  std::vector<std::string> unknown;
  if (!t.noted.has_post)
    unknown.push_back(
        "when it was received, committed, rendered and fanned out: the node keeps that of about the last " +
        std::to_string(trace::Journal::posts_kept) + " posts");
  if (t.noted.has_post && t.noted.post.fan_out_ended == 0 && t.noted.post.removed == 0)
    unknown.push_back("when it was fanned out: it was not yet, or the node stopped before");
  if (t.noted.has_post && t.noted.post.received == 0)
    unknown.push_back("when it was asked for: no request brought it (a walk through an outbox, or a fetch)");
  if (!is_remote(t) && !t.noted.has_post && t.noted.deliveries.empty() && !t.status.is_local_only)
    unknown.push_back("which servers have it already: the node keeps that of about the last " +
                      std::to_string(trace::Journal::deliveries_kept) + " deliveries");
  return unknown;
}

std::string text_of(const std::array<char, 64>& chars) { return chars.data(); }

/// "delivered", "refused: 403", "tried in vain: timed_out".
std::string outcome_text(const trace::DeliveryTimes& d) {
  const std::string answer =
      d.http_status != 0 ? std::to_string(d.http_status) : std::string(d.failure.data());
  switch (d.state) {
    case trace::DeliveryState::delivered:
      return "delivered";
    case trace::DeliveryState::refused:
      return "refused for good (" + answer + ")";
    case trace::DeliveryState::postponed:
      return "not taken yet (" + answer + ")";
  }
  return "";
}

/// What waits and was not tried: what was stands with its attempts.
std::vector<store::Waiting> untried(const Trace& t) {
  std::vector<store::Waiting> out;
  for (const auto& waiting : t.waiting) {
    const bool is_tried =
        std::any_of(t.noted.deliveries.begin(), t.noted.deliveries.end(), [&](const trace::DeliveryTimes& d) {
          return d.notice == waiting.notice && waiting.host.starts_with(text_of(d.host));
        });
    if (!is_tried) out.push_back(waiting);
  }
  return out;
}

void print_deliveries(std::string& out, const Trace& t, Micros from) {
  const auto waiting = untried(t);
  if (t.noted.deliveries.empty() && waiting.empty()) {
    if (t.noted.has_post && !is_remote(t)) out += "to other servers: nothing to tell\n";
    return;
  }
  out += "to other servers\n";
  for (const auto& d : t.noted.deliveries) {
    out += "  " + time_text(d.answered) + "  " + span_text(from, d.answered) + "  " + text_of(d.host) + "  " +
           outcome_text(d) + ", " + count_text(d.attempts, "attempt", "attempts");
    if (d.attempts > 1) out += ", the first at " + time_text(d.first_sent);
    if (d.attempts == 1) out += ", " + span_text(d.first_sent, d.answered).substr(1);
    out += "\n";
  }
  for (const auto& w : waiting) {
    out += "  waiting since " + time_text(time_of(w.notice).ms * 1'000) + "  " +
           (w.is_planned ? w.host : "not planned yet") + "  (" + w.kind + ")\n";
  }
}

}  // namespace

Result<Trace> find_trace(Session& session, const app::DataFolder& folder, const app::Config& config,
                         std::string_view wanted) {
  return session.read([&](const store::ReadTx& tx) -> Result<Trace> {
    const auto id = find_status(tx, config, wanted);
    auto status = id ? store::find_status(tx, *id) : std::nullopt;
    if (!status)
      return fail(Errc::not_found, "No post is known here by " + std::string(wanted) +
                                       ". Give its id, or the address of the post itself");
    Trace t;
    t.status = std::move(*status);
    if (auto author = store::find_account(tx, t.status.account)) t.author = std::move(*author);
    t.author_handle = t.author.username + "@" + (t.author.is_local() ? config.domain : t.author.domain);
    const domain::Site site{config.domain, app::public_url(config)};
    const bool is_here = t.author.is_local();
    t.url = t.status.reblog_of      ? ""
            : is_here               ? site.status_url(t.author.username, t.status.id)
            : !t.status.url.empty() ? t.status.url
                                    : t.status.uri;
    t.waiting = store::waiting_about(tx, t.status.id);
    t.noted = trace::Journal::read(folder.trace_file(), t.status.id);
    return t;
  });
}

std::string trace_as_text(const Trace& t) {
  const auto& s = t.status;
  std::string out = kind_of(s) + " " + to_string(s.id) + " by " + t.author_handle + ", " +
                    std::string(store::to_string(s.visibility)) +
                    (s.is_local_only ? ", stays on this node" : "") + "\n";
  if (!t.url.empty()) out += t.url + "\n";
  out += (is_remote(t) ? "published " : "created ") + time_text(s.created_at().ms * 1'000) + " UTC";
  if (s.edited_at) out += ", edited " + time_text(s.edited_at->ms * 1'000);
  if (s.is_deleted) out += ", deleted";
  out += "\n";
  const auto stages = stages_of(t);
  const auto from = stages.empty() ? s.created_at().ms * 1'000 : stages.front().at;
  if (!stages.empty()) out += "on this node\n";
  for (const auto& stage : stages)
    out += "  " + time_text(stage.at) + "  " + span_text(from, stage.at) + "  " + stage.what + "\n";
  print_deliveries(out, t, from);
  const auto unknown = unknown_of(t);
  if (!unknown.empty()) out += "not known any more, or never noted\n";
  for (const auto& line : unknown) out += "  " + line + "\n";
  return out;
}

std::string trace_as_json(const Trace& t) {
  std::string out;
  JsonWriter json(out);
  const auto& s = t.status;
  const auto moment = [](Micros at) { return time_text(at).replace(10, 1, "T") + "Z"; };
  json.begin_object().field("id", s.id).field("account", t.author_handle).field("url", t.url);
  json.field("kind", s.reblog_of ? "reblog" : s.in_reply_to ? "reply" : "post");
  json.field("visibility", store::to_string(s.visibility)).field("local_only", s.is_local_only);
  json.field("remote", is_remote(t)).field("created_at", s.created_at());
  json.field_or_null("edited_at", s.edited_at).field("deleted", s.is_deleted);
  json.key("stages").begin_array();
  for (const auto& stage : stages_of(t))
    json.begin_object().field("stage", stage.name).field("at", moment(stage.at)).end_object();
  json.end_array();
  if (t.noted.has_post && t.noted.post.fan_out_ended != 0) {
    json.key("fan_out").begin_object().field("followers", t.noted.post.followers);
    json.field("rings", t.noted.post.rings);
    json.field("microseconds", t.noted.post.fan_out_ended - t.noted.post.fan_out_began).end_object();
  }
  json.key("deliveries").begin_array();
  for (const auto& d : t.noted.deliveries) {
    json.begin_object().field("notice", std::to_string(d.notice)).field("host", text_of(d.host));
    json.field("state", trace::to_string(d.state)).field("attempts", d.attempts);
    json.field("first_sent_at", moment(d.first_sent)).field("answered_at", moment(d.answered));
    json.field("status", d.http_status).field("failure", std::string(d.failure.data())).end_object();
  }
  for (const auto& w : untried(t)) {
    json.begin_object().field("notice", std::to_string(w.notice)).field("host", w.host);
    json.field("state", "waiting").field("attempts", 0).field("kind", w.kind).end_object();
  }
  json.end_array().key("unknown").begin_array();
  for (const auto& line : unknown_of(t)) json.value(line);
  json.end_array().end_object();
  return out;
}

}  // namespace dunlin::cli
