#include "node/cli/check.h"

#include <set>
#include <unordered_set>

#include "protocol/base/random.h"

namespace dunlin::cli {

namespace {

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::string message(const store::NamedMedia& named, const media::Files::Problem& problem) {
  return "media/" + problem.name + ": " + problem.what + "; " + named.user + " shows it";
}

/// Files in the folder that nothing in the snapshot names.
std::vector<std::string> unnamed_files(store::Snapshot& snapshot, const std::vector<std::string>& all) {
  std::unordered_set<std::string> named;
  for (auto& each : snapshot.named_media()) named.insert(std::move(each.file));
  std::vector<std::string> notes;
  for (const auto& file : all) {
    if (!named.contains(file)) notes.push_back("media/" + file + ": nothing shows it");
  }
  return notes;
}

void look(CheckReport& report, const std::string& database, const std::string& media_folder) {
  auto opened = store::Snapshot::open(database);
  if (!opened) {
    report.problems.push_back(opened.error().safe);
    return;
  }
  auto& snapshot = **opened;
  append(report.problems, snapshot.damage());
  append(report.problems, snapshot.broken_invariants());
  report.totals = snapshot.totals();
  const media::Files files(media_folder, system_random());
  append(report.problems, media_problems(snapshot, database, files));
  const auto all = files.all();
  report.media_files = all.size();
  report.notes = unnamed_files(snapshot, all);
}

}  // namespace

std::vector<std::string> media_problems(store::Snapshot& snapshot, const std::string& database,
                                        const media::Files& files) {
  std::vector<std::pair<store::NamedMedia, media::Files::Problem>> suspects;
  for (const auto& named : snapshot.named_media()) {
    if (const auto problem = files.check(named.file)) suspects.emplace_back(named, *problem);
  }
  if (suspects.empty()) return {};
  std::set<std::pair<std::string, std::string>> named_now;
  if (const auto present = store::Snapshot::open(database)) {
    for (auto& named : (*present)->named_media())
      named_now.emplace(std::move(named.user), std::move(named.file));
  }
  std::vector<std::string> problems;
  for (const auto& [named, problem] : suspects) {
    if (named_now.contains({named.user, named.file})) problems.push_back(message(named, problem));
  }
  return problems;
}

CheckReport check_parts(const std::string& database, const std::string& media_folder) {
  CheckReport report;
  try {
    look(report, database, media_folder);
  } catch (const std::exception& fault) {
    report.problems.push_back(std::string("the check could not go on: ") + fault.what());
  }
  return report;
}

CheckReport check_node(const std::string& data_dir) {
  return check_parts(data_dir + "/dunlin.db", data_dir + "/media");
}

}  // namespace dunlin::cli
