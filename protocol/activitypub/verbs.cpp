// The notices that we send, one function for each verb.
#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/values.h"
#include "protocol/base/json_writer.h"

namespace dunlin::activitypub {
namespace {

ActivityDraft draft(std::string_view type, std::string_view id, std::string_view actor) {
  ActivityDraft made;
  made.type = type;
  made.id = id;
  made.actor = actor;
  return made;
}

ActivityDraft about_post(std::string_view type, std::string_view id, const Post& post) {
  auto made = draft(type, id, post.attributed_to);
  made.object = write_post(post, false);
  made.to = post.to;
  made.cc = post.cc;
  made.context = Context::post;
  return made;
}

ActivityDraft answer_follow(std::string_view type, std::string_view id, std::string_view actor,
                            std::string_view follow_id, std::string_view follower) {
  auto asked = draft("Follow", follow_id, follower);
  asked.object = json_id(actor);
  auto made = draft(type, id, actor);
  made.object = write_activity(asked, false);
  made.to = {std::string(follower)};
  return made;
}

ActivityDraft answer_quote(std::string_view type, std::string_view id, std::string_view actor,
                           const Activity& request) {
  auto asked = draft(request.type, request.id, request.actor);
  asked.object = json_id(request.object_id);
  asked.instrument = request.instrument;
  auto made = draft(type, id, actor);
  made.object = write_activity(asked, false);
  made.to = {request.actor};
  made.context = Context::post;
  return made;
}

ActivityDraft change_pins(std::string_view type, std::string_view id, std::string_view actor,
                          std::string_view post_id, std::string_view featured, std::string_view followers) {
  auto made = draft(type, id, actor);
  made.object = json_id(post_id);
  made.target = featured;
  made.to = {std::string(as_public)};
  made.cc = {std::string(followers)};
  return made;
}

}  // namespace

ActivityDraft create_post(std::string_view id, const Post& post) {
  auto made = about_post("Create", id, post);
  made.published = post.published;
  return made;
}

ActivityDraft update_post(std::string_view id, const Post& post, Timestamp now) {
  auto made = about_post("Update", id, post);
  made.published = now;
  return made;
}

ActivityDraft update_actor(std::string_view id, const Actor& actor, Timestamp now) {
  auto made = draft("Update", id, actor.id);
  made.object = write_actor(actor, false);
  made.to = {std::string(as_public)};
  if (!actor.followers.empty()) made.cc = {actor.followers};
  made.published = now;
  made.context = Context::actor;
  return made;
}

ActivityDraft delete_post(std::string_view id, std::string_view actor, std::string_view post_id,
                          Addressing post_was_for, Timestamp now) {
  auto made = draft("Delete", id, actor);
  JsonWriter out(made.object);
  out.begin_object().field("id", post_id).field("type", "Tombstone").end_object();
  made.to = std::move(post_was_for.to);
  made.cc = std::move(post_was_for.cc);
  made.published = now;
  return made;
}

ActivityDraft delete_actor(std::string_view id, std::string_view actor) {
  auto made = draft("Delete", id, actor);
  made.object = json_id(actor);
  made.to = {std::string(as_public)};
  return made;
}

ActivityDraft follow(std::string_view id, std::string_view actor, std::string_view followed) {
  auto made = draft("Follow", id, actor);
  made.object = json_id(followed);
  made.to = {std::string(followed)};
  return made;
}

ActivityDraft accept_follow(std::string_view id, std::string_view actor, std::string_view follow_id,
                            std::string_view follower) {
  return answer_follow("Accept", id, actor, follow_id, follower);
}

ActivityDraft reject_follow(std::string_view id, std::string_view actor, std::string_view follow_id,
                            std::string_view follower) {
  return answer_follow("Reject", id, actor, follow_id, follower);
}

ActivityDraft undo(std::string_view id, const ActivityDraft& original) {
  auto made = draft("Undo", id, original.actor);
  made.object = write_activity(original, false);
  made.to = original.to;
  made.cc = original.cc;
  made.context = original.context;
  return made;
}

ActivityDraft like(std::string_view id, std::string_view actor, std::string_view post_id,
                   std::string_view author) {
  auto made = draft("Like", id, actor);
  made.object = json_id(post_id);
  made.to = {std::string(author)};
  return made;
}

ActivityDraft announce(std::string_view id, std::string_view actor, std::string_view post_id,
                       Addressing audience, Timestamp now) {
  auto made = draft("Announce", id, actor);
  made.object = json_id(post_id);
  made.to = std::move(audience.to);
  made.cc = std::move(audience.cc);
  made.published = now;
  return made;
}

ActivityDraft block(std::string_view id, std::string_view actor, std::string_view blocked) {
  auto made = draft("Block", id, actor);
  made.object = json_id(blocked);
  made.to = {std::string(blocked)};
  return made;
}

ActivityDraft add_pin(std::string_view id, std::string_view actor, std::string_view post_id,
                      std::string_view featured, std::string_view followers) {
  return change_pins("Add", id, actor, post_id, featured, followers);
}

ActivityDraft remove_pin(std::string_view id, std::string_view actor, std::string_view post_id,
                         std::string_view featured, std::string_view followers) {
  return change_pins("Remove", id, actor, post_id, featured, followers);
}

ActivityDraft move_actor(std::string_view id, std::string_view actor, std::string_view new_actor,
                         std::string_view followers) {
  auto made = draft("Move", id, actor);
  made.object = json_id(actor);
  made.target = new_actor;
  made.to = {std::string(followers)};
  return made;
}

ActivityDraft flag(std::string_view id, std::string_view instance_actor,
                   const std::vector<std::string>& objects, std::string_view comment) {
  auto made = draft("Flag", id, instance_actor);
  made.object = json_ids(objects);
  made.content = comment;
  if (!objects.empty()) made.to = {objects.front()};
  return made;
}

ActivityDraft quote_request(std::string_view id, std::string_view quoted, std::string_view author,
                            const Post& post) {
  auto made = draft("QuoteRequest", id, post.attributed_to);
  made.object = json_id(quoted);
  made.instrument_object = write_post(post, false);
  made.to = {std::string(author)};
  made.context = Context::post;
  return made;
}

ActivityDraft reply_request(std::string_view id, std::string_view answered, std::string_view author,
                            const Post& post) {
  auto made = quote_request(id, answered, author, post);
  made.type = "ReplyRequest";
  return made;
}

ActivityDraft accept_quote(std::string_view id, std::string_view actor, const Activity& request,
                           std::string_view stamp) {
  auto made = answer_quote("Accept", id, actor, request);
  made.result = stamp;
  return made;
}

ActivityDraft reject_quote(std::string_view id, std::string_view actor, const Activity& request) {
  return answer_quote("Reject", id, actor, request);
}

namespace {

std::string write_authorization(std::string_view type, std::string_view stamp, std::string_view actor,
                                std::string_view interacting, std::string_view target) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field_raw("@context", context_json(Context::post)).field("id", stamp);
  out.field("type", type).field("attributedTo", actor);
  out.field("interactingObject", interacting).field("interactionTarget", target).end_object();
  return text;
}

Result<QuoteAuthorization> read_authorization(std::string_view type, const json& document) {
  QuoteAuthorization stamp{id_of(document, "id"), id_of(document, "attributedTo"),
                           id_of(document, "interactingObject"), id_of(document, "interactionTarget")};
  const bool whole =
      !stamp.id.empty() && !stamp.attributed_to.empty() && !stamp.quoting.empty() && !stamp.quoted.empty();
  if (!whole || type_of(document) != type)
    return fail(Errc::unprocessable, "The document cannot be read as a " + std::string(type));
  return stamp;
}

}  // namespace

std::string write_quote_authorization(std::string_view stamp, std::string_view actor,
                                      std::string_view quoting, std::string_view quoted) {
  return write_authorization("QuoteAuthorization", stamp, actor, quoting, quoted);
}
std::string write_reply_authorization(std::string_view stamp, std::string_view actor,
                                      std::string_view answering, std::string_view answered) {
  return write_authorization("ReplyAuthorization", stamp, actor, answering, answered);
}
Result<QuoteAuthorization> read_quote_authorization(const json& document) {
  return read_authorization("QuoteAuthorization", document);
}
Result<QuoteAuthorization> read_reply_authorization(const json& document) {
  return read_authorization("ReplyAuthorization", document);
}

}  // namespace dunlin::activitypub
