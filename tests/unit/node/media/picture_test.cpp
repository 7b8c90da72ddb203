#include "node/media/picture.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QImageReader>

#include "tests/support/qt.h"
#include "tests/unit/node/media/picture_samples.h"

using namespace dunlin;
using namespace dunlin::media;
using namespace dunlin::media::samples;

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string sample_file(const QString& name) {
  QFile file(QStringLiteral(PICTURES "/") + name);
  return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// Every frame as a decoder that knows nothing of ours sees it, turned as the file says.
QList<QImage> decoded(const std::string& bytes) {
  QByteArray data(bytes.data(), static_cast<qsizetype>(bytes.size()));
  QBuffer buffer(&data);
  QImageReader reader(&buffer);
  reader.setAutoTransform(true);
  QList<QImage> frames;
  for (QImage frame = reader.read(); !frame.isNull(); frame = reader.read()) frames << frame;
  return frames;
}

}  // namespace

class PictureTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void real_pictures_are_kept_without_their_secrets_data();
  void real_pictures_are_kept_without_their_secrets();
  void every_shorter_piece_of_a_real_picture_is_refused_data();
  void every_shorter_piece_of_a_real_picture_is_refused();
  void what_is_not_on_the_list_is_dropped_data();
  void what_is_not_on_the_list_is_dropped();
  void what_is_shown_is_kept_data();
  void what_is_shown_is_kept();
  void orientation_is_kept_and_nothing_else_of_exif_data();
  void orientation_is_kept_and_nothing_else_of_exif();
  void other_types_and_damaged_pictures_are_refused_data();
  void other_types_and_damaged_pictures_are_refused();
  void costs_are_judged_from_headers_data();
  void costs_are_judged_from_headers();
  void webp_flags_tell_what_is_inside();
  void a_refusal_says_what_is_accepted();
};

void PictureTest::real_pictures_are_kept_without_their_secrets_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<std::string>("type");
  QTest::addColumn<std::size_t>("frames");
  auto row = [](const char* file, std::string type, std::size_t frames) {
    QTest::newRow(file) << QString::fromLatin1(file) << std::move(type) << frames;
  };
  row("exif.jpg", "image/jpeg", 1);
  row("prog_icc.jpg", "image/jpeg", 1);
  row("cmyk.jpg", "image/jpeg", 1);
  row("gray.jpg", "image/jpeg", 1);
  row("text.png", "image/png", 1);
  row("icc.png", "image/png", 1);
  row("pal.png", "image/png", 1);
  row("anim.png", "image/png", 3);
  row("anim_default.png", "image/png", 2);
  row("anim.gif", "image/gif", 3);
  row("still.gif", "image/gif", 1);
  row("lossy.webp", "image/webp", 1);
  row("lossless.webp", "image/webp", 1);
  row("alpha.webp", "image/webp", 1);
  row("anim.webp", "image/webp", 4);
}

void PictureTest::real_pictures_are_kept_without_their_secrets() {
  QFETCH(QString, file);
  QFETCH(std::string, type);
  QFETCH(std::size_t, frames);
  auto bytes = sample_file(file);
  QVERIFY(!bytes.empty());
  auto picture = sanitize_picture(bytes);
  QVERIFY2(picture, why(picture).c_str());
  QCOMPARE(picture->type, type);
  QCOMPARE(picture->frames, frames);
  bool turned = file == QStringLiteral("exif.jpg");
  QCOMPARE(picture->width, turned ? 3U : 5U);
  QCOMPARE(picture->height, turned ? 5U : 3U);
  for (auto secret : {"ecret", "comment", "Exif", "EXIF", "<x"}) {
    if (!(turned && secret == std::string_view("Exif"))) QVERIFY2(!contains(picture->bytes, secret), secret);
  }
  QCOMPARE(sanitize_picture(picture->bytes)->bytes, picture->bytes);
  if (type == "image/webp") return;  // Qt reads it with a plug-in that may be missing
  QVERIFY(!decoded(bytes).isEmpty());
  QCOMPARE(decoded(picture->bytes), decoded(bytes));
}

void PictureTest::every_shorter_piece_of_a_real_picture_is_refused_data() {
  QTest::addColumn<QString>("file");
  for (const auto& file : QDir(QStringLiteral(PICTURES)).entryList(QDir::Files)) {
    QTest::newRow(file.toUtf8().constData()) << file;
  }
}

void PictureTest::every_shorter_piece_of_a_real_picture_is_refused() {
  QFETCH(QString, file);
  auto bytes = sample_file(file);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto piece = bytes.substr(0, size);
    piece.shrink_to_fit();
    auto result = sanitize_picture(piece);
    QVERIFY2(!result, std::to_string(size).c_str());
    QCOMPARE(result.error().code, Errc::unprocessable);
  }
}

void PictureTest::what_is_not_on_the_list_is_dropped_data() {
  QTest::addColumn<std::string>("with");
  QTest::addColumn<std::string>("without");
  auto row = [](const char* name, std::string with, std::string without) {
    QTest::newRow(name) << std::move(with) << std::move(without);
  };
  row("JPEG, comment", jpeg(segment(0xFE, "secret")), jpeg());
  row("JPEG, XMP", jpeg(segment(0xE1, "http://ns.adobe.com/xap/1.0/\0secret"s)), jpeg());
  row("JPEG, IPTC", jpeg(segment(0xED, "Photoshop 3.0\0secret"s)), jpeg());
  row("JPEG, more pictures", jpeg(segment(0xE2, "MPF\0secret"s)), jpeg());
  row("JPEG, damaged Exif", jpeg(segment(0xE1, "Exif\0\0II*\0\xFF\xFF\xFF\xFF"s)), jpeg());
  row("JPEG, upright", jpeg(exif(1, true)), jpeg());
  row("JPEG, no such orientation", jpeg(exif(9, false)), jpeg());
  row("JPEG, profile that is none", jpeg(segment(0xE2, "ICC_PROFILE\0\x01\x01secret"s)), jpeg());
  row("JPEG, profile with a part missing", jpeg(segment(0xE2, "ICC_PROFILE\0\x01\x02"s + profile())), jpeg());
  row("JPEG, behind the end", jpeg() + "<script>alert(1)</script>", jpeg());
  row("JPEG, fill bytes", jpeg_start + "\xFF\xFF"s + jpeg().substr(2), jpeg());
  row("JPEG, application data between scans",
      jpeg_start + jpeg_tables + jpeg_frame(8, 4) + jpeg_scan + exif(6, true) + jpeg_end, jpeg());
  row("PNG, text", png(chunk("tEXt", "Comment\0secret"s)), png());
  row("PNG, time", png(chunk("tIME", "1234567")), png());
  row("PNG, Exif", png(chunk("eXIf", "MM\0*secret"s)), png());
  row("PNG, private", png(chunk("prVt", "secret")), png());
  row("PNG, behind the end", png() + "<script>alert(1)</script>", png());
  row("PNG, gamma of a wrong size", png(chunk("gAMA", "secret")), png());
  row("PNG, second gamma", png(chunk("gAMA", "abcd") + chunk("gAMA", "efgh")), png(chunk("gAMA", "abcd")));
  row("PNG, gamma behind the pixels", png_start + ihdr(8, 4) + idat + chunk("gAMA", "abcd") + iend, png());
  row("PNG, frames of no animation", png(fctl(0)), png());
  row("PNG, animation told too late", png_start + ihdr(8, 4) + idat + actl(1) + fctl(0) + fdat(1) + iend,
      png());
  row("PNG, name of the profile", png(chunk("iCCP", "secret\0\0zlib"s)), png(chunk("iCCP", "icc\0\0zlib"s)));
  row("PNG, empty pixel chunk", png(chunk("IDAT", "")), png());
  auto plain = sanitize_picture(gif())->bytes;
  row("GIF, comment", gif(gif_comment), plain);
  row("GIF, text", gif(gif_text), plain);
  row("GIF, control of a text", gif(gif_control + gif_text), plain);
  row("GIF, XMP", gif(gif_xmp), plain);
  row("GIF, behind the end", gif() + "<script>alert(1)</script>", plain);
  row("WebP, behind the picture", riff(vp8(8, 4) + part("EXIF", "secret")), riff(vp8(8, 4)));
  row("WebP, behind the end", riff(vp8(8, 4)) + "<script>alert(1)</script>", riff(vp8(8, 4)));
  row("WebP, metadata", riff(vp8x(0x0C, 8, 4) + vp8l(8, 4) + part("EXIF", "secret") + part("XMP ", "secret")),
      riff(vp8x(0, 8, 4) + vp8l(8, 4)));
  row("WebP, unknown part", riff(vp8x(0, 8, 4) + part("abcd", "secret") + vp8l(8, 4)),
      riff(vp8x(0, 8, 4) + vp8l(8, 4)));
  row("WebP, profile that is none", riff(vp8x(0x20, 8, 4) + part("ICCP", "secret") + vp8l(8, 4)),
      riff(vp8x(0, 8, 4) + vp8l(8, 4)));
  row("WebP, unknown part of a frame",
      riff(vp8x(2, 8, 4) + anim + anmf(8, 4, vp8(8, 4) + part("abcd", "secret"))),
      riff(vp8x(2, 8, 4) + anim + anmf(8, 4, vp8(8, 4))));
}

void PictureTest::what_is_not_on_the_list_is_dropped() {
  QFETCH(std::string, with);
  QFETCH(std::string, without);
  auto picture = sanitize_picture(with);
  QVERIFY2(picture, why(picture).c_str());
  QVERIFY(with != without);
  QCOMPARE(QByteArray::fromStdString(picture->bytes).toHex(' '),
           QByteArray::fromStdString(without).toHex(' '));
}

void PictureTest::what_is_shown_is_kept_data() {
  QTest::addColumn<std::string>("bytes");  // comes out as it is
  QTest::addColumn<std::size_t>("frames");
  auto row = [](const char* name, std::string bytes, std::size_t frames = 1) {
    QTest::newRow(name) << std::move(bytes) << frames;
  };
  row("JPEG", jpeg());
  row("JPEG, how colours are coded", jpeg(segment(0xEE, "Adobe\0\x64\0\0\0\0\x01"s)));
  row("JPEG, JFIF", jpeg(segment(0xE0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s)));
  row("JPEG, profile", jpeg(segment(0xE2, "ICC_PROFILE\0\x01\x01"s + profile())));
  auto large = profile(100'000);
  row("JPEG, profile in two parts", jpeg(segment(0xE2, "ICC_PROFILE\0\x01\x02"s + large.substr(0, 65'519)) +
                                         segment(0xE2, "ICC_PROFILE\0\x02\x02"s + large.substr(65'519))));
  row("JPEG, restart interval and markers", jpeg_start + jpeg_tables + jpeg_frame(8, 4) +
                                                segment(0xDD, "\0\x01"s) + jpeg_scan +
                                                "\xFF\xD0\x12\xFF\xD1\x13"s + jpeg_end);
  row("JPEG, two scans",
      jpeg_start + jpeg_tables + jpeg_frame(8, 4, 0xC2) + jpeg_scan + jpeg_tables + jpeg_scan + jpeg_end);
  row("PNG", png());
  row("PNG, colours",
      png(chunk("gAMA", "abcd") + chunk("cHRM", std::string(32, 'x')) + chunk("sRGB", "\0"s) +
          chunk("sBIT", "\x08\x08\x08"s) + chunk("tRNS", "123456") + chunk("pHYs", "123456789")));
  row("PNG, palette", png_start + ihdr(8, 4, "\x02\x03\0\0\x01"s) + chunk("PLTE", "rgbrgb") +
                          chunk("tRNS", "ab") + idat + iend);
  row("PNG, pixels in pieces", png(idat));
  row("PNG, animation from the still picture",
      png_start + ihdr(8, 4) + actl(2) + fctl(0) + idat + fctl(1, 4, 4, 4) + fdat(2) + fdat(3) + iend, 2);
  row("PNG, animation beside the still picture",
      png_start + ihdr(8, 4) + actl(1) + idat + fctl(0) + fdat(1) + iend);
  row("WebP, lossy", riff(vp8(8, 4)));
  row("WebP, lossless", riff(vp8l(8, 4)));
  row("WebP, profile and alpha", riff(vp8x(0x30, 8, 4) + part("ICCP", profile()) + alph + vp8(8, 4)));
  row("WebP, animation",
      riff(vp8x(0x12, 8, 4) + anim + anmf(8, 4, vp8(8, 4)) + anmf(4, 2, vp8l(4, 2, true), 2)), 2);
  auto gif89 = [](std::string text) { return text.replace(4, 1, "9").replace(12, 1, 1, '\0'); };
  row("GIF", gif89(gif()));
  row("GIF, loop, control and frames", gif89(gif(gif_loop + gif_control + gif_image(4, 4, 4))), 2);
}

void PictureTest::what_is_shown_is_kept() {
  QFETCH(std::string, bytes);
  QFETCH(std::size_t, frames);
  auto picture = sanitize_picture(bytes);
  QVERIFY2(picture, why(picture).c_str());
  QCOMPARE(QByteArray::fromStdString(picture->bytes).toHex(' '), QByteArray::fromStdString(bytes).toHex(' '));
  QCOMPARE(picture->frames, frames);
  QCOMPARE(picture->width, 8U);
  QCOMPARE(picture->height, 4U);
}

void PictureTest::orientation_is_kept_and_nothing_else_of_exif_data() {
  QTest::addColumn<bool>("little");
  QTest::addColumn<std::uint32_t>("orientation");
  for (std::uint32_t orientation = 2; orientation <= 8; ++orientation) {
    QTest::newRow(("Intel " + std::to_string(orientation)).c_str()) << true << orientation;
    QTest::newRow(("Motorola " + std::to_string(orientation)).c_str()) << false << orientation;
  }
}

void PictureTest::orientation_is_kept_and_nothing_else_of_exif() {
  QFETCH(bool, little);
  QFETCH(std::uint32_t, orientation);
  auto picture = sanitize_picture(jpeg(exif(orientation, little)));
  QVERIFY2(picture, why(picture).c_str());
  QCOMPARE(picture->width, orientation >= 5 ? 4U : 8U);
  QVERIFY(!contains(picture->bytes, "secret"));
  auto tag = "\x01\x12\0\x03\0\0\0\x01\0"s + static_cast<char>(orientation);
  QVERIFY(contains(picture->bytes, tag));
}

void PictureTest::other_types_and_damaged_pictures_are_refused_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("why");
  auto row = [](const char* name, std::string bytes, std::string why) {
    QTest::newRow(name) << std::move(bytes) << std::move(why);
  };
  const std::string type = "not a picture of an accepted type";
  row("nothing", "", type);
  row("SVG", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", type);
  row("HTML", "<!doctype html><script>alert(1)</script>", type);
  row("HTML before a picture", "<script>" + png(), type);
  row("white space before a picture", " " + jpeg(), type);
  row("BMP", "BM\x46\0\0\0\0\0\0\0\x36\0\0\0"s, type);
  row("PDF", "%PDF-1.7", type);
  row("RIFF of sound", "RIFF\x24\0\0\0WAVEfmt "s, type);
  row("HTML with a GIF's mark", "GIF89a<script>alert(1)</script>", "");
  row("script with a GIF's mark", "GIF89a/*" + std::string(20, ' ') + "*/=1;alert(1)//;", "");
  row("HTML with a JPEG's mark", "\xFF\xD8\xFF<script>alert(1)</script>", "damaged");
  row("HTML with a PNG's mark", png_start + "<script>alert(1)</script>", "cut short");
  row("JPEG without frame", jpeg_start + jpeg_tables + jpeg_end, "no pixels");
  row("JPEG without scan", jpeg_start + jpeg_tables + jpeg_frame(8, 4) + jpeg_end, "no pixels");
  row("JPEG, scan before the frame", jpeg_start + jpeg_tables + jpeg_scan + jpeg_frame(8, 4) + jpeg_end,
      "damaged");
  row("JPEG, scan without data",
      jpeg_start + jpeg_frame(8, 4) + segment(0xDA, "\x01\x01\0\0\x3F\0"s) + jpeg_end, "cut short");
  row("JPEG, scan of an unknown component",
      jpeg_start + jpeg_frame(8, 4) + segment(0xDA, "\x01\x07\0\0\x3F\0"s) + "x" + jpeg_end, "damaged");
  row("JPEG, two frames", jpeg_start + jpeg_frame(8, 4) + jpeg_frame(8, 4) + jpeg_scan + jpeg_end, "damaged");
  row("JPEG, lossless", jpeg_start + jpeg_frame(8, 4, 0xC3) + jpeg_scan + jpeg_end, "browsers do not show");
  row("JPEG, arithmetic", jpeg_start + jpeg_frame(8, 4, 0xC9) + jpeg_scan + jpeg_end, "browsers do not show");
  row("JPEG, text in a table", jpeg(segment(0xDB, '\0' + std::string(64, 'x') + "secret")), "damaged");
  row("JPEG, short segment", jpeg_start + "\xFF\xFE\0\x01"s + jpeg().substr(2), "damaged");
  row("JPEG, height told later", jpeg({}, 8, 0), "no size");
  std::string scans = jpeg_start + jpeg_tables + jpeg_frame(8, 4, 0xC2);
  for (int i = 0; i < 101; ++i) scans += jpeg_scan;
  row("JPEG, too many scans", scans + jpeg_end, "too many scans");
  auto wrong_sum = png();
  wrong_sum[30] = static_cast<char>(wrong_sum[30] ^ 1);
  row("PNG, wrong checksum", wrong_sum, "damaged");
  row("PNG, unknown critical chunk", png(chunk("ABCD", "x")), "damaged");
  row("PNG, header twice", png(ihdr(8, 4)), "damaged");
  row("PNG, no header", png_start + idat + iend, "damaged");
  row("PNG, no pixels", png_start + ihdr(8, 4) + iend, "no pixels");
  row("PNG, depth that does not exist", png_start + ihdr(8, 4, "\x04\x02\0\0\0"s) + idat + iend, "damaged");
  row("PNG, palette missing", png_start + ihdr(8, 4, "\x08\x03\0\0\0"s) + idat + iend, "damaged");
  row("PNG, palette too long",
      png_start + ihdr(8, 4, "\x01\x03\0\0\0"s) + chunk("PLTE", "rgbrgbrgb") + idat + iend, "damaged");
  row("PNG, pixels interrupted", png_start + ihdr(8, 4) + idat + chunk("tEXt", "x") + idat + iend, "damaged");
  row("PNG, length past the end", png_start + be(0x7FFFFFFF, 4) + "IHDR", "cut short");
  row("PNG, fewer frames than told", png_start + ihdr(8, 4) + actl(2) + fctl(0) + idat + iend, "damaged");
  row("PNG, frame without data", png_start + ihdr(8, 4) + actl(1) + idat + fctl(0) + iend, "damaged");
  row("PNG, data without frame", png_start + ihdr(8, 4) + actl(1) + fctl(0) + idat + fdat(1) + iend,
      "damaged");
  row("PNG, wrong number of a frame", png_start + ihdr(8, 4) + actl(1) + idat + fctl(1) + fdat(1) + iend,
      "damaged");
  row("PNG, wrong number of frame data", png_start + ihdr(8, 4) + actl(1) + idat + fctl(0) + fdat(2) + iend,
      "damaged");
  row("PNG, frame outside", png_start + ihdr(8, 4) + actl(1) + idat + fctl(0, 8, 4, 1) + fdat(1) + iend,
      "does not fit");
  row("GIF without image", gif_start(8, 4) + ";", "no pixels");
  row("GIF, image outside", gif_start(8, 4) + gif_image(8, 4, 1) + ";", "does not fit");
  row("GIF, no size", gif_start(0, 4) + gif_image(8, 4) + ";", "no size");
  row("GIF, unknown block", gif("x"), "damaged");
  row("GIF, control of a wrong size", gif("!\xF9\x03\x05\x0A\0\0"s), "damaged");
  row("WebP, empty", riff(""), "cut short");
  row("WebP, size past the end", riff(vp8(8, 4)).replace(4, 1, "\x7F"), "cut short");
  row("WebP, sizes differ", riff(vp8x(0, 8, 5) + vp8l(8, 4)), "does not fit");
  row("WebP, still and animated", riff(vp8x(2, 8, 4) + anim + anmf(8, 4, vp8(8, 4)) + vp8(8, 4)), "damaged");
  row("WebP, neither", riff(vp8x(2, 8, 4) + anim), "damaged");
  row("WebP, frame outside", riff(vp8x(2, 8, 4) + anim + anmf(8, 4, vp8(8, 4), 1)), "does not fit");
  row("WebP, frame of another size", riff(vp8x(2, 8, 4) + anim + anmf(8, 4, vp8(8, 2))), "damaged");
  row("WebP, no animation header", riff(vp8x(2, 8, 4) + anmf(8, 4, vp8(8, 4))), "damaged");
  row("WebP, not a key frame", riff(part("VP8 ", "\x51\0\0\x9D\x01\x2A\x08\0\x04\0pixels"s)), "damaged");
  row("WebP, other first part", riff(part("EXIF", "x") + vp8(8, 4)), "damaged");
}

void PictureTest::other_types_and_damaged_pictures_are_refused() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, why);
  auto result = sanitize_picture(bytes);
  QVERIFY(!result);
  QCOMPARE(result.error().code, Errc::unprocessable);
  QVERIFY2(contains(result.error().safe, why), result.error().safe.c_str());
}

void PictureTest::costs_are_judged_from_headers_data() {
  QTest::addColumn<std::string>("bytes");
  QTest::addColumn<std::string>("why");  // empty: accepted
  auto row = [](const char* name, std::string bytes, std::string why) {
    QTest::newRow(name) << std::move(bytes) << std::move(why);
  };
  const std::string pixels = "too many pixels";
  row("JPEG, 33 million", jpeg({}, 6'000, 5'500), "");
  row("JPEG, a little more", jpeg({}, 6'000, 5'501), pixels);
  row("JPEG, the most there is", jpeg({}, 65'535, 65'535), pixels);
  row("PNG, 60,000 x 60,000", png_start + ihdr(60'000, 60'000) + idat + iend, pixels);
  row("PNG, longest sides", png_start + ihdr(0x7FFFFFFF, 0x7FFFFFFF) + idat + iend, pixels);
  row("PNG, 33,000,000 x 1", png_start + ihdr(33'000'000, 1) + idat + iend, "");
  row("PNG, 33,000,001 x 1", png_start + ihdr(33'000'001, 1) + idat + iend, pixels);
  row("GIF, 60,000 x 60,000", gif_start(60'000, 60'000) + gif_image(1, 1) + ";", pixels);
  row("WebP, canvas", riff(vp8x(2, 1 << 24, 1 << 24) + anim + anmf(2, 2, vp8(2, 2))), pixels);
  row("WebP, still", riff(vp8(16'383, 16'383)), pixels);
  row("PNG, frames told", png(actl(1'001)), "too many frames");
  auto frames = [](std::size_t count, std::uint32_t side) {
    std::string out = gif_start(side, side);
    for (std::size_t i = 0; i < count; ++i) out += gif_image(side, side);
    return out + ";";
  };
  row("GIF, 1,000 frames", frames(1'000, 10), "");
  row("GIF, 1,001 frames", frames(1'001, 10), "too many frames");
  row("GIF, 200 million pixels in 20 frames", frames(20, 3'162), "");
  row("GIF, 230 million pixels in 23 frames", frames(23, 3'162), "over all its frames");
  row("16 MiB", jpeg() + std::string(limits::picture_bytes_max - jpeg().size(), 'x'), "");
  row("16 MiB and a byte", jpeg() + std::string(limits::picture_bytes_max - jpeg().size() + 1, 'x'),
      "too large");
}

void PictureTest::costs_are_judged_from_headers() {
  QFETCH(std::string, bytes);
  QFETCH(std::string, why);
  auto result = sanitize_picture(bytes);
  QCOMPARE(result.has_value(), why.empty());
  if (!result) QVERIFY2(contains(result.error().safe, why), result.error().safe.c_str());
}

void PictureTest::webp_flags_tell_what_is_inside() {
  auto flags = [](const std::string& bytes) {
    auto picture = sanitize_picture(bytes);
    return picture ? picture->bytes[20] : '\xFF';
  };
  QCOMPARE(flags(riff(vp8x(0xFF, 8, 4) + vp8l(8, 4))), '\0');
  QCOMPARE(flags(riff(vp8x(0, 8, 4) + vp8l(8, 4, true))), '\x10');
  QCOMPARE(flags(riff(vp8x(0, 8, 4) + anim + anmf(8, 4, alph + vp8(8, 4)))), '\x12');
  QCOMPARE(flags(riff(vp8x(0, 8, 4) + part("ICCP", profile()) + vp8(8, 4))), '\x20');
}

void PictureTest::a_refusal_says_what_is_accepted() {
  auto result = sanitize_picture("BM");
  QVERIFY(!result);
  QCOMPARE(
      result.error().safe,
      std::string("the file is not a picture of an accepted type. Accepted are JPEG, PNG, GIF and WebP up to "
                  "16 MiB, 33 million pixels and 1000 frames"));
}

QTEST_GUILESS_MAIN(PictureTest)
#include "picture_test.moc"
