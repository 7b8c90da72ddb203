#include "node/cli/commands.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "node/app/limits_json.h"
#include "node/cli/account.h"
#include "node/cli/backup.h"
#include "node/cli/capacity_costs.h"
#include "node/cli/capacity_report.h"
#include "node/cli/check.h"
#include "node/cli/dev_cert.h"
#include "node/cli/dev_seed.h"
#include "node/cli/domains.h"
#include "node/cli/dump.h"
#include "node/cli/emojis.h"
#include "node/cli/lists.h"
#include "node/cli/serve.h"
#include "node/cli/trace.h"

namespace dunlin::cli {

namespace {

enum Exit : int { done = 0, failed = 1, wrong_usage = 2, in_use = 3 };

/// One command's work, set by whichever subcommand was given.
using Action = std::function<Result<void>()>;

struct CapacityOptions {
  Load load;
  Machine machine = this_machine();
  double memory_gib = machine.memory_bytes / (1 << 30);
  bool measures = true;
};

struct Options {
  app::DataFolder folder;
  std::string domain;
  std::string name;
  std::string text;
  std::string file;
  std::vector<std::string> names;
  bool as_json = false;
  bool with_password_stdin = false;
  bool with_secrets = false;
  DevSeed seed;
  DomainRuleOptions rule;
  DomainListOptions list;
  ListOptions people;
  EmojiOptions emoji;
  NewAccountOptions account;
  ServeOptions serve;
  CapacityOptions capacity;
  int uses = 1;
  int days = 0;
};

Action with_session(Options& o, std::function<Result<void>(Session&)> command) {
  return [&o, command = std::move(command)]() -> Result<void> {
    TRY(auto session, Session::open(o.folder));
    return command(session);
  };
}

void add_init(CLI::App& app, Options& o, Action& action) {
  auto* init =
      app.add_subcommand("init", "Make a data folder: database, media folder and commented node.toml");
  init->add_option("--domain", o.domain,
                   "The node's name: what stands behind the @ of its people; may carry a port")
      ->required();
  init->callback([&] {
    action = [&o]() -> Result<void> {
      TRY(const auto domain, app::checked_domain(o.domain));
      TRY_DO(app::init_folder(o.folder, domain));
      std::cout << "made " << o.folder.path << " for " << domain
                << "\nnext: dunlin-node account create NAME --data " << o.folder.path
                << " --email ADDRESS --role admin --confirmed --password-stdin\n";
      return {};
    };
  });
}

void add_serve(CLI::App& app, Options& o, Action& action) {
  auto* serve_app = app.add_subcommand("serve", "Run the node until SIGTERM or SIGINT");
  serve_app->add_option("--listen", o.serve.listen, "ADDRESS:PORT, may be repeated; port 0 = any")
      ->allow_extra_args(false);
  serve_app->add_option("--tls-cert", o.serve.tls_cert, "Certificate chain, PEM");
  serve_app->add_option("--tls-key", o.serve.tls_key, "Its key, PEM");
  serve_app->add_flag("--behind-proxy", o.serve.behind_proxy,
                      "Plain HTTP here, https outside; proxies of proxy.trusted are believed");
  serve_app->add_flag("--insecure-http", o.serve.insecure_http, "Plain HTTP also outside: for tests only");
  serve_app->add_option("--ca-file", o.serve.ca_file,
                        "Authorities to verify peers with besides the system's, PEM");
  serve_app->add_flag("--allow-private-peers", o.serve.allow_private_peers,
                      "Contact loopback and private addresses: for tests only");
  serve_app->add_option("--set", o.serve.settings, "KEY=VALUE over node.toml, may be repeated")
      ->allow_extra_args(false);
  serve_app->callback([&] { action = [&o] { return serve(o.folder, o.serve); }; });
}

void add_account(CLI::App& app, Options& o, Action& action) {
  auto* account = app.add_subcommand("account", "Accounts of this node")->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, std::function<Result<void>(Session&)> command) {
    auto* sub = account->add_subcommand(name, help);
    sub->callback([&o, &action, command = std::move(command)] { action = with_session(o, command); });
    return sub;
  };
  const auto named = [&](CLI::App* sub) {
    sub->add_option("NAME", o.name, "Username")->required();
    return sub;
  };
  auto* create =
      add("create", "Make an account; its password is the first line of standard input", [&o](Session& s) {
        o.account.name = o.name;
        return create_account(s, o.account);
      });
  named(create)->add_option("--email", o.account.email, "E-mail address")->required();
  create->add_option("--role", o.account.role, "user, moderator or admin")->capture_default_str();
  create->add_flag("--confirmed", o.account.is_confirmed, "The address needs no confirmation");
  create->add_flag("--password-stdin", o.with_password_stdin, "Read the password from standard input")
      ->required();

  auto* token = named(
      add("token", "Print a new access token", [&o](Session& s) { return create_token(s, o.name, o.text); }));
  token->add_option("--scopes", o.text, "\"read write follow push\"")->required();

  add("list", "All accounts of the node", [&o](Session& s) {
    return list_accounts(s, o.as_json);
  })->add_flag("--json", o.as_json, "For machines");
  named(add("show", "One account", [&o](Session& s) {
    return show_account(s, o.name, o.as_json);
  }))->add_flag("--json", o.as_json, "For machines");
  auto* alias = named(
      add("alias", "Print the actors that the account says it is too", [&o](Session& s) -> Result<void> {
        TRY(const auto config, app::load_config(o.folder.config_file(), {}));
        return change_aliases(s, config, o.name, o.text, o.file);
      }));
  alias->add_option("--add", o.text, "Address of an actor that may move here");
  alias->add_option("--remove", o.file, "Address of one that may no more");
  named(add("approve", "Let someone in who waits for approval or confirmation",
            [&o](Session& s) { return approve_account(s, o.name); }));
  named(add("suspend", "Hide an account and end its sessions",
            [&o](Session& s) { return set_suspended(s, o.name, true); }));
  named(add("unsuspend", "Take that back", [&o](Session& s) { return set_suspended(s, o.name, false); }));
  named(add("delete", "Remove an account with everything it wrote, for good",
            [&o](Session& s) { return delete_account(s, o.name); }));
  named(add("role", "Change the role", [&o](Session& s) { return set_role(s, o.name, o.text); }))
      ->add_option("ROLE", o.text, "user, moderator or admin")
      ->required();
  named(add("password", "Set a new password from standard input and end all sessions",
            [&o](Session& s) { return set_password(s, o.name); }))
      ->add_flag("--password-stdin", o.with_password_stdin, "Read the password from standard input")
      ->required();
}

void add_domain(CLI::App& app, Options& o, Action& action) {
  auto* domain =
      app.add_subcommand("domain", "Which other servers this node deals with")->require_subcommand(1);
  using Command = std::function<Result<void>(Session&, const app::Config&)>;
  const auto add = [&](const char* name, const char* help, Command command) {
    auto* sub = domain->add_subcommand(name, help);
    sub->callback([&o, &action, command = std::move(command)] {
      action = with_session(o, [&o, command](Session& session) -> Result<void> {
        TRY(const auto config, app::load_config(o.folder.config_file(), {}));
        return command(session, config);
      });
    });
    return sub;
  };
  const auto named = [&](CLI::App* sub) {
    sub->add_option("DOMAIN", o.rule.domain, "Name of a server; its subdomains are meant too")->required();
    return sub;
  };
  auto* block = named(add("block", "Make a rule about a server, or change it",
                          [&o](Session& s, const app::Config& c) { return block_domain(s, c, o.rule); }));
  block
      ->add_option("--severity", o.rule.severity,
                   "suspend: nothing in, nothing out. silence: shown to followers only. none: neither")
      ->capture_default_str();
  block->add_flag("--reject-media", o.rule.reject_media, "Keep no copies of its media");
  block->add_flag("--reject-reports", o.rule.reject_reports, "Take no reports from it");
  block->add_flag("--obfuscate", o.rule.obfuscate, "Star the name out in the public list");
  block->add_option("--public-comment", o.rule.public_comment, "Shown in the public list");
  block->add_option("--private-comment", o.rule.private_comment, "For administrators");
  named(add("unblock", "Take the rule back",
            [&o](Session& s, const app::Config& c) { return unblock_domain(s, c, o.rule.domain); }));
  named(add("allow", "Let a server in where federation.mode is allow_list",
            [&o](Session& s, const app::Config&) { return allow_domain(s, o.rule.domain); }));
  named(add("disallow", "Take that back",
            [&o](Session& s, const app::Config& c) { return disallow_domain(s, c, o.rule.domain); }));
  add("list", "All rules, and the allow list", [&o](Session& s, const app::Config&) {
    return list_domains(s, o.as_json);
  })->add_flag("--json", o.as_json, "For machines");
  const auto of_list = [&](CLI::App* sub, const char* what) {
    sub->add_option("FILE", o.list.file, what)->required();
    sub->add_flag("--allowed", o.list.is_of_allowed, "The allow list in place of the blocks");
    return sub;
  };
  of_list(add("import", "Take the rules of a list, CSV as Mastodon writes it",
              [&o](Session& s, const app::Config& c) { return import_domains(s, c, o.list); }),
          "Where from; - is standard input")
      ->add_flag("--overwrite", o.list.overwrite, "Also where there is a rule already");
  of_list(add("export", "Write the rules as such a list",
              [&o](Session& s, const app::Config&) { return export_domains(s, o.list); }),
          "Where to; - is standard output");
}

/// Commands of an account's own lists.
void add_lists(CLI::App& account, Options& o, Action& action) {
  const auto add = [&](const char* name, const char* help, const char* file,
                       std::function<Result<void>(Session&)> run) {
    auto* sub = account.add_subcommand(name, help);
    sub->add_option("NAME", o.people.name, "Username")->required();
    sub->add_option("KIND", o.people.kind, "following, mutes, blocks or bookmarks")->required();
    sub->add_option("FILE", o.people.file, file)->required();
    sub->callback([&o, &action, run = std::move(run)] { action = with_session(o, run); });
  };
  add("export", "Write a list of the account as CSV", "Where to; - is standard output",
      [&o](Session& s) -> Result<void> {
        TRY(const auto config, app::load_config(o.folder.config_file(), {}));
        return export_list(s, config, o.people);
      });
  add("import", "Take a list that the account had elsewhere; the node works it off while it serves",
      "Where from; - is standard input", [&o](Session& s) { return import_list(s, o.people); });
  auto* imports = account.add_subcommand("imports", "How far imports are, and which lines failed");
  imports->add_option("NAME", o.people.name, "Username")->required();
  imports->add_flag("--json", o.as_json, "For machines");
  imports->callback([&o, &action] {
    action = with_session(o, [&o](Session& s) { return show_imports(s, o.people.name, o.as_json); });
  });
}

void add_emojis(CLI::App& app, Options& o, Action& action) {
  auto* emoji = app.add_subcommand("emoji", "Custom emoji of this node")->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, std::function<Result<void>(Session&)> command) {
    auto* sub = emoji->add_subcommand(name, help);
    sub->callback([&o, &action, command = std::move(command)] { action = with_session(o, command); });
    return sub;
  };
  const auto named = [&](CLI::App* sub) {
    sub->add_option("NAME", o.emoji.name, "What stands between the colons: letters, digits, _")->required();
    return sub;
  };
  auto* put = named(add("add", "Take a picture as an emoji, or as the new picture of one",
                        [&o](Session& s) { return add_emoji(s, o.folder, o.emoji); }));
  put->add_option("FILE", o.emoji.file, "PNG, GIF, WebP or JPEG")->required();
  put->add_option("--category", o.emoji.category, "Under which clients show it");
  put->add_flag("--hidden", o.emoji.is_hidden, "Clients do not offer it; who knows its name can use it");
  named(add("remove", "Remove an emoji; texts that use it show its name",
            [&o](Session& s) { return remove_emoji(s, o.folder, o.emoji.name); }));
  add("list", "All emoji of the node", [&o](Session& s) {
    return list_emojis(s, o.as_json);
  })->add_flag("--json", o.as_json, "For machines");
}

Result<void> check(const Options& o) {
  const auto report = check_node(o.folder.path);
  for (const auto& problem : report.problems) std::cout << "problem: " << problem << "\n";
  for (const auto& note : report.notes) std::cout << "note: " << note << "\n";
  if (!report.is_sound())
    return fail(Errc::unprocessable,
                std::to_string(report.problems.size()) + " problems in " + o.folder.path);
  std::cout << "sound: " << report.totals.accounts << " accounts, " << report.totals.statuses << " statuses, "
            << report.media_files << " media files\n";
  return {};
}

void add_maintenance(CLI::App& app, Options& o, Action& action) {
  auto* check_app = app.add_subcommand("check", "Verify database and media against each other");
  check_app->callback([&] { action = [&o] { return check(o); }; });

  auto* dump = app.add_subcommand(
      "dump", "Print all rows as JSON lines, in an order that depends on the content only");
  dump->add_flag("--with-secrets", o.with_secrets, "Hashes of passwords and tokens too");
  dump->callback([&] { action = [&o] { return dump_node(o.folder.path, std::cout, o.with_secrets); }; });

  auto* backup =
      app.add_subcommand("backup", "Write everything into one verified file, also while the node serves");
  backup->add_option("FILE", o.file, "Where to")->required();
  backup->callback([&] { action = [&o] { return backup_node(o.folder.path, o.file); }; });

  auto* restore = app.add_subcommand("restore", "Unpack a backup into a new or empty data folder");
  restore->add_option("FILE", o.file, "Where from")->required();
  restore->callback([&] { action = [&o] { return restore_node(o.folder.path, o.file); }; });

  auto* seed =
      app.add_subcommand("dev-seed", "Fill a new node with demo data, for trying it out and measuring");
  seed->add_option("--accounts", o.seed.accounts, "How many people")->capture_default_str();
  seed->add_option("--posts", o.seed.statuses, "How many posts, boosts included")->capture_default_str();
  seed->add_option("--follows-per-account", o.seed.follows_per_account, "How many each follows")
      ->capture_default_str();
  seed->add_option("--seed", o.seed.seed, "Another seed, other data")->capture_default_str();
  seed->callback([&] { action = [&o] { return dev_seed(o.folder.path, o.seed); }; });
}

void add_others(CLI::App& app, Options& o, Action& action) {
  auto* invite = app.add_subcommand("invite", "Print a new invitation code");
  invite->add_option("--uses", o.uses, "How many may use it")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  invite->add_option("--days", o.days, "How long it works; 0 = for good")
      ->capture_default_str()
      ->check(CLI::Range(0, 3'650));
  invite->callback(
      [&] { action = with_session(o, [&o](Session& s) { return create_invite(s, o.uses, o.days); }); });

  auto* cert = app.add_subcommand(
      "dev-cert", "Make a throwaway CA (ca.pem) and a certificate (cert.pem, key.pem) for the names");
  cert->add_option("--out", o.file, "Folder")->required();
  cert->add_option("NAME", o.names, "Host names and addresses")->required();
  cert->callback([&] { action = [&o] { return make_dev_cert(o.file, o.names); }; });

  add_maintenance(app, o, action);

  auto* limits = app.add_subcommand("limits", "Print the limits in force as JSON");
  limits->callback([&] {
    action = [&o]() -> Result<void> {
      TRY(const auto config, app::load_config(o.folder.config_file(), {}));
      std::cout << app::limits_as_json(config) << "\n";
      return {};
    };
  });
}

void add_trace(CLI::App& app, Options& o, Action& action) {
  auto* trace = app.add_subcommand("trace", "Print when a post reached each stage of its way");
  trace->add_option("STATUS", o.text, "Id or address of a post")->required();
  trace->add_flag("--json", o.as_json, "For machines");
  trace->callback([&] {
    action = with_session(o, [&o](Session& s) -> Result<void> {
      TRY(const auto config, app::load_config(o.folder.config_file(), {}));
      TRY(const auto found, find_trace(s, o.folder, config, o.text));
      std::cout << (o.as_json ? trace_as_json(found) + "\n" : trace_as_text(found));
      return {};
    });
  });
}

void add_capacity(CLI::App& app, Options& o, Action& action) {
  auto& load = o.capacity.load;
  auto& machine = o.capacity.machine;
  auto* capacity = app.add_subcommand(
      "capacity",
      "Work out machines, memory, disk and network for so many users, from what this node measured");
  const auto number = [&](const char* name, double& value, const char* help, double min, double max) {
    return capacity->add_option(name, value, help)->capture_default_str()->check(CLI::Range(min, max));
  };
  number("--users", load.users, "That come on a day", 1, 1e11)->required();
  number("--posts", load.posts_per_user, "Of each, a day", 0, 1e6);
  number("--reads", load.reads_per_user, "Of the home feed by each, a day", 0, 1e6);
  number("--followers", load.followers, "Of each, in the mean", 0, 1e9);
  number("--servers-told", load.servers_told, "Of each post, other servers in the mean", 0, 1e6);
  number("--ring-share", load.ring_share, "Of the users, whose feeds are kept ready in memory", 0, 1);
  number("--pictures", load.pictures_per_post, "Of each post, kept by the node", 0, 100);
  number("--picture-bytes", load.picture_bytes, "Of one", 0, 1e12);
  number("--videos", load.videos_per_post, "Of each post", 0, 100);
  number("--video-bytes", load.video_bytes, "Of one", 0, 1e12);
  number("--peak", load.peak, "The busiest hour against the mean", 1, 1e3);
  number("--growth", load.growth, "Users later against those of now", 1, 1e6);
  number("--cores", machine.cores, "Of a machine", 1, 1e5);
  number("--memory", o.capacity.memory_gib, "Of a machine, GiB", 0.25, 1e6);
  number("--busy", machine.busy, "How much of a machine may be used", 0.01, 1);
  capacity->add_flag("!--no-measuring", o.capacity.measures, "Do not measure this machine: assume");
  capacity->add_flag("--json", o.as_json, "For machines");
  capacity->callback([&] {
    action = with_session(o, [&o](Session& s) -> Result<void> {
      auto& c = o.capacity;
      c.machine.memory_bytes = c.memory_gib * (1 << 30);
      TRY(const auto costs, costs_of(s, o.folder, c.measures));
      std::cout << (o.as_json ? capacity_as_json(c.load, costs, c.machine) + "\n"
                              : capacity_as_text(c.load, costs, c.machine));
      return {};
    });
  });
}

int exit_code(const Error& error) {
  std::cerr << "dunlin-node: " << error.safe << "\n";
  if (!error.detail.empty()) std::cerr << "  " << error.detail << "\n";
  return error.code == Errc::conflict ? in_use : failed;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("dunlin-node: a news feed that belongs to the people who use it", "dunlin-node");
  app.set_version_flag("--version", std::string("dunlin-node ") + DUNLIN_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // --data may stand behind the command
  Options options;
  Action action;
  app.add_option("--data", options.folder.path, "The data folder")->envname("DUNLIN_DATA");
  add_init(app, options, action);
  add_serve(app, options, action);
  add_account(app, options, action);
  add_lists(*app.get_subcommand("account"), options, action);
  add_domain(app, options, action);
  add_emojis(app, options, action);
  add_others(app, options, action);
  add_trace(app, options, action);
  add_capacity(app, options, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : wrong_usage;
  }
  const bool needs_folder = !app.got_subcommand("dev-cert");
  if (needs_folder && options.folder.path.empty()) {
    std::cerr << "dunlin-node: say which data folder: --data DIR, or DUNLIN_DATA in the environment\n";
    return wrong_usage;
  }
  try {
    const auto result = action();
    return result ? done : exit_code(result.error());
  } catch (const std::exception& fault) {
    std::cerr << "dunlin-node: " << fault.what() << "\n";
    return failed;
  }
}

}  // namespace dunlin::cli
