#pragma once
// One filled view of every page, with every optional part present somewhere.
#include <string>
#include <utility>
#include <vector>

#include "node/web/views.h"

namespace dunlin::web {

struct SamplePages {
  SamplePages();
  /// (name of the page, its document) of all pages.
  std::vector<std::pair<std::string, std::string>> render() const;

  Site site;
  FrontView front;
  ProfileView profile;
  StatusPageView status;
  TagView tag;
  SignInView sign_in;
  AuthorizeView authorize;
  CodeView code;
  SignUpView sign_up_open, sign_up_approval, sign_up_invite, sign_up_closed;
  HistoryView history;
  MessageView message;
  std::string error_text = "No such post";
};

}  // namespace dunlin::web
