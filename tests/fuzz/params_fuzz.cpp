// Parameters from any query and body: the first byte chooses the body's form, the first line is the query.
#include <cstdint>
#include <string>
#include <string_view>

#include "node/net/params.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"
#include "protocol/base/limits.h"

using namespace dunlin;
using namespace dunlin::net;

namespace {

void ask_everything(const Params& params, const std::string& name) {
  ENSURE(params.has(name));
  auto text = params.text(name);
  ENSURE(text || text.error().code == Errc::unprocessable);
  if (text && *text) ENSURE(is_utf8(**text) && (*text)->find('\0') == std::string::npos);
  auto number = params.integer(name, -5, 5);
  if (number && *number) ENSURE(**number >= -5 && **number <= 5);
  (void)params.boolean(name);
  (void)params.list(name);
  (void)params.file(name);
  if (auto groups = params.indexed(name.substr(0, name.find('[')))) {
    for (const auto& group : *groups) ENSURE(!group.fields().empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr std::string_view types[] = {"application/json", "application/x-www-form-urlencoded",
                                               "multipart/form-data; boundary=XX"};
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  auto line = text.find('\n');
  Request request;
  request.fields.push_back({"Content-Type", types[data[0] % 3]});
  request.query = text.substr(0, line);
  if (line != std::string_view::npos) request.body = text.substr(line + 1);
  auto params = Params::parse(request);
  if (!params) {
    ENSURE(is_utf8(params.error().safe));
    return 0;
  }
  ENSURE(params->fields().size() <= limits::body_fields_max);
  std::size_t asked = 0;
  for (const auto& field : params->fields()) {
    ENSURE(is_utf8(field.key) && is_utf8(field.value.text));
    if (!field.value.bytes.empty()) {
      ENSURE(field.value.bytes.data() >= request.body.data());
      ENSURE(field.value.bytes.data() + field.value.bytes.size() <=
             request.body.data() + request.body.size());
    }
    if (++asked <= 8) ask_everything(*params, field.key);
  }
  return 0;
}
