#include "protocol/activitypub/post.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {
namespace {

constexpr std::array<std::string_view, 8> post_types = {"Note",  "Question", "Article", "Page",
                                                        "Video", "Image",    "Audio",   "Event"};

/// Of several authors: the one on the post's own server who is no Group (PeerTube names the channel's as
/// well), else the first author there, else the first. None if several people there are named: whoever sends
/// it would speak for the others too.
std::string read_author(const json& document, const std::string& post_id) {
  const json* value = member(document, "attributedTo");
  if (!value) return {};
  const std::string home = origin_of(post_id);
  std::string best;
  int best_rank = -1;
  int people_at_home = 0;
  for (const json* entry : entries(*value, limits::remote_links_max)) {
    std::string id = id_of(*entry);
    if (id.empty()) continue;
    const std::string type = type_of(*entry);
    if (origin_of(id) == home && type != "Group" && id != best && ++people_at_home > 1) return {};
    const int rank = (origin_of(id) == home ? 4 : 0) + (type == "Person" ? 2 : type == "Group" ? 0 : 1);
    if (rank > best_rank) best = std::move(id), best_rank = rank;
  }
  return best;
}

bool is_link_to_post(const json& tag) {
  const std::string media_type = text_of(tag, "mediaType", limits::name_characters_max);
  return media_type.empty() || is_activity_media_type(media_type);
}

}  // namespace

/// The order in which Mastodon reads them; FEP-044f, FEP-e232.
std::string quoted_in(const json& document) {
  for (auto name : {"quote", "quoteUri", "quoteUrl", "_misskey_quote"}) {
    if (std::string id = id_of(document, name); !id.empty()) return id;
  }
  const json* tags = member(document, "tag");
  if (!tags) return {};
  for (const json* tag : entries(*tags, limits::json_members_max)) {
    if (type_of(*tag) != "Link" || !is_link_to_post(*tag)) continue;
    for (const auto& rel : ids_of(*tag, "rel", limits::remote_links_max)) {
      if (rel != "https://misskey-hub.net/ns#_misskey_quote" && rel != "https://w3id.org/fep/044f#quote")
        continue;
      return id_of(*tag, "href");
    }
  }
  return {};
}

namespace {

void read_tags(const json& document, Post& post) {
  post.emojis = read_emojis(document);
  const json* tags = member(document, "tag");
  if (!tags) return;
  for (const json* tag : entries(*tags, limits::json_members_max)) {
    const std::string type = type_of(*tag);
    const std::string name = text_of(*tag, "name", limits::remote_name_characters_max);
    if (type == "Mention" && post.mentions.size() < limits::remote_mentions_max) {
      Post::Mention mention{id_of(*tag, "href"), name};
      if (!mention.href.empty() || !mention.name.empty()) post.mentions.push_back(std::move(mention));
    } else if (type == "Hashtag" && post.hashtags.size() < limits::remote_tags_max) {
      std::string hashtag =
          cut(std::string_view(name).substr(name.starts_with('#') ? 1 : 0), limits::tag_characters_max);
      if (!hashtag.empty()) post.hashtags.push_back(std::move(hashtag));
    }
  }
}

int pixels_of(const json& object, std::string_view name) {
  constexpr std::int64_t side_max = 1'000'000;
  const json* value = member(object, name);
  return value ? static_cast<int>(std::min(count_of(*value).value_or(0), side_max)) : 0;
}

void read_focus(const json& object, Post::Attachment& attachment) {
  const json* point = member(object, "focalPoint");
  if (!point || !point->is_array() || point->size() != 2) return;
  if (!(*point)[0].is_number() || !(*point)[1].is_number()) return;
  attachment.focal_x = std::clamp((*point)[0].get<double>(), -1.0, 1.0);
  attachment.focal_y = std::clamp((*point)[1].get<double>(), -1.0, 1.0);
}

Post::Attachment read_attachment(const json& object) {
  Post::Attachment attachment;
  attachment.type = type_of(object);
  attachment.media_type = text_of(object, "mediaType", limits::name_characters_max);
  attachment.url = url_of(object, "url");
  if (attachment.url.empty()) attachment.url = url_of(object, "href");
  // `url` may be a Link that knows the type.
  if (const json* url = member(object, "url"); url && attachment.media_type.empty()) {
    if (const json* link = first_object(*url)) {
      attachment.media_type = text_of(*link, "mediaType", limits::name_characters_max);
    }
  }
  // GoToSocial describes in `summary`, the others in `name`; both send both or one.
  attachment.description = natural_text(object, "summary", limits::remote_description_characters_max).text;
  if (attachment.description.empty()) {
    attachment.description = natural_text(object, "name", limits::remote_description_characters_max).text;
  }
  attachment.blurhash = text_of(object, "blurhash", limits::name_characters_max);
  attachment.width = pixels_of(object, "width");
  attachment.height = pixels_of(object, "height");
  read_focus(object, attachment);
  return attachment;
}

void read_attachments(const json& document, Post& post) {
  static constexpr std::array<std::string_view, 6> kinds = {"Document", "Image", "Video",
                                                            "Audio",    "Link",  "Page"};
  const json* value = member(document, "attachment");
  if (!value) return;
  for (const json* entry : entries(*value, limits::json_members_max)) {
    if (post.attachments.size() >= limits::remote_attachments_max) break;
    if (std::find(kinds.begin(), kinds.end(), type_of(*entry)) == kinds.end()) continue;
    auto attachment = read_attachment(*entry);
    if (attachment.type == "Page") attachment.type = "Link";
    if (!attachment.url.empty()) post.attachments.push_back(std::move(attachment));
  }
}

void read_picture(const json& document, Post& post) {
  for (auto name : {"image", "icon"}) {
    post.image_url = url_of(document, name);
    if (!post.image_url.empty()) return;
  }
}

std::optional<Post::Poll> read_poll(const json& document) {
  const json* any_of = member(document, "anyOf");
  const json* options = any_of ? any_of : member(document, "oneOf");
  if (!options) return std::nullopt;
  Post::Poll poll;
  poll.multiple = any_of != nullptr;
  for (const json* entry : entries(*options, limits::remote_poll_options_max)) {
    Post::Poll::Option option;
    option.name = natural_text(*entry, "name", limits::remote_name_characters_max).text;
    option.votes = total_of(*entry, "replies").value_or(0);
    if (!option.name.empty()) poll.options.push_back(std::move(option));
  }
  if (poll.options.empty()) return std::nullopt;
  poll.end_time = time_of(document, "endTime");
  poll.closed = time_of(document, "closed");
  // `closed` may be a mere true: then the end is the best that is known.
  if (!poll.closed && flag_of(document, "closed")) poll.closed = poll.end_time;
  if (const json* voters = member(document, "votersCount")) poll.voters = count_of(*voters);
  return poll;
}

std::optional<Post::Policy> read_policy(const json& policies, std::string_view name) {
  const json* value = member(policies, name);
  if (!value || !value->is_object()) return std::nullopt;
  auto ids = [&](std::string_view now, std::string_view before) {
    auto found = ids_of(*value, now, limits::remote_aliases_max);
    return found.empty() ? ids_of(*value, before, limits::remote_aliases_max) : found;
  };
  // `always` and `approvalRequired` are GoToSocial's names before 0.20.
  return Post::Policy{ids("automaticApproval", "always"), ids("manualApproval", "approvalRequired")};
}

void read_policies(const json& document, Post& post) {
  const json* policies = member(document, "interactionPolicy");
  if (!policies) return;
  post.can_quote = read_policy(*policies, "canQuote");
  post.can_reply = read_policy(*policies, "canReply");
  post.can_like = read_policy(*policies, "canLike");
  post.can_announce = read_policy(*policies, "canAnnounce");
}

void read_text(const json& document, Post& post) {
  auto content = natural_text(document, "content", limits::remote_content_characters_max);
  auto name = natural_text(document, "name", limits::remote_name_characters_max);
  auto summary = natural_text(document, "summary", limits::remote_content_characters_max);
  post.content = std::move(content.text);
  post.content_type = text_of(document, "mediaType", limits::name_characters_max);
  if (post.content_type.starts_with("text/html")) post.content_type.clear();
  post.name = std::move(name.text);
  post.summary = std::move(summary.text);
  post.language = !content.language.empty() ? content.language
                  : !name.language.empty()  ? name.language
                                            : summary.language;
  // Lemmy and PeerTube name it so: {"identifier":"en","name":"English"}.
  if (const json* language = member(document, "language"); language && post.language.empty()) {
    post.language = text_of(*language, "identifier", limits::tag_characters_max);
    if (post.language == "und" || post.language.size() > 35) post.language.clear();
  }
}

void read_collections(const json& document, Post& post) {
  post.replies = id_of(document, "replies");
  if (post.replies.empty()) post.replies = id_of(document, "comments");  // PeerTube
  post.likes = id_of(document, "likes");
  post.shares = id_of(document, "shares");
  post.replies_total = total_of(document, "replies");
  post.likes_total = total_of(document, "likes");
  post.shares_total = total_of(document, "shares");
}

}  // namespace

bool is_post_type(std::string_view type) {
  return std::find(post_types.begin(), post_types.end(), type) != post_types.end();
}

Result<Post> read_post(const json& document) {
  auto refuse = [](std::string detail) {
    return fail(Errc::unprocessable, "The post cannot be read", std::move(detail));
  };
  Post post;
  post.id = id_of(document, "id");
  post.type = type_of(document);
  if (post.id.empty()) return refuse("no id");
  if (!is_post_type(post.type)) return refuse("type is not a post's: " + post.type);
  post.attributed_to = read_author(document, post.id);
  if (post.attributed_to.empty()) return refuse("no attributedTo");

  read_text(document, post);
  post.url = url_of(document, "url");
  post.in_reply_to = id_of(document, "inReplyTo");
  post.context = id_of(document, "context");
  if (post.context.empty()) post.context = id_of(document, "conversation");
  post.audience = id_of(document, "audience");
  post.to = ids_of(document, "to", limits::remote_addressees_max);
  post.cc = ids_of(document, "cc", limits::remote_addressees_max);
  post.published = time_of(document, "published");
  post.updated = time_of(document, "updated");
  post.sensitive = flag_of(document, "sensitive");
  read_tags(document, post);
  read_attachments(document, post);
  if (post.type != "Note" && post.type != "Question") read_picture(document, post);
  post.quote = quoted_in(document);
  post.quote_authorization = id_of(document, "quoteAuthorization");
  read_policies(document, post);
  post.reply_authorization = id_of(document, "replyAuthorization");
  // Friendica and older GoToSocial call it so.
  if (post.reply_authorization.empty()) post.reply_authorization = id_of(document, "approvedBy");
  post.poll = read_poll(document);
  read_collections(document, post);
  if (post.type == "Event") {
    post.start_time = time_of(document, "startTime");
    if (const json* place = member(document, "location")) {
      if (const json* named = first_object(*place)) {
        post.location = text_of(*named, "name", limits::remote_name_characters_max);
      }
    }
  }
  return post;
}

Audience audience_of(const std::vector<std::string>& to, const std::vector<std::string>& cc,
                     std::string_view followers_of_author) {
  auto names_public = [](const std::vector<std::string>& list) {
    return std::any_of(list.begin(), list.end(), is_public);
  };
  auto names_followers = [&](const std::vector<std::string>& list) {
    return !followers_of_author.empty() &&
           std::find(list.begin(), list.end(), followers_of_author) != list.end();
  };
  if (names_public(to)) return Audience::public_;
  if (names_public(cc)) return Audience::unlisted;
  return names_followers(to) || names_followers(cc) ? Audience::followers : Audience::direct;
}

Addressing addressed(Audience audience, std::string_view followers,
                     const std::vector<std::string>& mentions) {
  const std::string everyone(as_public);
  const std::string following(followers);
  Addressing result;
  switch (audience) {
    case Audience::public_:
      result = {{everyone}, {following}};
      break;
    case Audience::unlisted:
      result = {{following}, {everyone}};
      break;
    case Audience::followers:
      result = {{following}, {}};
      break;
    case Audience::direct:
      result = {};
      break;
  }
  auto& list = audience == Audience::direct ? result.to : result.cc;
  for (const auto& mention : mentions) {
    if (std::find(list.begin(), list.end(), mention) == list.end()) list.push_back(mention);
  }
  return result;
}

}  // namespace dunlin::activitypub
