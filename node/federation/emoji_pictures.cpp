#include "node/federation/emoji_pictures.h"

#include <algorithm>
#include <exception>

#include "node/domain/emojis/emojis.h"
#include "node/federation/documents.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

constexpr std::string_view folder = "remote";
constexpr std::string_view picture_types = "image/png, image/gif, image/webp, image/jpeg";
constexpr int dropped_at_once = 16;
constexpr auto used_to_the = std::chrono::hours(24);

std::chrono::milliseconds pause_after(std::int64_t attempts) {
  std::chrono::milliseconds pause = limits::emoji_first_pause;
  for (std::int64_t i = 1; i < attempts && pause < limits::emoji_longest_pause; ++i) pause *= 5;
  return std::min<std::chrono::milliseconds>(pause, limits::emoji_longest_pause);
}

/// The host that was asked did not answer at all.
bool is_silence(const outgoing::FetchError& error) {
  using enum outgoing::Failure;
  const auto failure = error.failure;
  return !error.was_redirected &&
         (failure == unresolvable || failure == unreachable || failure == tls || failure == timed_out);
}

}  // namespace

bool EmojiPictures::may_show(std::string_view host) const {
  const auto policy = domains_.policy(host);
  return !policy.is_blocked && !policy.rejects_media;
}

void EmojiPictures::want(const store::Emoji& emoji, Done done) {
  const auto origin = ap::origin_of(emoji.url);
  const bool is_too_early = emoji.next_at && clock_.now() < *emoji.next_at;
  // Where the picture is may be another host than the one that uses it.
  const bool may_ask = !origin.empty() && origin != ap::origin_of(site_.base_url) && may_show(emoji.host) &&
                       may_show(origin.substr(origin.find("://") + 3));
  bool is_taken = false;
  if (options_.bytes_max > 0 && may_ask && !is_too_early && !gate_.is_resting(origin)) {
    std::lock_guard lock(mutex_);
    if (!is_stopping_ && waiting_ < limits::emoji_waiting_max) {
      auto [job, is_new] = jobs_.try_emplace(emoji.id, Job{emoji, origin, {}});
      if (is_new) queue_.push_back(emoji.id);
      job->second.waiting.push_back(done);
      ++waiting_;
      is_taken = true;
    }
  }
  if (!is_taken) return done(nullptr);
  begin_next();
}

void EmojiPictures::begin_next() {
  std::vector<store::Emoji> begun;
  {
    std::lock_guard lock(mutex_);
    for (auto next = queue_.begin(); next != queue_.end() && under_way_ < limits::emoji_fetches_max;) {
      const auto& job = jobs_.at(*next);
      auto& places = under_way_of_[job.origin];
      if (places >= limits::emoji_fetches_per_host_max) {
        ++next;
        continue;
      }
      ++places;
      ++under_way_;
      begun.push_back(job.emoji);
      next = queue_.erase(next);
    }
  }
  for (const auto& emoji : begun) send(emoji);
}

void EmojiPictures::send(const store::Emoji& emoji) {
  const auto url = Url::parse(emoji.url, schemes_of(site_));
  if (!url) return failed(emoji, url.error().safe);
  outgoing::Request request{*url};
  request.headers = {{"Accept", std::string(picture_types)}};
  request.answer_bytes_max = limits::emoji_bytes_max;
  request.deadline = limits::emoji_deadline;
  client_.send(std::move(request), [this, emoji](outgoing::Fetched answer) {
    if (!answer && answer.error().failure == outgoing::Failure::cancelled) return stop();
    const auto shared = std::make_shared<const outgoing::Fetched>(std::move(answer));
    // Not on the client's thread, which must not wait for a disk.
    if (!options_.run([this, emoji, shared] { take(emoji, *shared); })) finish(emoji.id, nullptr);
  });
}

void EmojiPictures::take(const store::Emoji& emoji, const outgoing::Fetched& answer) {
  const auto origin = ap::origin_of(emoji.url);
  if (!answer) {
    if (is_silence(answer.error())) gate_.failed(origin);
    return failed(emoji,
                  std::string(outgoing::to_string(answer.error().failure)) + ": " + answer.error().detail);
  }
  gate_.answered(origin);
  if (answer->status != 200) return failed(emoji, "status " + std::to_string(answer->status));
  // What it is, is judged by its bytes alone: no word of that server reaches a reader.
  auto picture = domain::checked_emoji_picture(answer->body);
  if (!picture) return failed(emoji, picture.error().safe);
  try {
    keep(emoji, std::move(*picture));
  } catch (const std::exception& fault) {
    log(Level::error, "emoji_not_kept", {{"error", fault.what()}});
    failed(emoji, "it could not be written");
  }
}

void EmojiPictures::keep(const store::Emoji& emoji, media::Picture picture) {
  const auto shared = std::make_shared<const media::Picture>(std::move(picture));
  const auto file = files_.put(folder, shared->bytes, shared->type);
  const auto bytes = static_cast<std::int64_t>(shared->bytes.size());
  const auto not_shown = std::make_shared<std::vector<std::string>>();  // files that go after the commit
  const auto apply = [this, emoji, file, bytes, not_shown](store::WriteTx& tx) -> Result<void> {
    not_shown->clear();
    const auto before = store::put_emoji_file(tx, emoji, file, bytes);
    not_shown->push_back(before ? *before : file);  // the host has changed it meanwhile
    for (auto total = store::remote_emoji_bytes(tx); total > options_.bytes_max;) {
      const auto stale = store::stalest_emojis(tx, dropped_at_once);
      if (stale.empty()) break;
      for (const auto& each : stale) {
        if (total <= options_.bytes_max) break;
        store::drop_emoji_file(tx, each.id);
        not_shown->push_back(each.file);
        total -= each.file_bytes;
      }
    }
    return {};
  };
  const auto done = [this, id = emoji.id, shared, file, not_shown](const Result<void>& result) {
    if (!result) *not_shown = {file};
    remove(not_shown);
    finish(id, shared);
  };
  if (writer_.submit({apply, done})) return;
  files_.remove(file);
  finish(emoji.id, shared);
}

void EmojiPictures::remove(const std::shared_ptr<std::vector<std::string>>& files) {
  // One that stays behind while the node stops is told by `check`.
  (void)options_.run([this, files] {
    for (const auto& name : *files) files_.remove(name);
  });
}

void EmojiPictures::rules_changed() {
  const auto dropped = std::make_shared<std::vector<std::string>>();
  const auto apply = [this, dropped](store::WriteTx& tx) -> Result<void> {
    dropped->clear();
    for (const auto& host : store::hosts_of_kept_emojis(tx)) {
      if (may_show(host)) continue;
      for (const auto& emoji : store::kept_emojis_of(tx, host)) {
        store::drop_emoji_file(tx, emoji.id);
        dropped->push_back(emoji.file);
      }
    }
    return {};
  };
  const auto done = [this, dropped](const Result<void>& result) {
    if (result && !dropped->empty()) remove(dropped);
  };
  (void)writer_.submit({apply, done});
}

void EmojiPictures::failed(const store::Emoji& emoji, const std::string& why) {
  const auto attempts = emoji.attempts + 1;
  log(Level::info, "emoji_failed", {{"uri", emoji.url}, {"why", why}, {"attempts", attempts}});
  const auto apply = [emoji, attempts](store::WriteTx& tx) -> Result<void> {
    store::put_emoji_failure(tx, emoji, attempts, tx.now() + pause_after(attempts));
    return {};
  };
  // Only then is it over: who asks in between must not begin anew.
  const auto done = [this, id = emoji.id](const Result<void>&) { finish(id, nullptr); };
  if (!writer_.submit({apply, done})) finish(emoji.id, nullptr);
}

void EmojiPictures::finish(store::EmojiId id, const Picture& picture) {
  std::vector<Done> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) return;  // all were told when the node stopped
    waiting = std::move(job->second.waiting);
    waiting_ -= waiting.size();
    const auto places = under_way_of_.find(job->second.origin);
    if (--places->second == 0) under_way_of_.erase(places);
    --under_way_;
    jobs_.erase(job);
  }
  for (const auto& done : waiting) done(picture);
  begin_next();
}

void EmojiPictures::stop() {
  std::unordered_map<store::EmojiId, Job> jobs;
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    jobs.swap(jobs_);
    queue_.clear();
    under_way_of_.clear();
    under_way_ = 0;
    waiting_ = 0;
  }
  for (const auto& [id, job] : jobs) {
    for (const auto& done : job.waiting) done(nullptr);
  }
}

void EmojiPictures::shown(const store::Emoji& emoji) {
  if (emoji.used_at && clock_.now() < *emoji.used_at + used_to_the) return;
  (void)writer_.submit({[id = emoji.id](store::WriteTx& tx) -> Result<void> {
                          store::touch_emoji(tx, id);
                          return {};
                        },
                        [](const Result<void>&) {}});
}

}  // namespace dunlin::federation
