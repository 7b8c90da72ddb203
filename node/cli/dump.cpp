#include "node/cli/dump.h"

#include <algorithm>
#include <array>

#include "node/store/database.h"
#include "node/store/maintenance.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"

namespace dunlin::cli {

namespace {

constexpr int dump_version = 1;

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> secrets = {
    {{"app", "secret_hash"},
     {"authorization_code", "code_hash"},
     {"browser_session", "session_hash"},
     {"invite", "code"},
     {"signing_key", "private_key"},
     {"signing_key", "proof_key"},
     {"token", "code_hash"},
     {"token", "token_hash"},
     {"user", "password_hash"}}};

bool is_secret(std::string_view table, std::string_view column) {
  return std::find(secrets.begin(), secrets.end(), std::pair(table, column)) != secrets.end();
}

void append_value(JsonWriter& json, const store::Cell& cell) {
  using Kind = store::Cell::Kind;
  switch (cell.kind) {
    case Kind::null:
      json.null();
      break;
    case Kind::integer:
      json.value(cell.integer);
      break;
    case Kind::real:
      json.value(cell.real);
      break;
    case Kind::blob:
      json.value(hex(cell.bytes));
      break;
    case Kind::text:
      if (is_utf8(cell.bytes)) {
        json.value(cell.bytes);
      } else {
        json.begin_object().field("hex", hex(cell.bytes)).end_object();
      }
      break;
  }
}

}  // namespace

Result<void> dump_node(const std::string& data_dir, std::ostream& out, bool with_secrets) {
  TRY(const auto snapshot, store::Snapshot::open(data_dir + "/dunlin.db"));
  std::string line;
  JsonWriter(line)
      .begin_object()
      .field("dump", dump_version)
      .field("schema", store::schema_version())
      .end_object();
  out << line << '\n';
  snapshot->each_row([&](std::string_view table, const std::vector<store::Cell>& row) {
    line.clear();
    JsonWriter json(line);
    json.begin_object().field("table", table).key("row").begin_object();
    for (const auto& cell : row) {
      if (!with_secrets && is_secret(table, cell.column)) continue;
      append_value(json.key(cell.column), cell);
    }
    json.end_object().end_object();
    line += '\n';
    out << line;
  });
  out.flush();
  if (!out) return fail(Errc::unavailable, "The dump could not be written to its end.");
  return {};
}

}  // namespace dunlin::cli
