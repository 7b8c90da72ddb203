#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/activitypub/document.h"
#include "protocol/activitypub/emoji.h"
#include "protocol/base/time.h"

namespace dunlin::activitypub {

/// A post as it goes over the wire. Strings are as they came, cut to limits::remote_*; `content` is HTML that
/// is not cleaned yet. Absent is empty. Lists keep their first entries and drop what is past their bound.
struct Post {
  struct Mention {
    std::string href;  // empty: find the account by name
    std::string name;  // @user or @user@host
  };
  struct Attachment {
    std::string type;  // Document, Image, Video, Audio; Link for a page that is pointed at
    std::string media_type;
    std::string url;
    std::string description;
    std::string blurhash;
    int width = 0;  // 0: not told
    int height = 0;
    double focal_x = 0;  // -1..1, y grows upward
    double focal_y = 0;
  };
  struct Poll {
    struct Option {
      std::string name;
      std::int64_t votes = 0;
    };
    std::vector<Option> options;
    bool multiple = false;
    std::optional<Timestamp> end_time;
    std::optional<Timestamp> closed;
    std::optional<std::int64_t> voters;
  };
  /// Who may do something to the post without asking, and who by asking: ids, Public, or the followers
  /// collection.
  struct Policy {
    std::vector<std::string> automatic;
    std::vector<std::string> manual;
  };

  std::string id;
  std::string type = "Note";  // Note, Question, Article, Page, Video, Image, Audio or Event
  std::string attributed_to;
  std::string content;
  std::string
      content_type;  // media type of content when that is no HTML (PeerTube: text/markdown); empty otherwise
  std::string name;  // title; of a Note that is a vote, the option
  std::string summary;   // the content warning
  std::string language;  // BCP 47, or empty
  std::string url;       // for people
  std::string in_reply_to;
  std::string context;   // of the conversation; may be a tag: URI
  std::string audience;  // the group it was sent to (Lemmy, PeerTube)
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::optional<Timestamp> published;
  std::optional<Timestamp> updated;
  bool sensitive = false;
  std::vector<Mention> mentions;
  std::vector<std::string> hashtags;  // without #, as sent
  std::vector<Emoji> emojis;
  std::vector<Attachment> attachments;
  std::string image_url;  // the picture of an article, video or event
  std::string quote;
  std::string quote_authorization;
  std::optional<Policy> can_quote;
  std::optional<Policy> can_reply;
  std::optional<Policy> can_like;
  std::optional<Policy> can_announce;
  std::string reply_authorization;  // GoToSocial's consent to this reply
  std::optional<Poll> poll;
  std::string replies;  // collections
  std::string likes;
  std::string shares;
  std::optional<std::int64_t> replies_total;
  std::optional<std::int64_t> likes_total;
  std::optional<std::int64_t> shares_total;
  std::optional<Timestamp> start_time;  // of an event
  std::string location;

  /// A choice in someone's poll, not a post: a name, no content, a reply.
  bool is_vote() const { return type == "Note" && !name.empty() && content.empty() && !in_reply_to.empty(); }
};

/// Needs id, one of the eight types and attributedTo (Errc::unprocessable otherwise); all else may be missing
/// or odd. Of several authors the person on the post's own server. Says nothing about whether the document
/// may speak for its id.
[[nodiscard]] Result<Post> read_post(const json& document);
/// The id of what a post quotes, as read_post has it.
std::string quoted_in(const json& document);
/// True when read_post knows the type.
bool is_post_type(std::string_view type);
/// Our form. Without @context it is for embedding in a Create or Update.
std::string write_post(const Post& post, bool with_context = true);

enum class Audience { public_, unlisted, followers, direct };
/// Who a post is for. `followers_of_author` is the collection of the stored actor; another's followers mean
/// nothing.
Audience audience_of(const std::vector<std::string>& to, const std::vector<std::string>& cc,
                     std::string_view followers_of_author);
inline Audience audience_of(const Post& post, std::string_view followers_of_author) {
  return audience_of(post.to, post.cc, followers_of_author);
}
struct Addressing {
  std::vector<std::string> to;
  std::vector<std::string> cc;
};
/// The to and cc that tell peers of an audience; `mentions` are actor ids.
Addressing addressed(Audience audience, std::string_view followers, const std::vector<std::string>& mentions);

}  // namespace dunlin::activitypub
