#include "protocol/activitypub/post.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/json_writer.h"

namespace dunlin::activitypub {
namespace {

void write_list(JsonWriter& out, std::string_view name, const std::vector<std::string>& list) {
  out.key(name).begin_array();
  for (const auto& entry : list) out.value(entry);
  out.end_array();
}
void write_unless_empty(JsonWriter& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out.field(name, value);
}

void write_text(JsonWriter& out, const Post& post) {
  if (!post.name.empty()) out.field("name", post.name);
  if (post.is_vote()) return;  // a vote with content would be a reply
  if (post.summary.empty()) {
    out.field_null("summary");
  } else {
    out.field("summary", post.summary);
  }
  out.field("content", post.content);
  write_unless_empty(out, "mediaType", post.content_type);
  if (!post.language.empty()) {
    out.key("contentMap").begin_object().field(post.language, post.content).end_object();
  }
  out.field("sensitive", post.sensitive);
}

void write_tags(JsonWriter& out, const Post& post) {
  out.key("tag").begin_array();
  for (const auto& mention : post.mentions) {
    out.begin_object()
        .field("type", "Mention")
        .field("href", mention.href)
        .field("name", mention.name)
        .end_object();
  }
  for (const auto& hashtag : post.hashtags) {
    out.begin_object().field("type", "Hashtag").field("name", "#" + hashtag);
    if (auto origin = origin_of(post.id); !origin.empty()) out.field("href", origin + "/tags/" + hashtag);
    out.end_object();
  }
  for (const auto& emoji : post.emojis) write_emoji(out, emoji);
  out.end_array();
}

void write_attachments(JsonWriter& out, const Post& post) {
  out.key("attachment").begin_array();
  for (const auto& attachment : post.attachments) {
    out.begin_object().field("type", attachment.type);
    write_unless_empty(out, "mediaType", attachment.media_type);
    out.field("url", attachment.url);
    if (!attachment.description.empty()) {
      out.field("name", attachment.description)
          .field("summary", attachment.description);  // GoToSocial reads summary
    }
    write_unless_empty(out, "blurhash", attachment.blurhash);
    if (attachment.width > 0 && attachment.height > 0) {
      out.field("width", attachment.width).field("height", attachment.height);
    }
    if (attachment.focal_x != 0 || attachment.focal_y != 0) {
      out.key("focalPoint").begin_array().value(attachment.focal_x).value(attachment.focal_y).end_array();
    }
    out.end_object();
  }
  out.end_array();
}

void write_poll(JsonWriter& out, const Post::Poll& poll) {
  out.key(poll.multiple ? "anyOf" : "oneOf").begin_array();
  for (const auto& option : poll.options) {
    out.begin_object().field("type", "Note").field("name", option.name).key("replies").begin_object();
    out.field("type", "Collection").field("totalItems", option.votes).end_object().end_object();
  }
  out.end_array();
  if (poll.end_time) out.field("endTime", *poll.end_time);
  if (poll.closed) out.field("closed", *poll.closed);
  if (poll.voters) out.field("votersCount", *poll.voters);
}

void write_policies(JsonWriter& out, const Post& post) {
  const std::pair<const char*, const std::optional<Post::Policy>*> policies[] = {
      {"canQuote", &post.can_quote},
      {"canReply", &post.can_reply},
      {"canLike", &post.can_like},
      {"canAnnounce", &post.can_announce}};
  bool any = false;
  for (const auto& [name, policy] : policies) any = any || policy->has_value();
  if (!any) return;
  out.key("interactionPolicy").begin_object();
  for (const auto& [name, policy] : policies) {
    if (!policy->has_value()) continue;
    out.key(name).begin_object();
    write_list(out, "automaticApproval", (*policy)->automatic);
    write_list(out, "manualApproval", (*policy)->manual);
    out.end_object();
  }
  out.end_object();
}

void write_quote(JsonWriter& out, const Post& post) {
  if (post.quote.empty()) return;
  out.field("quote", post.quote).field("_misskey_quote", post.quote).field("quoteUri", post.quote);
  write_unless_empty(out, "quoteAuthorization", post.quote_authorization);
}

void write_collection_id(JsonWriter& out, std::string_view name, const std::string& id,
                         const std::optional<std::int64_t>& total) {
  if (id.empty()) return;
  if (!total) {
    out.field(name, id);
    return;
  }
  out.key(name)
      .begin_object()
      .field("id", id)
      .field("type", "Collection")
      .field("totalItems", *total)
      .end_object();
}

}  // namespace

std::string write_post(const Post& post, bool with_context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  if (with_context) out.field_raw("@context", context_json(Context::post));
  out.field("id", post.id).field("type", post.type).field("attributedTo", post.attributed_to);
  write_text(out, post);
  write_list(out, "to", post.to);
  write_list(out, "cc", post.cc);
  if (post.published) out.field("published", *post.published);
  if (post.updated) out.field("updated", *post.updated);
  write_unless_empty(out, "url", post.url);
  if (post.in_reply_to.empty()) {
    out.field_null("inReplyTo");
  } else {
    out.field("inReplyTo", post.in_reply_to);
  }
  if (!post.context.empty()) out.field("context", post.context).field("conversation", post.context);
  if (!post.is_vote()) {
    write_tags(out, post);
    write_attachments(out, post);
  }
  write_quote(out, post);
  write_policies(out, post);
  write_unless_empty(out, "replyAuthorization", post.reply_authorization);
  if (post.poll) write_poll(out, *post.poll);
  write_collection_id(out, "replies", post.replies, post.replies_total);
  write_collection_id(out, "likes", post.likes, post.likes_total);
  write_collection_id(out, "shares", post.shares, post.shares_total);
  out.end_object();
  return text;
}

}  // namespace dunlin::activitypub
