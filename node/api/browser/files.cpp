// Media and the pages' own pictures and style. Names are ours alone; what is not of their form does not
// exist.
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/federation/emoji_pictures.h"
#include "node/web/assets.h"

namespace dunlin::api {

namespace {

net::Response file(std::string bytes, std::string_view type, bool is_immutable) {
  net::Response response;
  response.content_type = type;
  response.headers = {
      {"Cache-Control", is_immutable ? "public, max-age=31536000, immutable" : "public, max-age=3600"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "default-src 'none'; sandbox"}};
  response.body = std::move(bytes);
  return response;
}

Result<Outcome> media(Context& context) {
  const auto name = std::string(context.args[0]);
  const auto type = media::Files::type_of(name);
  if (type.empty()) return fail(Errc::not_found, "Not found");
  return Slow{[name, type](Context& worker) -> Result<Outcome> {
    auto bytes = worker.services.files.read(name);
    if (!bytes) return fail(Errc::not_found, "Not found");
    return file(std::move(*bytes), type, true);
  }};
}

constexpr int stale_seconds = 300;

/// What is not the picture that its host names now is shown, but not for long.
net::Response emoji_file(std::string bytes, std::string_view type, bool is_current) {
  auto response = file(std::move(bytes), type, true);
  if (!is_current) response.headers.front().second = "public, max-age=" + std::to_string(stale_seconds);
  return response;
}

Later fetched_emoji(Context& context, const store::Emoji& emoji, bool is_current) {
  return {[&pictures = context.services.emoji_pictures, emoji, is_current](const Later::Answer& answer) {
    pictures.want(emoji, [answer, is_current](const federation::EmojiPictures::Picture& picture) {
      // Never the way to the other host: readers' addresses are not for it.
      if (picture == nullptr) return answer(fail(Errc::not_found, "Not found"));
      answer(emoji_file(picture->bytes, picture->type, is_current));
    });
  }};
}

/// The picture of another node's emoji, from here. The address carries the version that a page was made with.
Result<Outcome> remote_emoji(Context& context) {
  const auto id = parse_id<store::EmojiId>(context.args[0]);
  const auto version = parse_id_number(context.args[1]);
  auto emoji = id && version ? store::find_emoji(context.tx(), *id) : std::nullopt;
  if (!emoji || emoji->is_local() || !context.services.emoji_pictures.may_show(emoji->host))
    return fail(Errc::not_found, "Not found");
  const bool is_current = *version == emoji->version;
  if (emoji->file.empty()) {
    // Files are not counted, but work that the node does for it is: numbers can be guessed.
    TRY_DO(context.take(context.services.rate_limits.requests_of_address, context.client_key(),
                        "Too many requests"));
    return fetched_emoji(context, *emoji, is_current);
  }
  return Slow{[emoji = std::move(*emoji), is_current](Context& worker) -> Result<Outcome> {
    auto& pictures = worker.services.emoji_pictures;
    auto bytes = worker.services.files.read(emoji.file);
    if (!bytes) return fetched_emoji(worker, emoji, is_current);
    pictures.shown(emoji);
    // The one before serves until the new one is here.
    if (!emoji.is_fetched()) pictures.want(emoji, [](const federation::EmojiPictures::Picture&) {});
    return emoji_file(std::move(*bytes), media::Files::type_of(emoji.file), is_current && emoji.is_fetched());
  }};
}

Result<Outcome> asset(Context& context) {
  for (const auto& known : web::assets()) {
    if (known.path == context.request.path)
      return file(std::string(known.bytes), known.content_type, known.is_immutable);
  }
  return fail(Errc::not_found, "Not found");
}

}  // namespace

std::vector<Route> file_routes() {
  using net::Method;
  return {
      {Method::get, "/media/*", Access::uncounted(), media},
      {Method::get, "/media/emoji/:id/:version", Access::uncounted(), remote_emoji},
      {Method::get, "/assets/*", Access::uncounted(), asset},
  };
}

}  // namespace dunlin::api
