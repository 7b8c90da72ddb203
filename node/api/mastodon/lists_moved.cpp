// People's own lists out and in as CSV. Our own endpoints: Mastodon has them as pages of its settings only.
#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/domain/accounts/lists.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;

void append_import(JsonWriter& json, const store::Import& import) {
  json.begin_object().field("id", std::to_string(import.id)).field("kind", store::to_string(import.kind));
  json.field("created_at", import.created_at()).field("total", import.total).field("done", import.done);
  json.field("failed", import.failed).field("waiting", import.waiting).field("finished", import.waiting == 0);
}

/// Of the caller's own; 404 for another's: its existence is not told.
Result<store::Import> import_in_path(const Context& context) {
  const auto id = parse_id_number(context.args[0]);
  const auto all = store::imports_of(context.tx(), context.me());
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& import) { return id == import.id; });
  if (found == all.end()) return fail(Errc::not_found, "Record not found");
  return *found;
}

Result<Outcome> list_imports(Context& context) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& import : store::imports_of(context.tx(), context.me())) {
    append_import(json, import);
    json.end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

net::Response shown(const Context& context, const store::Import& import) {
  std::string body;
  JsonWriter json(body);
  append_import(json, import);
  json.key("problems").begin_array();
  for (const auto& line : store::import_lines(context.tx(), import.id)) {
    if (line.failure.empty()) continue;
    json.begin_object().field("line", line.line).field("subject", line.subject).field("error", line.failure);
    json.field_or_null("next_attempt_at", line.next_at).end_object();
  }
  json.end_array().end_object();
  return json_response(std::move(body));
}

Result<Outcome> show_import(Context& context) {
  TRY(const auto import, import_in_path(context));
  return shown(context, import);
}

Result<Outcome> create_import(Context& context) {
  TRY(const auto word, context.params.text("kind"));
  const auto kind = store::parse_list_kind(word.value_or(""));
  if (!kind) return fail(Errc::unprocessable, "kind must be following, mutes, blocks or bookmarks");
  // An uploaded file, or its text.
  const auto file = context.params.file("data");
  std::string csv;
  if (file && *file) {
    csv = std::string((*file)->bytes);
  } else {
    TRY(auto text, context.params.text("data"));
    csv = std::move(text).value_or("");
  }
  return Slow{[kind = *kind, csv = std::move(csv)](Context& worker) -> Result<Outcome> {
    TRY(auto lines, domain::read_list(kind, csv, worker.now()));
    return write([kind, lines = std::move(lines), me = worker.me()](store::WriteTx& tx) -> Result<Then> {
      TRY_DO(domain::make_room_for_import(tx, me));
      const auto id = store::insert_import(tx, me, kind, lines);
      return Then([id](Context& c) -> Result<net::Response> {
        for (const auto& import : store::imports_of(c.tx(), c.me())) {
          if (import.id == id) return shown(c, import);
        }
        return fail(Errc::not_found, "Record not found");
      });
    });
  }};
}

Result<Outcome> delete_import(Context& context) {
  TRY(const auto import, import_in_path(context));
  return write_then_empty([id = import.id](store::WriteTx& tx) -> Result<void> {
    store::delete_import(tx, id);
    return {};
  });
}

Result<Outcome> export_list(Context& context) {
  const auto kind = store::parse_list_kind(context.args[0]);
  if (!kind) return fail(Errc::not_found, "Record not found");
  return Slow{[kind = *kind](Context& worker) -> Result<Outcome> {
    net::Response response;
    response.content_type = "text/csv; charset=utf-8";
    response.headers = {
        {"Content-Disposition", "attachment; filename=\"" + std::string(store::to_string(kind)) + ".csv\""},
        {"Cache-Control", "no-store"}};
    response.body = domain::write_list(worker.tx(), worker.site(), worker.me(), kind);
    return response;
  }};
}

}  // namespace

std::vector<Route> moved_list_routes() {
  using net::Method;
  return {
      {Method::get, "/api/dunlin/v1/imports", Access::user(Scope::read), list_imports},
      {Method::post, "/api/dunlin/v1/imports", Access::user(Scope::write), create_import,
       limits::list_bytes_max},
      {Method::get, "/api/dunlin/v1/imports/:id", Access::user(Scope::read), show_import},
      {Method::delete_, "/api/dunlin/v1/imports/:id", Access::user(Scope::write), delete_import},
      {Method::get, "/api/dunlin/v1/exports/:kind", Access::user(Scope::read), export_list},
  };
}

}  // namespace dunlin::api
