#include "node/streaming/happening.h"

#include <algorithm>

#include "node/net/websocket.h"
#include "protocol/base/json_writer.h"

namespace dunlin::streaming {

namespace {

std::string_view name_of(Happening::Kind kind) {
  switch (kind) {
    case Happening::Kind::posted:
      return "update";
    case Happening::Kind::edited:
      return "status.update";
    case Happening::Kind::removed:
      return "delete";
    case Happening::Kind::notified:
      break;
  }
  return "notification";
}

}  // namespace

net::Stream::Bytes Happening::bytes(Form form, std::string_view payload) const {
  const auto name = name_of(kind_);
  std::string text;
  text.reserve(payload.size() * 9 / 8 + 100);
  if (form.kind == net::Stream::Kind::events) {
    text.append("event: ").append(name).append("\ndata: ").append(payload).append("\n\n");
    return std::make_shared<const std::string>(std::move(text));
  }
  // The entity is JSON inside of JSON: Mastodon's clients want it as a string.
  JsonWriter json(text);
  json.begin_object().key("stream").begin_array().value(streaming::name_of(form.channel)).end_array();
  json.field("event", name).field("payload", payload).end_object();
  return std::make_shared<const std::string>(net::text_frame(text));
}

net::Stream::Bytes Happening::shared(Form form, const std::string& sameness,
                                     const std::function<std::string()>& payload) const {
  const auto place =
      form.kind == net::Stream::Kind::events ? channel_count : static_cast<std::size_t>(form.channel);
  std::lock_guard lock(mutex_);
  auto text = std::find_if(texts_.begin(), texts_.end(),
                           [&](const Text& known) { return known.sameness == sameness; });
  if (text == texts_.end()) text = texts_.insert(texts_.end(), {sameness, payload(), {}});
  auto& made = text->forms[place];
  if (!made) made = bytes(form, text->payload);
  return made;
}

}  // namespace dunlin::streaming
