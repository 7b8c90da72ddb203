#include "node/streaming/loop_streams.h"

#include <algorithm>

#include "node/streaming/live_stream.h"

namespace dunlin::streaming {

void LoopStreams::append(Log& log, const HappeningPtr& happening) {
  log.append({happening, ++order_});
  counters_.waiting += static_cast<std::int64_t>(log.readers.size());
  for (LiveStream* stream : log.readers) stream->wake();
}

void LoopStreams::tell(const HappeningPtr& happening, const std::vector<AccountId>& accounts) {
  for (AccountId account : accounts) {
    const auto found = personal_.find(account);
    if (found != personal_.end()) append(found->second, happening);
  }
}

void LoopStreams::tell_everyone(const std::vector<HappeningPtr>& happenings) {
  if (public_.readers.empty()) return;
  const store::ReadTx tx(reader_(), sequence_);
  for (const auto& happening : happenings) {
    // What is not public is looked at once here, and takes no place in the log.
    const auto card = feeds_.library().status(tx, StatusId{happening->id()});
    if (card && card->facts.visibility == store::Visibility::public_ && !card->facts.reblog_of)
      append(public_, happening);
  }
}

void LoopStreams::check_tokens() {
  const store::ReadTx tx(reader_(), sequence_);
  for (LiveStream* stream : streams_) stream->check_token(tx);
}

Log& LoopStreams::subscribe(Channel channel, AccountId account, LiveStream& stream) {
  Log& log = is_personal(channel) ? personal_[account] : public_;
  log.readers.push_back(&stream);
  return log;
}

void LoopStreams::unsubscribe(Channel channel, AccountId account, LiveStream& stream) {
  Log& log = is_personal(channel) ? personal_[account] : public_;
  // One of them: it may listen to two channels of the same log.
  const auto found = std::find(log.readers.begin(), log.readers.end(), &stream);
  if (found != log.readers.end()) log.readers.erase(found);
  if (is_personal(channel) && log.readers.empty()) personal_.erase(account);
}

}  // namespace dunlin::streaming
