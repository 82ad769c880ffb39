// What a rule is once it is compiled.
#pragma once

#include <openssl/evp.h>
#include <re2/re2.h>

#include <memory>

#include "relabel/engine/expansion.h"
#include "relabel/relabel.h"

namespace narthex::relabel {

struct EvpMdFree {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};

struct Rule::Compiled {
  RuleOptions options;
  Action action;
  std::shared_ptr<const re2::RE2> regex;
  Expansion target;
  Expansion replacement;
  // The regex is the default, which matches every text and captures all of it: nothing to search.
  bool matches_all;
  // How many captures the templates need, counting the whole match; 0: whether it matches is enough.
  int captures;
  // Fetched once, for hashmod only: OpenSSL's look-up by name costs more than hashing a few labels.
  std::unique_ptr<EVP_MD, EvpMdFree> md5;
};

}  // namespace narthex::relabel
