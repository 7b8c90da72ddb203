#include "node/cli/lists.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "node/domain/accounts/lists.h"
#include "node/store/accounts.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::cli {

namespace {

Result<AccountId> account_named(Session& session, const std::string& name) {
  const auto id = session.read([&](const store::ReadTx& tx) { return store::account_by_name(tx, name, ""); });
  if (!id) return fail(Errc::not_found, "There is no account named " + name + " on this node");
  return *id;
}

Result<store::ListKind> kind_of(const std::string& word) {
  const auto kind = store::parse_list_kind(word);
  if (!kind) return fail(Errc::bad_request, "the kind must be following, mutes, blocks or bookmarks");
  return *kind;
}

void write_import(JsonWriter& json, const store::ReadTx& tx, const store::Import& import) {
  json.begin_object().field("id", std::to_string(import.id)).field("kind", store::to_string(import.kind));
  json.field("total", import.total).field("done", import.done).field("failed", import.failed);
  json.field("waiting", import.waiting).key("problems").begin_array();
  for (const auto& line : store::import_lines(tx, import.id)) {
    if (line.failure.empty()) continue;
    json.begin_object().field("line", line.line).field("subject", line.subject).field("error", line.failure);
    json.end_object();
  }
  json.end_array().end_object();
}

void print_import(const store::ReadTx& tx, const store::Import& import) {
  std::cout << store::to_string(import.kind) << ": " << import.done << " of " << import.total << " done, "
            << import.failed << " failed, " << import.waiting << " waiting\n";
  for (const auto& line : store::import_lines(tx, import.id)) {
    if (line.failure.empty()) continue;
    std::cout << "  line " << line.line << ": " << line.subject << ": " << line.failure
              << (line.next_at ? " (tried again later)" : "") << "\n";
  }
}

}  // namespace

Result<std::string> read_list_file(const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  auto& in = file == "-" ? std::cin : opened;
  if (!in) return fail(Errc::not_found, file + ": cannot be read");
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > limits::list_bytes_max) return fail(Errc::too_large, file + ": is too long for a list");
  return text;
}

Result<void> write_list_file(const std::string& file, const std::string& text) {
  if (file == "-") {
    std::cout << text << std::flush;
    return {};
  }
  std::ofstream out(file, std::ios::binary);
  out << text << std::flush;
  if (!out) return fail(Errc::unavailable, file + ": cannot be written");
  return {};
}

Result<void> export_list(Session& session, const app::Config& config, const ListOptions& options) {
  TRY(const auto kind, kind_of(options.kind));
  TRY(const auto id, account_named(session, options.name));
  const domain::Site site{config.domain, app::public_url(config)};
  return write_list_file(options.file, session.read([&](const store::ReadTx& tx) {
    return domain::write_list(tx, site, id, kind);
  }));
}

Result<void> import_list(Session& session, const ListOptions& options) {
  TRY(const auto kind, kind_of(options.kind));
  TRY(const auto id, account_named(session, options.name));
  TRY(const auto text, read_list_file(options.file));
  TRY(const auto lines, domain::read_list(kind, text, system_clock().now()));
  TRY_DO(session.write([&](store::WriteTx& tx) -> Result<void> {
    TRY_DO(domain::make_room_for_import(tx, id));
    store::insert_import(tx, id, kind, lines);
    return {};
  }));
  std::cout << lines.size() << " lines; the node works them off while it serves\n";
  return {};
}

Result<void> show_imports(Session& session, const std::string& name, bool as_json) {
  TRY(const auto id, account_named(session, name));
  session.read([&](const store::ReadTx& tx) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const auto& import : store::imports_of(tx, id))
      as_json ? write_import(json, tx, import) : print_import(tx, import);
    json.end_array();
    if (as_json) std::cout << out << "\n";
  });
  return {};
}

}  // namespace dunlin::cli
