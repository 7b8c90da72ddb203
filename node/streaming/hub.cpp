#include "node/streaming/hub.h"

namespace dunlin::streaming {

Hub::Hub(Options options, feed::Feeds& feeds, const store::CommitSequence& sequence,
         const std::function<store::Connection&(unsigned loop)>& reader, Post post)
    : options_(options), feeds_(feeds), post_(std::move(post)) {
  for (unsigned loop = 0; loop < options_.loops; ++loop) {
    loops_.push_back(std::make_unique<LoopStreams>(
        feeds_, sequence, [reader, loop]() -> store::Connection& { return reader(loop); }, counters_));
  }
}

Result<std::shared_ptr<net::Stream>> Hub::open(unsigned loop, net::Stream::Kind kind,
                                               const Listener& listener, std::string first) {
  {
    std::lock_guard lock(mutex_);
    if (open_[0] + open_[1] >= options_.total_max) {
      ++refused_;
      return fail(Errc::unavailable, "Too many streams are open on this node; try again later");
    }
    const auto account = present_.find(listener.account);
    const auto token = of_token_.find(listener.token);
    if ((account != present_.end() && account->second.streams >= options_.per_account_max) ||
        (token != of_token_.end() && token->second >= options_.per_token_max)) {
      ++refused_;
      return fail(Errc::rate_limited, "Too many streams are open already: close one");
    }
    ++of_token_[listener.token];
    auto& present = present_[listener.account];
    ++open_[static_cast<std::size_t>(kind)];
    present.by_loop.resize(options_.loops);
    ++present.by_loop[loop];
    // Under the lock, so that the fan-out hears of beginnings and ends in their order.
    if (++present.streams == 1) feeds_.watch(listener.account, true);
  }
  return std::make_shared<LiveStream>(*loops_[loop], kind, listener, std::move(first),
                                      [this, loop, kind, listener] { leave(loop, kind, listener); });
}

void Hub::leave(unsigned loop, net::Stream::Kind kind, const Listener& listener) {
  std::lock_guard lock(mutex_);
  --open_[static_cast<std::size_t>(kind)];
  if (--of_token_[listener.token] == 0) of_token_.erase(listener.token);
  auto& present = present_[listener.account];
  --present.by_loop[loop];
  if (--present.streams > 0) return;
  present_.erase(listener.account);
  feeds_.watch(listener.account, false);
}

template <class Accounts>
void Hub::tell_home(const HappeningPtr& happening, const Accounts& accounts) {
  std::vector<std::vector<AccountId>> by_loop(options_.loops);
  {
    std::lock_guard lock(mutex_);
    for (const auto number : accounts) {
      const AccountId account{static_cast<std::int64_t>(number)};
      const auto found = present_.find(account);
      if (found == present_.end()) continue;
      for (unsigned loop = 0; loop < options_.loops; ++loop) {
        if (found->second.by_loop[loop] > 0) by_loop[loop].push_back(account);
      }
    }
  }
  for (unsigned loop = 0; loop < options_.loops; ++loop) {
    if (by_loop[loop].empty()) continue;
    post_(loop, [streams = loops_[loop].get(), happening, accounts_here = std::move(by_loop[loop])] {
      streams->tell(happening, accounts_here);
    });
  }
}

void Hub::everywhere(const std::function<void(LoopStreams&)>& job) {
  for (unsigned loop = 0; loop < options_.loops; ++loop)
    post_(loop, [job, streams = loops_[loop].get()] { job(*streams); });
}

void Hub::tell(feed::FanOut::News news, StatusId status, const std::vector<std::uint32_t>& readers) {
  using Kind = Happening::Kind;
  using feed::FanOut;
  const auto kind = news == FanOut::News::posted   ? Kind::posted
                    : news == FanOut::News::edited ? Kind::edited
                                                   : Kind::removed;
  tell_home(std::make_shared<const Happening>(kind, status.value), readers);
}

void Hub::on_commit(const store::Changes& changes) {
  if (open_[0] + open_[1] == 0) return;
  if (changes.tokens || changes.everything) everywhere([](LoopStreams& streams) { streams.check_tokens(); });
  for (const auto& [account, notification] : changes.notified) {
    tell_home(std::make_shared<const Happening>(Happening::Kind::notified, notification.value),
              std::array{account.value});
  }
  std::vector<HappeningPtr> happenings;
  const auto add = [&](Happening::Kind kind, const auto& listing) {
    if (!listing.participants.empty() || listing.status.reblog_of) return;
    happenings.push_back(std::make_shared<const Happening>(kind, listing.status.id.value));
  };
  for (const auto& listing : changes.listings)
    add(listing.is_added ? Happening::Kind::posted : Happening::Kind::removed, listing);
  for (const auto& edit : changes.edits) add(Happening::Kind::edited, edit);
  if (happenings.empty()) return;
  everywhere([happenings](LoopStreams& streams) { streams.tell_everyone(happenings); });
}

Hub::Stats Hub::stats() const {
  const auto waiting = counters_.waiting.load();
  return {open_[0],          open_[1],        counters_.sent,
          counters_.dropped, refused_.load(), waiting > 0 ? static_cast<std::size_t>(waiting) : 0};
}

}  // namespace dunlin::streaming
