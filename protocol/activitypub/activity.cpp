#include "protocol/activitypub/activity.h"

#include "protocol/activitypub/values.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

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

}  // namespace

Result<Activity> read_activity(const json& document) {
  auto refuse = [](std::string detail) {
    return fail(Errc::unprocessable, "The activity cannot be read", std::move(detail));
  };
  Activity activity;
  activity.type = type_of(document);
  if (activity.type.empty()) return refuse("no type");
  const json* actor = member(document, "actor");
  if (!actor) return refuse("no actor");
  auto actors = entries(*actor, 2);
  if (actors.size() != 1) return refuse("not exactly one actor");
  if (actors.front()->is_array()) return refuse("an array of arrays as actor");
  activity.actor = id_of(*actors.front());
  if (activity.actor.empty()) return refuse("the actor has no id");

  activity.id = id_of(document, "id");
  if (const json* object = member(document, "object")) {
    activity.object = *object;
    activity.object_id = id_of(*object);
    if (auto first = entries(*object, 1); !first.empty()) activity.object_type = type_of(*first.front());
  }
  activity.target = id_of(document, "target");
  activity.instrument = id_of(document, "instrument");
  if (const json* instrument = member(document, "instrument")) {
    if (const json* embedded = first_object(*instrument)) activity.instrument_object = *embedded;
  }
  activity.result = id_of(document, "result");
  activity.content = natural_text(document, "content", limits::remote_content_characters_max).text;
  // Misskey's own member came first.
  if (activity.content.empty())
    activity.content = text_of(document, "_misskey_reaction", limits::name_characters_max);
  activity.to = ids_of(document, "to", limits::remote_addressees_max);
  activity.cc = ids_of(document, "cc", limits::remote_addressees_max);
  activity.emojis = read_emojis(document);
  activity.published = time_of(document, "published");
  return activity;
}

std::vector<const json*> objects_of(const Activity& activity, std::size_t max) {
  return entries(activity.object, max);
}

std::string write_activity(const ActivityDraft& draft, bool with_context) {
  std::string text;
  text.reserve(draft.object.size() + 1024);
  JsonWriter out(text);
  out.begin_object();
  if (with_context && draft.context != Context::none) out.field_raw("@context", context_json(draft.context));
  write_unless_empty(out, "id", draft.id);
  out.field("type", draft.type).field("actor", draft.actor);
  if (draft.published) out.field("published", *draft.published);
  if (!draft.to.empty()) write_list(out, "to", draft.to);
  if (!draft.cc.empty()) write_list(out, "cc", draft.cc);
  if (!draft.object.empty()) out.field_raw("object", draft.object);
  write_unless_empty(out, "target", draft.target);
  if (!draft.instrument_object.empty()) {
    out.field_raw("instrument", draft.instrument_object);
  } else {
    write_unless_empty(out, "instrument", draft.instrument);
  }
  write_unless_empty(out, "result", draft.result);
  write_unless_empty(out, "content", draft.content);
  out.end_object();
  return text;
}

std::string json_id(std::string_view id) {
  std::string text;
  append_json_string(text, id);
  return text;
}

std::string json_ids(const std::vector<std::string>& ids) {
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  for (const auto& id : ids) out.value(id);
  out.end_array();
  return text;
}

}  // namespace dunlin::activitypub
