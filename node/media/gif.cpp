// GIF89a Specification (CompuServe, 1990). NETSCAPE2.0 is the loop extension that every browser reads.
#include <optional>

#include "node/media/byte_reader.h"
#include "node/media/picture_parts.h"

namespace dunlin::media {
namespace {

using namespace std::literals;

class GifWalk {
 public:
  GifWalk(std::string_view bytes, const PictureLimits& limits)
      : reader_(bytes), limits_(limits), budget_(limits) {}

  Result<Picture> run() {
    TRY_DO(screen());
    while (true) {
      auto introducer = reader_.u8();
      if (!reader_.ok()) return cut();
      if (introducer == 0x3B) break;  // trailer
      if (introducer == 0x2C) {
        TRY_DO(image());
      } else if (introducer == 0x21) {
        TRY_DO(extension());
      } else {
        return damaged();
      }
    }
    if (budget_.frames() == 0) return refuse_picture("the picture has no pixels", limits_);
    std::string out = std::move(head_);
    if (loops_) {
      out += "\x21\xFF\x0BNETSCAPE2.0\x03\x01"s;
      append_le(out, *loops_, 2);
      out += '\0';
    }
    out += body_;
    out += '\x3B';
    return Picture{.bytes = std::move(out),
                   .type = "image/gif",
                   .width = budget_.width(),
                   .height = budget_.height(),
                   .frames = budget_.frames()};
  }

 private:
  tl::unexpected<Error> damaged() const { return refuse_picture("the picture is damaged", limits_); }
  tl::unexpected<Error> cut() const { return refuse_picture(cut_short, limits_); }

  static std::size_t table_bytes(std::uint8_t flags) {
    return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
  }

  Result<void> screen() {
    reader_.take(6);
    auto width = reader_.u16_le();
    auto height = reader_.u16_le();
    auto flags = reader_.u8();
    auto background = reader_.u8();
    reader_.u8();  // shape of a pixel: no browser reads it
    auto colours = reader_.take(table_bytes(flags));
    if (!reader_.ok()) return cut();
    TRY_DO(budget_.set_canvas(width, height));
    head_ = "GIF89a"s;
    append_le(head_, width, 2);
    append_le(head_, height, 2);
    head_ += static_cast<char>(flags);
    head_ += static_cast<char>(background);
    head_ += '\0';
    head_ += colours;
    has_colours_ = !colours.empty();
    return {};
  }

  /// Sub-blocks up to the empty one that ends them, which is taken but not appended.
  Result<std::string> sub_blocks() {
    std::string out;
    while (true) {
      auto size = reader_.u8();
      auto block = reader_.take(size);
      if (!reader_.ok()) return cut();
      if (size == 0) return out;
      out += static_cast<char>(size);
      out += block;
    }
  }

  Result<void> image() {
    auto x = reader_.u16_le();
    auto y = reader_.u16_le();
    auto width = reader_.u16_le();
    auto height = reader_.u16_le();
    auto flags = static_cast<std::uint8_t>(reader_.u8() & 0xE7);  // without the reserved bits
    auto colours = reader_.take(table_bytes(flags));
    auto code_size = reader_.u8();
    if (!reader_.ok()) return cut();
    if (code_size < 2 || code_size > 8 || (colours.empty() && !has_colours_)) return damaged();
    TRY_DO(budget_.add_frame(x, y, width, height));
    TRY(auto data, sub_blocks());
    if (data.empty()) return cut();
    body_ += control_;
    control_.clear();
    body_ += '\x2C';
    for (auto number : {x, y, width, height}) append_le(body_, number, 2);
    body_ += static_cast<char>(flags);
    body_ += colours;
    body_ += static_cast<char>(code_size);
    body_ += data;
    body_ += '\0';
    return {};
  }

  Result<void> extension() {
    auto label = reader_.u8();
    TRY(auto data, sub_blocks());
    if (label == 0xF9) return graphic_control(data);
    // Plain text (0x01) is an image of its own to this format, and takes the control before it. No browser
    // shows it.
    if (label == 0x01) control_.clear();
    if (label == 0xFF && !loops_ && data.size() == 16 &&
        (data.starts_with("\x0BNETSCAPE2.0\x03\x01"s) || data.starts_with("\x0B"
                                                                          "ANIMEXTS1.0\x03\x01"s))) {
      ByteReader reader(std::string_view(data).substr(14));
      loops_ = reader.u16_le();
    }
    return {};
  }

  Result<void> graphic_control(std::string_view data) {
    if (data.size() != 5 || data[0] != 4) return damaged();
    control_ = "\x21\xF9\x04"s;
    control_ += static_cast<char>(
        data[1] & 0x1D);  // disposal and transparency; not "wait for a key", not the reserved bits
    control_ += data.substr(2);
    control_ += '\0';
    return {};
  }

  ByteReader reader_;
  const PictureLimits& limits_;
  FrameBudget budget_;
  std::string head_;
  std::string body_;     // the frames
  std::string control_;  // for the frame to come
  std::optional<std::uint16_t> loops_;
  bool has_colours_ = false;
};

}  // namespace

Result<Picture> sanitize_gif(std::string_view bytes, const PictureLimits& limits) {
  return GifWalk(bytes, limits).run();
}

}  // namespace dunlin::media
