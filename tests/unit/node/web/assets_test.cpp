#include "node/web/assets.h"

#include <algorithm>
#include <set>

#include "protocol/base/encoding.h"
#include "tests/support/qt.h"

namespace dunlin::web {
namespace {

/// The size that a PNG file says, or 0 x 0 when it is none (PNG 11.2.2).
std::pair<std::size_t, std::size_t> png_size(std::string_view bytes) {
  if (bytes.size() < 24 || !bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.substr(12, 4) != "IHDR")
    return {};
  const auto number = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  return {number(16), number(20)};
}

}  // namespace

class AssetsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hashed_paths_follow_the_content();
  void default_pictures_are_small_whole_png_files();
  void the_stylesheet_loads_nothing_and_knows_dark_and_motionless();
  void every_asset_has_its_own_path_and_a_type();
};

void AssetsTest::hashed_paths_follow_the_content() {
  const auto digest = hex(bytes_of(sha256(stylesheet()))).substr(0, 8);
  QCOMPARE(stylesheet_path(), "/assets/style-" + digest + ".css");
  QVERIFY(logo_path().starts_with("/assets/logo-") && logo_path().ends_with(".svg"));
}

void AssetsTest::default_pictures_are_small_whole_png_files() {
  QVERIFY((png_size(default_avatar_png()) == std::pair<std::size_t, std::size_t>{400, 400}));
  QVERIFY((png_size(default_header_png()) == std::pair<std::size_t, std::size_t>{1500, 500}));
  for (auto bytes : {default_avatar_png(), default_header_png()}) {
    QVERIFY(bytes.size() < 8 * 1024);
    QVERIFY(bytes.ends_with(std::string_view("IEND\xAE\x42\x60\x82")));
  }
}

void AssetsTest::the_stylesheet_loads_nothing_and_knows_dark_and_motionless() {
  for (const auto* loader : {"url(", "@import", "http:", "https:", "image-set"}) {
    QVERIFY2(stylesheet().find(loader) == std::string_view::npos, loader);
  }
  QVERIFY(stylesheet().find("prefers-color-scheme: dark") != std::string_view::npos);
  // It moves nothing, so there is nothing to stop for those who asked for less motion.
  QVERIFY(stylesheet().find("transition") == std::string_view::npos);
  QVERIFY(stylesheet().find("animation") == std::string_view::npos);
  QCOMPARE(std::count(stylesheet().begin(), stylesheet().end(), '{'),
           std::count(stylesheet().begin(), stylesheet().end(), '}'));
}

void AssetsTest::every_asset_has_its_own_path_and_a_type() {
  std::set<std::string> paths;
  for (const auto& asset : assets()) {
    QVERIFY(paths.insert(asset.path).second);
    QVERIFY(asset.path.starts_with("/assets/") && !asset.content_type.empty() && !asset.bytes.empty());
    QCOMPARE(asset.is_immutable, asset.path.find('-') != std::string::npos);
  }
  QVERIFY(paths.contains(std::string(default_avatar_path)) &&
          paths.contains(std::string(default_header_path)));
  QVERIFY(paths.contains(stylesheet_path()) && paths.contains(logo_path()));
}

}  // namespace dunlin::web

QTEST_GUILESS_MAIN(dunlin::web::AssetsTest)
#include "assets_test.moc"
