#include "node/cli/demo_text.h"

#include <array>
#include <cmath>
#include <string_view>

namespace dunlin::cli {

namespace {

using Words = std::array<std::string_view, 20>;

constexpr Words adjectives = {"quiet",  "amber",  "brisk", "clever", "dusty",  "early", "fond",
                              "gentle", "hidden", "inky",  "jolly",  "keen",   "lucky", "mellow",
                              "nimble", "open",   "plain", "rusty",  "silver", "tidal"};
constexpr Words animals = {"heron", "otter", "finch",  "badger", "lynx",   "marten", "wren",
                           "toad",  "hare",  "dunlin", "newt",   "swift",  "weasel", "plover",
                           "robin", "stoat", "tern",   "viper",  "curlew", "moth"};
constexpr Words subjects = {"The tide table on the kitchen wall",
                            "My neighbour's old bicycle",
                            "The night train from the coast",
                            "A heron in the car park",
                            "The choir down the road",
                            "This week's bread",
                            "The library's new catalogue",
                            "Our allotment",
                            "The last ferry of the season",
                            "A letter that I had given up on",
                            "The radio in the workshop",
                            "My grandmother's atlas",
                            "The fog over the estuary",
                            "The compiler",
                            "A very small dog",
                            "The museum's back room",
                            "Everybody at the bus stop",
                            "The second-hand telescope",
                            "The weather station",
                            "The apple tree behind the school"};
constexpr Words happenings = {"has made me late again",
                              "turned out to be right after all",
                              "was quieter than I remembered",
                              "needs nothing but patience",
                              "smells of rain and paint",
                              "taught me more than the course did",
                              "broke in the most educational way",
                              "got a round of applause this morning",
                              "is going to be missed",
                              "looks better in the evening light",
                              "refused to explain itself",
                              "came back mended and polished",
                              "kept the whole street awake",
                              "started a long conversation about salt",
                              "is older than the harbour wall",
                              "worked at the first try, which worries me",
                              "made a stranger laugh out loud",
                              "took three attempts and a ladder",
                              "deserves a post of its own",
                              "was worth getting up for"};
constexpr Words asides = {"and I have no complaints.",
                          "which says a lot about November.",
                          "so I wrote it all down.",
                          "and nobody else seemed surprised.",
                          "but the tea was excellent.",
                          "and then the lights went out.",
                          "so the weekend is spoken for.",
                          "and I would do it again.",
                          "though I still do not know why.",
                          "which is more than I asked for.",
                          "and the photographs do not do it justice.",
                          "so I owe somebody a cake.",
                          "but that is a story for another day.",
                          "and it is only Tuesday.",
                          "if you believe the signpost.",
                          "at least until the next storm.",
                          "and the children took notes.",
                          "as my father used to say.",
                          "and I learned a new word for mud.",
                          "which I take as a good sign."};
constexpr Words tags = {"birds",      "baking",      "photography", "Introduction", "harbour",
                        "cycling",    "books",       "gardening",   "weather",      "astronomy",
                        "opensource", "music",       "trains",      "mosstodon",    "pottery",
                        "maps",       "linguistics", "knitting",    "history",      "film"};
constexpr std::array<std::string_view, 6> warnings = {
    "food",  "a spoiler for the last chapter", "work, complaining", "long, about maps", "spiders (mentioned)",
    "health"};
constexpr std::array<std::string_view, 8> emojis = {"🌊", "🐦", "☕", "🚲", "📚", "🌧️", "🔭", "🍎"};

std::string sentence(Dice& dice) {
  std::string text(subjects[dice.below(subjects.size())]);
  text += ' ';
  text += happenings[dice.below(happenings.size())];
  text += ", ";
  return text.append(asides[dice.below(asides.size())]);
}

std::string capitalised(std::string_view word) {
  std::string out(word);
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

std::uint64_t Dice::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::size_t Dice::skewed(std::size_t end) {
  const double u = static_cast<double>(next() >> 11) / 9007199254740992.0;  // 2^53: u < 1
  return static_cast<std::size_t>(static_cast<double>(end) * u * u * u);
}

std::string demo_username(std::size_t number) {
  constexpr std::size_t names = adjectives.size() * animals.size();
  std::string name(adjectives[number % adjectives.size()]);
  name += '_';
  name += animals[number / adjectives.size() % animals.size()];
  if (number >= names) name += std::to_string(number / names + 1);
  return name;
}

std::string demo_display_name(std::size_t number) {
  return capitalised(adjectives[number % adjectives.size()]) + " " +
         capitalised(animals[number / adjectives.size() % animals.size()]);
}

std::string demo_note(Dice& dice) {
  return "Demo account. " + sentence(dice) + " #" + std::string(tags[dice.skewed(tags.size())]);
}

std::string demo_post(Dice& dice) {
  const std::size_t bytes_min = 100 + dice.below(150);
  std::string text = sentence(dice);
  while (text.size() < bytes_min) text += (dice.percent(15) ? "\n\n" : " ") + sentence(dice);
  if (dice.percent(5)) text += " https://example.org/notes/" + std::to_string(dice.below(10'000));
  if (dice.percent(10)) text.append(" ").append(emojis[dice.below(emojis.size())]);
  if (dice.percent(30)) text.append(" #").append(tags[dice.skewed(tags.size())]);
  if (dice.percent(10)) text.append(" #").append(tags[dice.skewed(tags.size())]);
  return text;
}

std::string demo_warning(Dice& dice) { return std::string(warnings[dice.below(warnings.size())]); }

}  // namespace dunlin::cli
