#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/activitypub/actor.h"
#include "protocol/activitypub/post.h"
#include "protocol/activitypub/vocabulary.h"

namespace dunlin::activitypub {

/// A notice from another server. `object` is as it came: an id, an object, or an array.
struct Activity {
  std::string id;  // empty: some inner activities have none
  std::string type;
  std::string actor;
  json object;
  std::string object_id;    // of the first object
  std::string object_type;  // empty when only its id came
  std::string target;
  std::string instrument;
  json instrument_object;  // as it came, where it is more than an id
  std::string result;
  std::string content;  // a reaction's emoji, a report's comment
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<Emoji> emojis;  // the picture of a reaction
  std::optional<Timestamp> published;
};

/// Needs a type and exactly one actor (several: Errc::unprocessable). Types that nobody knows are read too.
[[nodiscard]] Result<Activity> read_activity(const json& document);
/// The objects of an activity, at most `max`: one usually; several votes at once from GoToSocial; the posts
/// of a Flag.
std::vector<const json*> objects_of(const Activity& activity, std::size_t max);

/// A notice of ours before it is written.
struct ActivityDraft {
  std::string type;
  std::string id;
  std::string actor;
  std::string object;  // finished JSON: json_id() or an embedded object
  std::string target;
  std::string instrument;
  std::string instrument_object;  // finished JSON, in place of the id
  std::string result;
  std::string content;
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::optional<Timestamp> published;
  Context context = Context::plain;
};
/// The final JSON text. Without @context it is for embedding (in an Undo, an Accept).
std::string write_activity(const ActivityDraft& draft, bool with_context = true);
/// An id as JSON; several as an array.
std::string json_id(std::string_view id);
std::string json_ids(const std::vector<std::string>& ids);

/// `post` embedded, with its addressing.
ActivityDraft create_post(std::string_view id, const Post& post);
/// An edit has post.updated; new counts of a poll come without. `now` is when the notice is made.
ActivityDraft update_post(std::string_view id, const Post& post, Timestamp now);
/// To Public and the followers.
ActivityDraft update_actor(std::string_view id, const Actor& actor, Timestamp now);
/// A Tombstone of a post, addressed as the post was.
ActivityDraft delete_post(std::string_view id, std::string_view actor, std::string_view post_id,
                          Addressing post_was_for, Timestamp now);
/// An account that ends: the object is the actor itself.
ActivityDraft delete_actor(std::string_view id, std::string_view actor);
ActivityDraft follow(std::string_view id, std::string_view actor, std::string_view followed);
/// What was asked, as it came in: peers match by its original id, else by actor and object.
ActivityDraft accept_follow(std::string_view id, std::string_view actor, std::string_view follow_id,
                            std::string_view follower);
ActivityDraft reject_follow(std::string_view id, std::string_view actor, std::string_view follow_id,
                            std::string_view follower);
/// Embeds the whole original (many peers cannot undo by id), addressed as it was.
ActivityDraft undo(std::string_view id, const ActivityDraft& original);
ActivityDraft like(std::string_view id, std::string_view actor, std::string_view post_id,
                   std::string_view author);
ActivityDraft announce(std::string_view id, std::string_view actor, std::string_view post_id,
                       Addressing audience, Timestamp now);
/// To the blocked actor alone.
ActivityDraft block(std::string_view id, std::string_view actor, std::string_view blocked);
/// Pins: `featured` is the actor's own collection.
ActivityDraft add_pin(std::string_view id, std::string_view actor, std::string_view post_id,
                      std::string_view featured, std::string_view followers);
ActivityDraft remove_pin(std::string_view id, std::string_view actor, std::string_view post_id,
                         std::string_view featured, std::string_view followers);
ActivityDraft move_actor(std::string_view id, std::string_view actor, std::string_view new_actor,
                         std::string_view followers);
/// A report, from the instance actor: `objects` are the reported actor and their posts.
ActivityDraft flag(std::string_view id, std::string_view instance_actor,
                   const std::vector<std::string>& objects, std::string_view comment);
/// FEP-044f: asks the author of `quoted` for leave; `post` is the quoting post, embedded.
ActivityDraft quote_request(std::string_view id, std::string_view quoted, std::string_view author,
                            const Post& post);
/// The same for `post`, which answers `answered`: docs.gotosocial.org/federation/interaction_policy
ActivityDraft reply_request(std::string_view id, std::string_view answered, std::string_view author,
                            const Post& post);
/// FEP-044f: the answer to a QuoteRequest, or to a ReplyRequest. `stamp` is the id of the QuoteAuthorization.
ActivityDraft accept_quote(std::string_view id, std::string_view actor, const Activity& request,
                           std::string_view stamp);
ActivityDraft reject_quote(std::string_view id, std::string_view actor, const Activity& request);
/// The document behind a stamp (FEP-044f), with @context.
std::string write_quote_authorization(std::string_view stamp, std::string_view actor,
                                      std::string_view quoting, std::string_view quoted);
/// The same of an answer.
std::string write_reply_authorization(std::string_view stamp, std::string_view actor,
                                      std::string_view answering, std::string_view answered);
struct QuoteAuthorization {
  std::string id;
  std::string attributed_to;
  std::string quoting;  // interactingObject
  std::string quoted;   // interactionTarget
};
[[nodiscard]] Result<QuoteAuthorization> read_quote_authorization(const json& document);
/// The same of an answer: `quoting` answers `quoted`.
[[nodiscard]] Result<QuoteAuthorization> read_reply_authorization(const json& document);

}  // namespace dunlin::activitypub
