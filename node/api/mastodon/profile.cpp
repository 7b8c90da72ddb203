// One's own account: credentials, profile, preferences. Source:
// docs.joinmastodon.org/methods/accounts/#verify_credentials, /methods/profile, /methods/preferences
#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/domain/accounts/accounts.h"
#include "node/feed/entities.h"
#include "node/media/picture.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<net::Response> own_account(Context& context) {
  const auto account = store::find_account(context.tx(), context.me());
  const auto user = store::find_user(context.tx(), context.me());
  if (!account || !user) return fail(Errc::not_found, "Record not found");
  mastodon::AccountSource source;
  source.note = account->note;
  source.fields = feed::fields_json(*account, true);
  source.privacy = user->default_visibility;
  source.sensitive = user->default_sensitive;
  source.language = user->default_language;
  source.follow_requests_count = store::count_follow_requests(context.tx(), context.me());
  source.role = feed::role_json(user->role);
  std::string body;
  auto entity = feed::entity_of(context.site(), *account);
  entity.emojis = context.feeds().library().emojis(context.tx(), *account);
  mastodon::append_credential_account(body, entity, source);
  return json_response(std::move(body));
}

Result<Outcome> verify_credentials(Context& context) {
  TRY(auto response, own_account(context));
  return response;
}

/// The files of an update, taken out of the request because the request's bytes go before the write does.
struct Pictures {
  std::optional<std::string> avatar;
  std::optional<std::string> header;
  bool any() const { return avatar || header; }
};

Result<Pictures> uploaded(const Context& context) {
  Pictures pictures;
  for (auto [name, place] : {std::pair{"avatar", &pictures.avatar}, std::pair{"header", &pictures.header}}) {
    // Some clients send the present picture's address back as text: that changes nothing.
    if (const auto file = context.params.file(name); file && *file) *place = std::string((*file)->bytes);
  }
  return pictures;
}

Result<domain::ProfileChange> read_change(const Context& context) {
  const auto& params = context.params;
  domain::ProfileChange change;
  TRY(change.display_name, params.text("display_name"));
  TRY(change.note, params.text("note"));
  TRY(change.locked, params.boolean("locked"));
  TRY(change.bot, params.boolean("bot"));
  TRY(change.discoverable, params.boolean("discoverable"));
  TRY(change.indexable, params.boolean("indexable"));
  TRY(change.hide_collections, params.boolean("hide_collections"));
  TRY(change.default_visibility, params.text("source[privacy]"));
  TRY(change.default_sensitive, params.boolean("source[sensitive]"));
  TRY(change.default_language, params.text("source[language]"));
  if (params.has("fields_attributes")) {
    TRY(const auto groups, params.indexed("fields_attributes"));
    change.fields.emplace();
    for (const auto& group : groups) {
      auto name = group.text("name");
      auto value = group.text("value");
      if (!name || !value)
        return net::wrong_field("fields_attributes", "a list of names and values, each a text");
      change.fields->push_back({std::move(*name).value_or(""), std::move(*value).value_or("")});
    }
  }
  return change;
}

/// Stores the change and answers the account as it is then. Pictures that it replaced go when it is
/// committed.
Write store_change(const Context& context, const domain::ProfileChange& change) {
  return {[change, me = context.me(), &site = context.site()](store::WriteTx& tx) -> Result<Then> {
    const auto before = store::find_account(tx, me);
    TRY_DO(domain::change_profile(tx, site, me, change));
    std::vector<std::string> replaced;
    if (change.avatar && before) replaced.push_back(before->avatar);
    if (change.header && before) replaced.push_back(before->header);
    return Then([replaced](Context& done) -> Result<net::Response> {
      for (const auto& file : replaced) done.services.files.remove(file);
      return own_account(done);
    });
  }};
}

Result<media::Picture> checked_picture(const Context& context, std::string_view field,
                                       const std::string& bytes) {
  const auto& config = context.services.config.media;
  media::PictureLimits limits;
  limits.bytes_max = static_cast<std::size_t>(config.picture_mib) << 20;
  limits.pixels_max = static_cast<std::uint64_t>(config.picture_megapixels) * 1'000'000;
  limits.frames_max = static_cast<std::size_t>(config.picture_frames);
  auto picture = media::sanitize_picture(bytes, limits);
  if (picture) return picture;
  return fail(Errc::unprocessable, "Validation failed: " + std::string(field) + ": " + picture.error().safe);
}

/// Nothing is kept before everything has been found good: what is refused leaves no file behind.
Result<Outcome> change_with_pictures(Context& context, domain::ProfileChange change,
                                     const Pictures& pictures) {
  std::optional<media::Picture> avatar;
  std::optional<media::Picture> header;
  if (pictures.avatar) {
    TRY(avatar, checked_picture(context, "avatar", *pictures.avatar));
  }
  if (pictures.header) {
    TRY(header, checked_picture(context, "header", *pictures.header));
  }
  TRY_DO(domain::check_profile(change));
  auto& files = context.services.files;
  if (avatar) change.avatar = files.put("avatars", avatar->bytes, avatar->type);
  if (header) change.header = files.put("headers", header->bytes, header->type);
  return store_change(context, change);
}

Result<Outcome> update_credentials(Context& context) {
  TRY(const auto change, read_change(context));
  TRY(const auto pictures, uploaded(context));
  if (!pictures.any()) return store_change(context, change);
  TRY_DO(context.take(context.services.rate_limits.uploads_of_account, to_string(context.me()),
                      "Too many uploads; try again later"));
  return Slow{[change, pictures](Context& worker) { return change_with_pictures(worker, change, pictures); }};
}

Result<Outcome> remove_avatar(Context& context) {
  domain::ProfileChange change;
  change.avatar = "";
  return store_change(context, change);
}

Result<Outcome> remove_header(Context& context) {
  domain::ProfileChange change;
  change.header = "";
  return store_change(context, change);
}

Result<Outcome> preferences(Context& context) {
  const auto user = store::find_user(context.tx(), context.me());
  if (!user) return fail(Errc::not_found, "Record not found");
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("posting:default:visibility", user->default_visibility);
  json.field("posting:default:sensitive", user->default_sensitive);
  json.field_or_null("posting:default:language", user->default_language);
  json.field("posting:default:quote_policy", "public");
  json.field("reading:expand:media", "default")
      .field("reading:expand:spoilers", false)
      .field("reading:autoplay:gifs", false);
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> profile_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/accounts/verify_credentials", Access::user(Scope::profile), verify_credentials},
      {Method::patch, "/api/v1/accounts/update_credentials", Access::user(Scope::write_accounts),
       update_credentials, 2 * limits::upload_body_bytes_max},
      {Method::delete_, "/api/v1/profile/avatar", Access::user(Scope::write_accounts), remove_avatar},
      {Method::delete_, "/api/v1/profile/header", Access::user(Scope::write_accounts), remove_header},
      {Method::get, "/api/v1/preferences", Access::user(Scope::read_accounts), preferences},
  };
}

}  // namespace dunlin::api
